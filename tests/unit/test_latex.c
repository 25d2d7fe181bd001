/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "expression/latex.h"

static char *ended(FILE *stream, char **text)
{
  fclose(stream);
  return *text;
}

static void assert_latex(const char *written, const char *expected)
{
  struct arena *arena = arena_create();
  struct diagnostics *diagnostics = diagnostics_create();
  const struct source source = {"e.yaml", written, strlen(written), 0};
  const struct yaml_node node = {.text = written, .at = {&source, 1, 1, 1}};
  const struct expression *expression = expression_parse(&(struct formula){written, &node}, arena,
                                                         diagnostics);
  char *text = NULL;
  size_t size;
  FILE *stream = open_memstream(&text, &size);

  diagnostics_print(diagnostics, stderr);
  assert_non_null(expression);
  latex_expression(expression, stream);
  assert_string_equal(ended(stream, &text), expected);
  free(text);
  diagnostics_destroy(&diagnostics);
  arena_destroy(&arena);
}

static void a_quotient_is_a_fraction_that_needs_no_parentheses(void **state)
{
  (void)state;
  assert_latex("(A + B) / (C - D)", "\\frac{A + B}{C - D}");
  assert_latex("A / B / C", "\\frac{\\frac{A}{B}}{C}");
  assert_latex("A * (B / C)", "A \\cdot \\frac{B}{C}");
  assert_latex("(A / B) ^ 2", "{\\left(\\frac{A}{B}\\right)}^{2}");
}

static void parentheses_stay_where_they_change_the_value(void **state)
{
  (void)state;
  assert_latex("A - (B - C)", "A - \\left(B - C\\right)");
  assert_latex("A - B - C", "A - B - C");
  assert_latex("(A + B) * C", "\\left(A + B\\right) \\cdot C");
  assert_latex("A + B * C", "A + B \\cdot C");
  assert_latex("(A * B) ^ C", "{\\left(A \\cdot B\\right)}^{C}");
  assert_latex("(A ^ B) ^ C", "{\\left({A}^{B}\\right)}^{C}");
  assert_latex("A ^ B ^ C", "{A}^{{B}^{C}}");
  assert_latex("-A ^ 2", "-{A}^{2}");
  assert_latex("(-A) ^ 2", "{\\left(-A\\right)}^{2}");
  assert_latex("not (A < B and C >= D)", "\\lnot \\left(A < B \\land C \\ge D\\right)");
  assert_latex("(A < B or C == D) and E != F", "\\left(A < B \\lor C = D\\right) \\land E \\ne F");
}

static void a_sign_never_follows_an_operator(void **state)
{
  (void)state;
  assert_latex("-A * B", "-A \\cdot B");
  assert_latex("A * -B", "A \\cdot \\left(-B\\right)");
  assert_latex("A - -B", "A - \\left(-B\\right)");
  assert_latex("A + (-B * C)", "A + \\left(-B \\cdot C\\right)");
  assert_latex("--A", "-\\left(-A\\right)");
  assert_latex("-(A + B)", "-\\left(A + B\\right)");
  assert_latex("A ^ -B", "{A}^{-B}");
}

static void what_follows_an_underscore_is_a_subscript(void **state)
{
  (void)state;
  assert_latex("CL", "\\mathit{CL}");
  assert_latex("k_e", "k_{\\mathrm{e}}");
  assert_latex("INR_MAX", "\\mathit{INR}_{\\mathrm{MAX}}");
  assert_latex("K_12_ref", "K_{\\mathrm{12,ref}}");
  assert_latex("K_e ^ 2", "{K_{\\mathrm{e}}}^{2}");
  assert_latex("TIME", "t");
}

static void numbers_are_as_short_as_they_can_be_and_units_upright(void **state)
{
  (void)state;
  assert_latex("50", "50");
  assert_latex("0.314", "0.314");
  assert_latex("0", "0");
  assert_latex("1e-6", "10^{-6}");
  assert_latex("1.5e-6 * A", "1.5 \\cdot 10^{-6} \\cdot A");
  assert_latex("A ^ 1e7", "{A}^{10^{7}}");
  assert_latex("2e7 ^ A", "{\\left(2 \\cdot 10^{7}\\right)}^{A}");
  assert_latex("WT / 70 kg", "\\frac{\\mathit{WT}}{70\\,\\mathrm{kg}}");
  assert_latex("5 % * A", "5\\,\\mathrm{\\%} \\cdot A");
  assert_latex("(AGE in a) - 71", "\\frac{\\mathit{AGE}}{\\mathrm{a}} - 71");
}

static void functions_and_cases_have_their_own_forms(void **state)
{
  (void)state;
  assert_latex("exp(-K * TIME)", "\\exp\\left(-K \\cdot t\\right)");
  assert_latex("log(A) + sqrt(B)", "\\ln\\left(A\\right) + \\sqrt{B}");
  assert_latex("max(A, 0) ^ N", "{\\max\\left(A, 0\\right)}^{N}");
  assert_latex("floor(A) * abs(B - C)",
               "\\left\\lfloor A\\right\\rfloor  \\cdot \\left|B - C\\right|");
  assert_latex("sin(A) * log10(B)", "\\sin\\left(A\\right) \\cdot \\log_{10}\\left(B\\right)");
  assert_latex("atan(A) + ceil(B)", "\\arctan\\left(A\\right) + \\left\\lceil B\\right\\rceil ");
  assert_latex("round(A, 0.5)", "\\operatorname{round}\\left(A, 0.5\\right)");
  assert_latex("interpolate(TIME, 0 h: 1, 12 h: 2.5)",
               "\\operatorname{interpolate}\\left(t; 0\\,\\mathrm{h} \\mapsto 1, "
               "12\\,\\mathrm{h} \\mapsto 2.5\\right)");
  assert_latex("positive_root(A - B, C + D)",
               "\\frac{\\sqrt{{\\left(A - B\\right)}^{2} + 4 \\cdot \\left(C + D\\right)} - "
               "\\left(A - B\\right)}{2}");
  assert_latex("first(cleared) / 2 h",
               "\\frac{\\operatorname{first}\\left(\\mathit{cleared}\\right)}"
               "{2\\,\\mathrm{h}}");
  assert_latex("2 * if(A < B, A, B)",
               "2 \\cdot \\left(\\begin{cases} A & \\text{if } A < B \\\\ B & \\text{otherwise} "
               "\\end{cases}\\right)");
  assert_latex("lookup(G, '*1': 1, 'a_b': 2)",
               "\\begin{cases} 1 & \\text{if } G = \\text{*1} \\\\ 2 & \\text{if } G = "
               "\\text{a\\_b} \\end{cases}");
}

static void the_characters_of_latex_are_escaped_in_text(void **state)
{
  char *text = NULL;
  size_t size;
  FILE *stream = open_memstream(&text, &size);

  (void)state;
  latex_text("\\end{x} 5 % of $ & #1_2 ^~ <|>\n\"Größe\"", stream);
  assert_string_equal(ended(stream, &text), "\\textbackslash{}end\\{x\\} 5 \\% of \\$ \\& \\#1\\_2 "
                                            "\\textasciicircum{}\\textasciitilde{} "
                                            "\\textless{}\\textbar{}\\textgreater{} ''Größe''");
  free(text);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_quotient_is_a_fraction_that_needs_no_parentheses),
      cmocka_unit_test(parentheses_stay_where_they_change_the_value),
      cmocka_unit_test(a_sign_never_follows_an_operator),
      cmocka_unit_test(what_follows_an_underscore_is_a_subscript),
      cmocka_unit_test(numbers_are_as_short_as_they_can_be_and_units_upright),
      cmocka_unit_test(functions_and_cases_have_their_own_forms),
      cmocka_unit_test(the_characters_of_latex_are_escaped_in_text),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

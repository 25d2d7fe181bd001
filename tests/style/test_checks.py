# SPDX-License-Identifier: GPL-3.0-or-later
"""Every check of this folder finds the fault it is for, and leaves good text alone."""
import unittest
from importlib.machinery import SourceFileLoader
from pathlib import Path

import c_source
import check_includes
import check_names
import check_sizes
import check_text

HERE = Path(__file__).parent
engine_symbols = SourceFileLoader("engine_symbols", str(HERE / "engine_symbols")).load_module()

GOOD = """/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"
enum { LANES = 8, OTHER };
static const char *const names[] = {"a", "b"};
static const struct field { int a; } fields[] = {{1}, {2}};
static volatile sig_atomic_t asked_to_stop;
struct dose { double time_h; };
int (*const chosen)(int) = 0;
extern const struct solver_method solver_linear;
static int forward(int a);
void expression_visit(const struct expression *tree, void (*visit)(int node), void *context);

/** Comment with { and ( and typedef struct. */
static int three_deep(const struct dose *dose, int n)
{
  const struct dose other = (struct dose){.time_h = 1};
  for (int i = 0; i < n; i++) {
    if (dose->time_h > other.time_h) {
      while (n > 0) {
        n--;
      }
    }
  }
  return n + '{';
}
"""


def found(problems):
    return "\n".join(problems)


class Includes(unittest.TestCase):
    allowed = {"engine/base": [], "engine/twin": ["base"], "engine/cli": ["*"]}
    doors = {"gsl/*": ["analysis/estimators/*.c"], "yaml.h": ["engine/base/yaml*.c"]}

    def problems(self, path, text):
        return found(check_includes.problems(path, text, self.allowed, self.doors))

    def test_a_folder_may_see_itself_and_what_the_table_names(self):
        text = '#include "base/x.h"\n#include "twin/y.h"\n#include <stdio.h>\n'
        self.assertEqual(self.problems("engine/twin/a.c", text), "")
        self.assertEqual(self.problems("engine/cli/a.c", text), "")

    def test_a_folder_may_not_see_another(self):
        self.assertIn("engine/base/a.c:2: engine/base may not include twin/y.h",
                      self.problems("engine/base/a.c", '\n#include "twin/y.h"\n'))

    def test_a_folder_without_a_line_may_see_nothing(self):
        self.assertIn("has no line", self.problems("engine/new/a.c", '#include "new/y.h"\n'))

    def test_a_dependency_has_one_door(self):
        text = "#include <gsl/gsl_cdf.h>\n"
        self.assertEqual(self.problems("analysis/estimators/logrank.c", text), "")
        self.assertIn("engine/base/a.c:1: gsl/gsl_cdf.h", self.problems("engine/base/a.c", text))

    def test_the_tables_can_be_read_and_name_existing_rules(self):
        allowed = check_includes.read_table((HERE / "allowed_includes.txt").read_text())
        doors = check_includes.read_table((HERE / "doors.txt").read_text())
        self.assertEqual(allowed["engine/base"], [])
        self.assertIn("base", allowed["engine/model"])
        self.assertIn("hdf5.h", doors)


class Sizes(unittest.TestCase):
    def problems(self, text, exceptions=None, path="engine/base/a.c"):
        return found(check_sizes.problems(path, text, exceptions or {}))

    def test_good_text_is_left_alone(self):
        self.assertEqual(self.problems(GOOD), "")

    def test_files_may_not_grow_without_end(self):
        self.assertIn("501 lines", self.problems("\n" * 501))
        self.assertEqual(self.problems("\n" * 500), "")
        self.assertIn("151 lines", self.problems("\n" * 151, path="engine/base/a.h"))

    def test_functions_may_not_grow_without_end(self):
        def lines(n):
            return "int f(void)\n{\n" + "  g();\n" * (n - 3) + "}\n"
        self.assertEqual(self.problems(lines(60)), "")
        self.assertIn("engine/base/a.c:1: f has lines 61", self.problems(lines(61)))
        self.assertEqual(self.problems(lines(61), {("engine/base/a.c:f", "lines"): 70}), "")

    def test_six_parameters_are_too_many(self):
        self.assertEqual(self.problems("int f(int a, int b, int c, int d, int (*e)(int, int)) {}"), "")
        self.assertIn("parameters 6", self.problems("int f(int a, int b, int c, int d, int e, int g) {}"))

    def test_four_levels_are_too_deep(self):
        deep = "int f(void) {" + "if (1) {" * 4 + "}" * 4 + "}"
        self.assertIn("nesting 4", self.problems(deep))
        self.assertIn("nesting 4", self.problems(deep.replace("if (1) {", "do {", 1)))

    def test_an_exception_needs_a_reason(self):
        with self.assertRaises(SystemExit):
            check_sizes.read_exceptions("a.c | lines | 600 | ")
        self.assertEqual(check_sizes.read_exceptions("a.c | lines | 600 | a table"),
                         {("a.c", "lines"): 600})


class Names(unittest.TestCase):
    def problems(self, text, path="engine/base/a.c"):
        return found(check_names.code_problems(path, text))

    def test_good_text_is_left_alone(self):
        self.assertEqual(self.problems(GOOD), "")

    def test_empty_words_are_found(self):
        self.assertIn("'helpers'", found(check_names.file_problems("engine/base/dose_helpers.c")))
        self.assertEqual(found(check_names.file_problems("engine/base/futility.c")), "")
        self.assertIn("'util'", self.problems("static int dose_util(void)\n{\n}\n"))

    def test_structs_have_no_second_name(self):
        self.assertIn("engine/base/a.c:2: no typedef", self.problems("\ntypedef struct { int a; } b;"))

    def test_variables_at_file_scope_are_constant(self):
        for text in ("static int count;", "static const char *name = 0;", "int count = 3;",
                     "static double rows[] = {1, 2};", "static struct dose doses[3] = {{1}};",
                     "static int (*handler)(int);"):
            with self.subTest(text):
                self.assertIn("can change", self.problems(text))

    def test_a_header_may_declare_a_function_by_its_type(self):
        self.assertEqual(self.problems("attempt_function attempt_avx2;", "engine/solver/a.h"), "")
        self.assertIn("can change", self.problems("extern int count;", "engine/solver/a.h"))

    def test_test_programs_and_tests_are_named(self):
        self.assertIn("test_<what>.c", found(check_names.file_problems("tests/unit/units.c")))
        self.assertEqual(found(check_names.file_problems("tests/invariance/ranks_driver.c")), "")
        self.assertIn("sentence", self.problems("a(cmocka_unit_test(test_units_work_well));"))
        self.assertIn("sentence", self.problems("a(cmocka_unit_test(units));"))
        self.assertEqual(self.problems("a(cmocka_unit_test(a_day_is_24_hours));"), "")


class Text(unittest.TestCase):
    def problems(self, text, name="engine/base/a.c"):
        return found(check_text.problems(name, Path(name), text))

    def test_good_text_is_left_alone(self):
        self.assertEqual(self.problems(GOOD), "")
        self.assertEqual(self.problems("See $HOME/work/x, ~/work/x and https://a.org/home/x\n", "a.md"), "")

    def test_the_licence_is_named(self):
        self.assertIn(":1:", self.problems("int a;\n"))
        self.assertEqual(self.problems("#!/bin/sh\n# SPDX-License-Identifier: GPL-3.0-or-later\n", "run"), "")

    def test_banners_and_unfinished_work_are_found(self):
        self.assertIn("a.c:2: no banners", self.problems(GOOD.splitlines()[0] + "\n/* " + "-" * 20 + " */\n"))
        self.assertIn("finish it", self.problems(GOOD + "/* TO" "DO: more */\n"))

    def test_half_done_merges_are_found(self):
        self.assertIn("a.md:2: a merge", self.problems("\n<<<<" "<<< HEAD\n", "a.md"))

    def test_paths_of_one_machine_are_found(self):
        self.assertIn("README.md:1: '/home" "/ann", self.problems("cd /home" "/ann/x\n", "README.md"))
        self.assertIn("one machine", self.problems("see /root" "/x\n", "README.md"))


class Symbols(unittest.TestCase):
    def test_what_differs_between_processors_is_found(self):
        for symbol in ("exp", "powf", "log1pl", "__exp_finite", "gsl_cdf_chisq_P", "cblas_ddot",
                       "dgemm_", "Sleef_exp_u10"):
            with self.subTest(symbol):
                self.assertIsNotNone(engine_symbols.reason_against(symbol))

    def test_what_is_the_same_everywhere_is_left_alone(self):
        for symbol in ("sqrt", "floor", "fma", "expression_parse", "math_exp", "Sleef_finz_expd8_u10avx512f",
                       "malloc", "H5Dwrite"):
            with self.subTest(symbol):
                self.assertIsNone(engine_symbols.reason_against(symbol))

    def test_the_listing_of_nm_is_understood(self):
        self.assertEqual(list(engine_symbols.undefined_symbols("lib/a.a:dose.c.o:     U exp@GLIBC_2.29\n")),
                         [("dose.c.o", "exp")])


if __name__ == "__main__":
    unittest.main()

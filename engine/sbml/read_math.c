/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mathematics of SBML as trees: functions are inlined, chains of comparisons and operators of
 * any number of arguments become pairs, and functions that the model language lacks are written
 * with those it has. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/units.h"
#include "sbml/reading.h"

enum { DEEPEST = 3000, LONGEST = 100000 };

static const struct tree *translate(struct reading *reading, const ASTNode_t *math);

static const struct tree *number(struct reading *reading, double value)
{
  return tree_number(reading->model->arena, value);
}

static const struct tree *refuse(struct reading *reading, const char *what)
{
  diagnostics_error(reading->model->diagnostics, &reading->at, "%s", what);
  return number(reading, 0);
}

static const struct tree *pair(struct reading *reading, enum tree_kind kind, const struct tree *a,
                               const struct tree *b)
{
  return tree_pair(reading->model->arena, kind, a, b);
}

static const struct tree *call(struct reading *reading, const char *function, const struct tree *a)
{
  return tree_call(reading->model->arena, function, a);
}

static const struct tree *argument(struct reading *reading, const ASTNode_t *math, unsigned i)
{
  if (i < ASTNode_getNumChildren(math)) return translate(reading, ASTNode_getChild(math, i));
  return refuse(reading, "an operator lacks an argument here");
}

/** Of any number of arguments; `none` without any. */
static const struct tree *row(struct reading *reading, enum tree_kind kind, const ASTNode_t *math,
                              const struct tree *none)
{
  const unsigned n = ASTNode_getNumChildren(math);
  const struct tree *all = none;

  for (unsigned i = 0; i < n; i++) {
    const struct tree *one = argument(reading, math, i);

    all = i == 0 ? one : pair(reading, kind, all, one);
  }
  if (kind == TREE_AND || kind == TREE_OR) return tree_as_truth(reading->model->arena, all);
  return tree_as_number(reading->model->arena, all);
}

static const struct tree *least_or_most(struct reading *reading, const char *function,
                                        const ASTNode_t *math)
{
  const struct tree *all = argument(reading, math, 0);

  for (unsigned i = 1; i < ASTNode_getNumChildren(math); i++)
    all = tree_call_pair(reading->model->arena, function, all, argument(reading, math, i));
  return all;
}

/** a < b < c is a < b and b < c. */
static const struct tree *comparisons(struct reading *reading, enum tree_kind kind,
                                      const ASTNode_t *math)
{
  const unsigned n = ASTNode_getNumChildren(math);
  const struct tree *all = tree_truth(reading->model->arena, true), *left, *right;

  if (n < 2) return all;
  left = argument(reading, math, 0);
  for (unsigned i = 1; i < n; i++) {
    right = argument(reading, math, i);
    all = pair(reading, TREE_AND, all, pair(reading, kind, left, right));
    left = right;
  }
  return all;
}

/** An odd number of them holds. */
static const struct tree *exclusive_or(struct reading *reading, const ASTNode_t *math)
{
  struct arena *arena = reading->model->arena;
  const unsigned n = ASTNode_getNumChildren(math);
  const struct tree *all = number(reading, 0), *two = number(reading, 2);

  for (unsigned i = 0; i < n; i++) {
    const struct tree *one = tree_as_truth(arena, argument(reading, math, i));

    all = pair(reading, TREE_ADD, all, tree_as_number(arena, one));
  }
  if (n == 2) return pair(reading, TREE_EQUAL, all, number(reading, 1));
  all = pair(reading, TREE_SUBTRACT, all,
             pair(reading, TREE_MULTIPLY, two,
                  call(reading, "floor", pair(reading, TREE_DIVIDE, all, two))));
  return pair(reading, TREE_EQUAL, all, number(reading, 1));
}

static const struct tree *piecewise(struct reading *reading, const ASTNode_t *math)
{
  const unsigned n = ASTNode_getNumChildren(math);
  const struct tree *result = n % 2 ? argument(reading, math, n - 1) : number(reading, (double)NAN);

  for (unsigned i = n / 2; i-- > 0;) {
    const struct tree *value = argument(reading, math, 2 * i);

    result = tree_if(reading->model->arena, argument(reading, math, 2 * i + 1), value, result);
  }
  return result;
}

static const struct tree *truncated(struct reading *reading, const struct tree *x)
{
  return tree_if(reading->model->arena, pair(reading, TREE_LESS, x, number(reading, 0)),
                 call(reading, "ceil", x), call(reading, "floor", x));
}

/** quotient(a, b), or rem(a, b), which has the sign of a. */
static const struct tree *whole_division(struct reading *reading, const ASTNode_t *math,
                                         bool is_remainder)
{
  const struct tree *a = argument(reading, math, 0), *b = argument(reading, math, 1);
  const struct tree *quotient = truncated(reading, pair(reading, TREE_DIVIDE, a, b));

  if (!is_remainder) return quotient;
  return pair(reading, TREE_SUBTRACT, a, pair(reading, TREE_MULTIPLY, b, quotient));
}

static const struct tree *factorial(struct reading *reading, const ASTNode_t *math)
{
  const double n = tree_value(argument(reading, math, 0), NULL);
  double product = 1;

  if (!(n >= 0) || n != floor(n))
    return refuse(reading, "the factorial of anything but a whole number, which the model language "
                           "lacks; write its value");
  for (double k = 2; k <= n && product < 1e300 * 1e10; k++) product *= k;
  return number(reading, product);
}

/** log(base, x); libsbml adds a base of 10 where none is written. */
static const struct tree *logarithm(struct reading *reading, const ASTNode_t *math)
{
  const struct tree *base, *x;

  if (ASTNode_getNumChildren(math) < 2) return call(reading, "log10", argument(reading, math, 0));
  base = argument(reading, math, 0);
  x = argument(reading, math, 1);
  if (tree_is_number(base, 10)) return call(reading, "log10", x);
  return pair(reading, TREE_DIVIDE, call(reading, "log", x), call(reading, "log", base));
}

/** root(degree, x); libsbml adds a degree of 2 where none is written. */
static const struct tree *root(struct reading *reading, const ASTNode_t *math)
{
  const struct tree *degree, *x;

  if (ASTNode_getNumChildren(math) < 2) return call(reading, "sqrt", argument(reading, math, 0));
  degree = argument(reading, math, 0);
  x = argument(reading, math, 1);
  if (tree_is_number(degree, 2)) return call(reading, "sqrt", x);
  return pair(reading, TREE_POWER, x, pair(reading, TREE_DIVIDE, number(reading, 1), degree));
}

/** sqrt(x^2 + sign) */
static const struct tree *leg(struct reading *reading, const struct tree *x, double sign)
{
  return call(reading, "sqrt",
              pair(reading, TREE_ADD, pair(reading, TREE_POWER, x, number(reading, 2)),
                   number(reading, sign)));
}

/** Odd, without cancellation at negative x. */
static const struct tree *arsinh(struct reading *reading, const struct tree *x)
{
  const struct tree *size = call(reading, "abs", x);
  const struct tree *value = call(reading, "log",
                                  pair(reading, TREE_ADD, size, leg(reading, x, 1)));

  return tree_if(reading->model->arena, pair(reading, TREE_LESS, x, number(reading, 0)),
                 tree_negate(reading->model->arena, value), value);
}

static const struct tree *arcosh(struct reading *reading, const struct tree *x)
{
  return call(reading, "log", pair(reading, TREE_ADD, x, leg(reading, x, -1)));
}

static const struct tree *artanh(struct reading *reading, const struct tree *x)
{
  const struct tree *one = number(reading, 1);
  const struct tree *ratio = pair(reading, TREE_DIVIDE, pair(reading, TREE_ADD, one, x),
                                  pair(reading, TREE_SUBTRACT, one, x));

  return pair(reading, TREE_DIVIDE, call(reading, "log", ratio), number(reading, 2));
}

static const struct named_function {
  ASTNodeType_t type;
  const char *name;                                                        /* in the language, or */
  const struct tree *(*of)(struct reading *reading, const struct tree *x); /* written with others */
  bool of_reciprocal, is_reciprocal;                                       /* f(1 / x), 1 / f(x) */
} functions[] = {
    {AST_FUNCTION_ABS, "abs", NULL, false, false},
    {AST_FUNCTION_EXP, "exp", NULL, false, false},
    {AST_FUNCTION_LN, "log", NULL, false, false},
    {AST_FUNCTION_FLOOR, "floor", NULL, false, false},
    {AST_FUNCTION_CEILING, "ceil", NULL, false, false},
    {AST_FUNCTION_SIN, "sin", NULL, false, false},
    {AST_FUNCTION_COS, "cos", NULL, false, false},
    {AST_FUNCTION_TAN, "tan", NULL, false, false},
    {AST_FUNCTION_CSC, "sin", NULL, false, true},
    {AST_FUNCTION_SEC, "cos", NULL, false, true},
    {AST_FUNCTION_COT, "tan", NULL, false, true},
    {AST_FUNCTION_ARCSIN, "asin", NULL, false, false},
    {AST_FUNCTION_ARCCOS, "acos", NULL, false, false},
    {AST_FUNCTION_ARCTAN, "atan", NULL, false, false},
    {AST_FUNCTION_ARCCSC, "asin", NULL, true, false},
    {AST_FUNCTION_ARCSEC, "acos", NULL, true, false},
    {AST_FUNCTION_ARCCOT, "atan", NULL, true, false},
    {AST_FUNCTION_SINH, "sinh", NULL, false, false},
    {AST_FUNCTION_COSH, "cosh", NULL, false, false},
    {AST_FUNCTION_TANH, "tanh", NULL, false, false},
    {AST_FUNCTION_CSCH, "sinh", NULL, false, true},
    {AST_FUNCTION_SECH, "cosh", NULL, false, true},
    {AST_FUNCTION_COTH, "tanh", NULL, false, true},
    {AST_FUNCTION_ARCSINH, NULL, arsinh, false, false},
    {AST_FUNCTION_ARCCOSH, NULL, arcosh, false, false},
    {AST_FUNCTION_ARCTANH, NULL, artanh, false, false},
    {AST_FUNCTION_ARCCSCH, NULL, arsinh, true, false},
    {AST_FUNCTION_ARCSECH, NULL, arcosh, true, false},
    {AST_FUNCTION_ARCCOTH, NULL, artanh, true, false},
};

static const struct tree *apply(struct reading *reading, const struct named_function *function,
                                const struct tree *x)
{
  const struct tree *one = number(reading, 1), *result;

  if (function->of_reciprocal) x = pair(reading, TREE_DIVIDE, one, x);
  result = function->of ? function->of(reading, x) : call(reading, function->name, x);
  return function->is_reciprocal ? pair(reading, TREE_DIVIDE, one, result) : result;
}

/** Its body with the arguments in their places. Names of the model stand for themselves only
 *  outside functions. */
static const struct tree *inlined(struct reading *reading, const ASTNode_t *math)
{
  const char *name = ASTNode_getName(math);
  const FunctionDefinition_t *function = name ? Model_getFunctionDefinitionById(reading->file, name)
                                              : NULL;
  const unsigned n = function ? FunctionDefinition_getNumArguments(function) : 0;
  struct argument_value *values = arena_new(reading->model->arena, n, sizeof *values);
  struct reading inside = *reading;

  if (!function || !FunctionDefinition_getBody(function) || n != ASTNode_getNumChildren(math)) {
    diagnostics_error(reading->model->diagnostics, &reading->at,
                      "the function '%.60s' has no definition for these arguments",
                      name ? name : "?");
    return number(reading, 0);
  }
  for (unsigned i = 0; i < n; i++) {
    const char *argument_name = ASTNode_getName(FunctionDefinition_getArgument(function, i));

    values[i] = (struct argument_value){argument_name ? argument_name : "",
                                        argument(reading, math, i)};
  }
  inside.arguments = values;
  inside.n_arguments = n;
  inside.is_in_function = true;
  return translate(&inside, FunctionDefinition_getBody(function));
}

static struct quantity *named_quantity(struct reading *reading, const char *name)
{
  struct quantity *quantity = NULL;

  for (int i = 0; i < reading->n_locals; i++)
    if (strcmp(reading->locals[i]->id, name) == 0) quantity = reading->locals[i];
  if (!quantity) quantity = reading_find(reading, name);
  if (quantity) quantity->is_used = true;
  return quantity;
}

static const struct tree *name(struct reading *reading, const ASTNode_t *math, enum tree_kind kind)
{
  const char *text = ASTNode_getName(math);
  struct quantity *quantity;

  for (unsigned i = 0; text && i < reading->n_arguments; i++)
    if (strcmp(reading->arguments[i].name, text) == 0) {
      const struct tree *value = reading->arguments[i].value;

      if (kind == TREE_QUANTITY || value->kind != TREE_QUANTITY) return value;
      return tree_of_quantity(reading->model->arena, kind, value->quantity);
    }
  quantity = text && !reading->is_in_function ? named_quantity(reading, text) : NULL;
  if (quantity) return tree_of_quantity(reading->model->arena, kind, quantity);
  diagnostics_error(reading->model->diagnostics, &reading->at,
                    "'%.60s' is no species, compartment, parameter or reaction with a value",
                    text ? text : "");
  return number(reading, 0);
}

static const struct tree *rate_of(struct reading *reading, const ASTNode_t *math)
{
  const ASTNode_t *of = ASTNode_getNumChildren(math) == 1 ? ASTNode_getChild(math, 0) : NULL;

  if (!of || ASTNode_getType(of) != AST_NAME)
    return refuse(reading, "rateOf needs the name of one quantity");
  return name(reading, of, TREE_RATE_OF);
}

static const struct tree *minus(struct reading *reading, const ASTNode_t *math)
{
  const struct tree *first = argument(reading, math, 0);

  if (ASTNode_getNumChildren(math) < 2) return tree_negate(reading->model->arena, first);
  return pair(reading, TREE_SUBTRACT, first, argument(reading, math, 1));
}

/** As it stands in the file: 6.02e23 is read as a decimal number, 1/3 stays a division. */
static const struct tree *constant(struct reading *reading, const ASTNode_t *math)
{
  double value;

  switch (ASTNode_getType(math)) {
  case AST_INTEGER:
    return number(reading, (double)ASTNode_getInteger(math));
  case AST_REAL_E: {
    const char *text = arena_format(reading->model->arena, "%.17ge%ld", ASTNode_getMantissa(math),
                                    ASTNode_getExponent(math));

    return number(reading, number_parse(text, &value) ? value : ASTNode_getReal(math));
  }
  case AST_RATIONAL:
    return pair(reading, TREE_DIVIDE, number(reading, (double)ASTNode_getNumerator(math)),
                number(reading, (double)ASTNode_getDenominator(math)));
  default:
    return number(reading, ASTNode_getReal(math));
  }
}

static const struct tree *translate_number(struct reading *reading, const ASTNode_t *math)
{
  switch (ASTNode_getType(math)) {
  case AST_INTEGER:
  case AST_REAL:
  case AST_REAL_E:
  case AST_RATIONAL:
    return constant(reading, math);
  case AST_CONSTANT_E:
    return call(reading, "exp", number(reading, 1));
  case AST_CONSTANT_PI:
    return number(reading, 3.14159265358979323846);
  case AST_NAME_AVOGADRO:
    return number(reading, 6.02214179e23); /* the value that SBML gives it */
  case AST_CONSTANT_TRUE:
    return tree_truth(reading->model->arena, true);
  case AST_CONSTANT_FALSE:
    return tree_truth(reading->model->arena, false);
  case AST_NAME_TIME:
    return tree_time(reading->model->arena);
  case AST_NAME:
    return name(reading, math, TREE_QUANTITY);
  default:
    return NULL;
  }
}

static const struct tree *translate_condition(struct reading *reading, const ASTNode_t *math)
{
  struct arena *arena = reading->model->arena;

  switch (ASTNode_getType(math)) {
  case AST_RELATIONAL_EQ:
    return comparisons(reading, TREE_EQUAL, math);
  case AST_RELATIONAL_NEQ:
    return comparisons(reading, TREE_UNEQUAL, math);
  case AST_RELATIONAL_LT:
    return comparisons(reading, TREE_LESS, math);
  case AST_RELATIONAL_LEQ:
    return comparisons(reading, TREE_AT_MOST, math);
  case AST_RELATIONAL_GT:
    return comparisons(reading, TREE_GREATER, math);
  case AST_RELATIONAL_GEQ:
    return comparisons(reading, TREE_AT_LEAST, math);
  case AST_LOGICAL_AND:
    return row(reading, TREE_AND, math, tree_truth(arena, true));
  case AST_LOGICAL_OR:
    return row(reading, TREE_OR, math, tree_truth(arena, false));
  case AST_LOGICAL_XOR:
    return exclusive_or(reading, math);
  case AST_LOGICAL_NOT:
    return tree_not(arena, argument(reading, math, 0));
  case AST_LOGICAL_IMPLIES:
    return pair(reading, TREE_OR, tree_not(arena, argument(reading, math, 0)),
                argument(reading, math, 1));
  default:
    return NULL;
  }
}

static const struct tree *translate_operator(struct reading *reading, const ASTNode_t *math)
{
  switch (ASTNode_getType(math)) {
  case AST_PLUS:
    return row(reading, TREE_ADD, math, number(reading, 0));
  case AST_TIMES:
    return row(reading, TREE_MULTIPLY, math, number(reading, 1));
  case AST_MINUS:
    return minus(reading, math);
  case AST_DIVIDE:
    return pair(reading, TREE_DIVIDE, argument(reading, math, 0), argument(reading, math, 1));
  case AST_POWER:
  case AST_FUNCTION_POWER:
    return pair(reading, TREE_POWER, argument(reading, math, 0), argument(reading, math, 1));
  case AST_FUNCTION_ROOT:
    return root(reading, math);
  case AST_FUNCTION_LOG:
    return logarithm(reading, math);
  case AST_FUNCTION_PIECEWISE:
    return piecewise(reading, math);
  case AST_FUNCTION_MIN:
    return least_or_most(reading, "min", math);
  case AST_FUNCTION_MAX:
    return least_or_most(reading, "max", math);
  case AST_FUNCTION_QUOTIENT:
    return whole_division(reading, math, false);
  case AST_FUNCTION_REM:
    return whole_division(reading, math, true);
  case AST_FUNCTION_FACTORIAL:
    return factorial(reading, math);
  case AST_FUNCTION_RATE_OF:
    return rate_of(reading, math);
  case AST_FUNCTION:
    return inlined(reading, math);
  default:
    return NULL;
  }
}

static const struct tree *translate_function(struct reading *reading, const ASTNode_t *math)
{
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    if (functions[i].type == ASTNode_getType(math))
      return apply(reading, &functions[i], argument(reading, math, 0));
  if (ASTNode_getType(math) == AST_FUNCTION_DELAY)
    return refuse(reading, "the value of a quantity some time ago (csymbol delay), which the model "
                           "language lacks");
  return refuse(reading, "an operator or function that the model language lacks");
}

static const struct tree *translate(struct reading *reading, const ASTNode_t *math)
{
  const struct tree *tree;

  /* Functions that call functions may double the work at each level. */
  if (++*reading->translated > LONGEST) return number(reading, 0);
  if (++reading->depth > DEEPEST) {
    reading->depth--;
    return refuse(reading, "mathematics that is nested too deeply");
  }
  tree = translate_number(reading, math);
  if (!tree) tree = translate_condition(reading, math);
  if (!tree) tree = translate_operator(reading, math);
  if (!tree) tree = translate_function(reading, math);
  reading->depth--;
  if (tree->size > LARGEST_TREE) return refuse(reading, "mathematics that is too large to write");
  return tree;
}

const struct tree *read_math(struct reading *reading, const ASTNode_t *math)
{
  const struct tree *tree;
  long translated = 0;

  if (!math) return NULL;
  reading->translated = &translated;
  tree = translate(reading, math);
  reading->translated = NULL;
  return translated > LONGEST ? refuse(reading, "mathematics that is too large to write") : tree;
}

const struct tree *read_number(struct reading *reading, const ASTNode_t *math)
{
  const struct tree *tree = read_math(reading, math);

  return tree ? tree_as_number(reading->model->arena, tree) : NULL;
}

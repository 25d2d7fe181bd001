/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names, types and units of an expression. */
#include "expression/expression.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct checking {
  const struct scope *scope;
  struct diagnostics *diagnostics;
};

static bool check(struct checking *checking, struct expression *expression);

struct symbol *scope_add(struct scope *scope, struct arena *arena, const struct symbol *symbol)
{
  struct symbol *copy = arena_new(arena, 1, sizeof *copy);

  *copy = *symbol;
  scope->symbols = memory_grow(scope->symbols, scope->n + 1, &scope->capacity,
                               sizeof *scope->symbols);
  scope->symbols[scope->n++] = copy;
  return copy;
}

struct symbol *scope_find(const struct scope *scope, const char *name)
{
  for (size_t i = 0; i < scope->n; i++)
    if (strcmp(scope->symbols[i]->name, name) == 0) return scope->symbols[i];
  return NULL;
}

void scope_clear(struct scope *scope)
{
  free(scope->symbols);
  *scope = (struct scope){0};
}

bool expression_is_reserved(const char *name)
{
  static const char *const words[] = {
      "TIME", "if",   "min",   "max",         "abs",          "exp",   "log",    "sqrt",
      "in",   "ceil", "log10", "sin",         "cos",          "tan",   "asin",   "acos",
      "atan", "sinh", "cosh",  "tanh",        "floor",        "round", "lookup", "and",
      "or",   "not",  "first", "interpolate", "positive_root"};

  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(words[i], name) == 0) return true;
  return false;
}

/** first(EVENT) */
static void report_unknown_event(struct checking *checking, const struct expression *expression)
{
  const struct scope *scope = checking->scope;
  const char **names = memory_new(scope->n, sizeof *names), *near;
  size_t n = 0;

  for (size_t i = 0; i < scope->n; i++)
    if (strncmp(scope->symbols[i]->name, "first(", 6) == 0) names[n++] = scope->symbols[i]->name;
  near = nearest_word(expression->name, n, names);
  diagnostics_error(checking->diagnostics, &expression->at,
                    "'%.40s': there is no event of this name%s%s%s", expression->name,
                    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
  free(names);
}

static void report_unknown(struct checking *checking, const struct expression *expression)
{
  const struct scope *scope = checking->scope;
  const char *reason = scope->refusal ? scope->refusal(scope->context, expression->name) : NULL;
  const char **names, *near;
  const size_t length = strcspn(expression->name, "(");

  if (reason && !reason[0]) return; /* why it is not known has been reported */
  if (!reason && strncmp(expression->name, "first(", 6) == 0) {
    report_unknown_event(checking, expression);
    return;
  }
  if (!reason && expression->name[length]) {
    diagnostics_error(checking->diagnostics, &expression->at,
                      "unknown function '%.*s'; there are " EXPRESSION_FUNCTIONS, (int)length,
                      expression->name);
    return;
  }
  if (reason) {
    diagnostics_error(checking->diagnostics, &expression->at, "'%.40s' %s", expression->name,
                      reason);
    return;
  }
  names = memory_new(scope->n, sizeof *names);
  for (size_t i = 0; i < scope->n; i++) names[i] = scope->symbols[i]->name;
  near = nearest_word(expression->name, scope->n, names);
  if (near)
    diagnostics_error(checking->diagnostics, &expression->at,
                      "unknown name '%.40s'; did you mean '%s'?", expression->name, near);
  else
    diagnostics_error(checking->diagnostics, &expression->at, "unknown name '%.40s'",
                      expression->name);
  free(names);
}

static bool is_zero(const struct expression *expression)
{
  return expression->kind == EXPRESSION_NUMBER && expression->number == 0 && !expression->has_unit;
}

static bool is_number(struct checking *checking, const struct expression *expression)
{
  if (expression->type == VALUE_NUMBER) return true;
  diagnostics_error(checking->diagnostics, &expression->at,
                    "a number is needed here, but this is %s",
                    expression->type == VALUE_TRUTH ? "a condition" : "a category");
  return false;
}

static bool is_truth(struct checking *checking, const struct expression *expression)
{
  if (expression->type == VALUE_TRUTH) return true;
  diagnostics_error(checking->diagnostics, &expression->at,
                    "a condition is needed here, like 'x > 2', but this is %s",
                    expression->type == VALUE_NUMBER ? "a number" : "a category");
  return false;
}

static bool is_pure(struct checking *checking, const struct expression *expression)
{
  char text[96];

  if (!is_number(checking, expression)) return false;
  if (unit_same_dimension(expression->unit, unit_one)) return true;
  diagnostics_error(checking->diagnostics, &expression->at,
                    "a pure number is needed here, but this is %s; divide by a reference or write "
                    "'(...) in unit'",
                    unit_dimension_text(expression->unit, text));
  return false;
}

/** Two numbers of one dimension; 0 fits every unit. The unit of the pair goes to `unit`. */
static bool agree(struct checking *checking, const struct expression *whole,
                  struct expression *left, struct expression *right, struct unit *unit)
{
  char a[96], b[96];

  if (!is_number(checking, left) || !is_number(checking, right)) return false;
  if (is_zero(left)) left->unit = right->unit;
  if (is_zero(right)) right->unit = left->unit;
  *unit = left->unit;
  if (unit_same_dimension(left->unit, right->unit)) return true;
  diagnostics_error(checking->diagnostics, &whole->at, "units do not fit: %s against %s",
                    unit_dimension_text(left->unit, a), unit_dimension_text(right->unit, b));
  return false;
}

static int category_index(const struct symbol *symbol, const char *name)
{
  for (int i = 0; i < symbol->n_categories; i++)
    if (strcmp(symbol->categories[i], name) == 0) return i;
  return -1;
}

static bool check_category_name(struct checking *checking, const struct symbol *symbol,
                                const struct place *at, const char *name)
{
  const char *near;

  if (category_index(symbol, name) >= 0) return true;
  near = nearest_word(name, (size_t)symbol->n_categories, symbol->categories);
  diagnostics_error(checking->diagnostics, at, "'%.40s' is not a category of %s%s%s%s", name,
                    symbol->name, near ? "; did you mean '" : "", near ? near : "",
                    near ? "'?" : "");
  return false;
}

/** CATEGORY == 'word', or the other way round; the word becomes the number of the category. */
static bool check_category_comparison(struct checking *checking, struct expression *expression)
{
  struct expression *left = expression->arguments[0], *right = expression->arguments[1];
  struct expression *word = left->kind == EXPRESSION_WORD ? left : right;
  struct expression *name = word == left ? right : left;

  expression->type = VALUE_TRUTH;
  if (word->kind != EXPRESSION_WORD || !check(checking, name)) {
    if (word->kind != EXPRESSION_WORD)
      diagnostics_error(checking->diagnostics, &expression->at,
                        "compare a category with a quoted word, like SEX == 'F'");
    return false;
  }
  if (name->type != VALUE_CATEGORY) {
    diagnostics_error(checking->diagnostics, &word->at,
                      "'%.40s' is a word; only categories compare with words", word->name);
    return false;
  }
  if (!check_category_name(checking, name->symbol, &word->at, word->name)) return false;
  word->type = VALUE_CATEGORY;
  word->number = category_index(name->symbol, word->name);
  return true;
}

static bool check_lookup(struct checking *checking, struct expression *expression)
{
  struct expression *variable = expression->arguments[0];
  const struct symbol *symbol;
  bool ok = true;

  if (!check(checking, variable)) return false;
  if (variable->type != VALUE_CATEGORY || variable->kind != EXPRESSION_SYMBOL) {
    diagnostics_error(checking->diagnostics, &variable->at,
                      "lookup needs the name of a category first");
    return false;
  }
  symbol = variable->symbol;
  for (int i = 1; i < expression->n; i++) {
    struct expression *value = expression->arguments[i];

    ok = check(checking, value) &&
         check_category_name(checking, symbol, &value->at, expression->keys[i]) && ok;
    if (ok && i > 1)
      ok = agree(checking, value, expression->arguments[1], value, &expression->unit);
    for (int j = 1; j < i; j++) {
      if (strcmp(expression->keys[i], expression->keys[j]) != 0) continue;
      diagnostics_error(checking->diagnostics, &value->at, "'%.40s' stands twice in this lookup",
                        expression->keys[i]);
      ok = false;
    }
  }
  if (ok && expression->n != symbol->n_categories + 1) {
    for (int c = 0; c < symbol->n_categories; c++) {
      bool found = false;

      for (int i = 1; i < expression->n; i++)
        found = found || strcmp(expression->keys[i], symbol->categories[c]) == 0;
      if (!found)
        diagnostics_error(checking->diagnostics, &expression->at,
                          "lookup lacks the category '%s' of %s", symbol->categories[c],
                          symbol->name);
    }
    return false;
  }
  if (ok && expression->n > 1) expression->unit = expression->arguments[1]->unit;
  return ok;
}

/** The abscissa of a point, written as a number, in the unit of the argument. */
static bool read_abscissa(struct checking *checking, struct expression *argument,
                          struct expression *written, double *x)
{
  const bool is_negative = written->kind == EXPRESSION_NEGATE;
  const struct expression *number = is_negative ? written->arguments[0] : written;
  struct unit unit;

  if (!check(checking, written)) return false;
  if (number->kind != EXPRESSION_NUMBER) {
    diagnostics_error(checking->diagnostics, &written->at,
                      "the points of an interpolation are numbers, like 12 h; its values may be "
                      "any expressions");
    return false;
  }
  if (!agree(checking, written, argument, written, &unit)) return false;
  *x = number->number * unit_factor(written->unit, argument->unit);
  if (is_negative) *x = -*x;
  return true;
}

static bool check_interpolation(struct checking *checking, struct expression *expression)
{
  struct expression **of = expression->arguments, *example;
  double last = 0, x = 0;
  bool ok;

  if (!check(checking, of[0]) || !is_number(checking, of[0])) return false;
  if (expression->n < 5) {
    diagnostics_error(checking->diagnostics, &expression->at,
                      "an interpolation needs at least two points, like "
                      "interpolate(TIME, 0 h: 1, 12 h: 2.5)");
    return false;
  }
  for (int i = 1; i < expression->n; i += 2) {
    if (!read_abscissa(checking, of[0], of[i], &x)) return false;
    if (i > 1 && !(last < x)) {
      diagnostics_error(checking->diagnostics, &of[i]->at,
                        "the points of an interpolation must ascend");
      return false;
    }
    last = x;
  }
  ok = check(checking, of[2]);
  example = of[2];
  for (int i = 4; ok && i < expression->n; i += 2) {
    ok = check(checking, of[i]) && agree(checking, of[i], example, of[i], &expression->unit);
    if (is_zero(example)) example = of[i];
  }
  for (int i = 2; ok && i < expression->n; i += 2)
    if (is_zero(of[i])) of[i]->unit = expression->unit;
  return ok;
}

static bool check_positive_root(struct checking *checking, struct expression *expression)
{
  struct expression *b = expression->arguments[0], *c = expression->arguments[1];
  char has[96], needs[96];

  if (!is_number(checking, b) || !is_number(checking, c)) return false;
  expression->unit = b->unit;
  if (is_zero(c)) c->unit = unit_power(b->unit, 2);
  if (unit_same_dimension(c->unit, unit_power(b->unit, 2))) return true;
  diagnostics_error(checking->diagnostics, &c->at,
                    "positive_root(b, c) solves x^2 + b x = c: this is %s, but b squared is %s",
                    unit_dimension_text(c->unit, has),
                    unit_dimension_text(unit_power(b->unit, 2), needs));
  return false;
}

static bool check_power(struct checking *checking, struct expression *expression)
{
  const struct expression *base = expression->arguments[0], *exponent = expression->arguments[1];
  const double n = exponent->kind == EXPRESSION_NEGATE ? -exponent->arguments[0]->number
                                                       : exponent->number;
  const bool is_whole = (exponent->kind == EXPRESSION_NUMBER ||
                         (exponent->kind == EXPRESSION_NEGATE &&
                          exponent->arguments[0]->kind == EXPRESSION_NUMBER)) &&
                        n >= -6 && n <= 6 && n == (int)n;

  if (!is_pure(checking, exponent) || !is_number(checking, base)) return false;
  expression->unit = unit_one;
  if (is_whole)
    expression->unit = unit_power(base->unit, (int)n);
  else if (!is_pure(checking, base))
    return false;
  return true;
}

static bool check_symbol(struct checking *checking, struct expression *expression)
{
  expression->symbol = scope_find(checking->scope, expression->name);
  if (!expression->symbol) {
    report_unknown(checking, expression);
    return false;
  }
  expression->type = expression->symbol->type;
  expression->unit = expression->symbol->unit;
  return !expression->symbol->is_broken;
}

static bool check_choice(struct checking *checking, struct expression *expression)
{
  struct expression **arguments = expression->arguments;

  return is_truth(checking, arguments[0]) &&
         agree(checking, expression, arguments[1], arguments[2], &expression->unit);
}

/** The node itself; its arguments have been checked. */
static bool check_node(struct checking *checking, struct expression *expression)
{
  struct expression **arguments = expression->arguments;

  switch (expression->kind) {
  case EXPRESSION_NEGATE:
  case EXPRESSION_ABS:
    expression->unit = arguments[0]->unit;
    return is_number(checking, arguments[0]);
  case EXPRESSION_ADD:
  case EXPRESSION_SUBTRACT:
  case EXPRESSION_MIN:
  case EXPRESSION_MAX:
    return agree(checking, expression, arguments[0], arguments[1], &expression->unit);
  case EXPRESSION_ROUND:
    return agree(checking, expression, arguments[0], arguments[1], &expression->unit);
  case EXPRESSION_MULTIPLY:
    expression->unit = unit_times(arguments[0]->unit, arguments[1]->unit);
    return is_number(checking, arguments[0]) && is_number(checking, arguments[1]);
  case EXPRESSION_DIVIDE:
    expression->unit = unit_over(arguments[0]->unit, arguments[1]->unit);
    return is_number(checking, arguments[0]) && is_number(checking, arguments[1]);
  case EXPRESSION_POWER:
    return check_power(checking, expression);
  case EXPRESSION_SQRT:
  case EXPRESSION_EXP:
  case EXPRESSION_LOG:
  case EXPRESSION_LOG10:
  case EXPRESSION_SIN:
  case EXPRESSION_COS:
  case EXPRESSION_TAN:
  case EXPRESSION_ASIN:
  case EXPRESSION_ACOS:
  case EXPRESSION_ATAN:
  case EXPRESSION_SINH:
  case EXPRESSION_COSH:
  case EXPRESSION_TANH:
  case EXPRESSION_FLOOR:
  case EXPRESSION_CEIL:
    expression->unit = unit_one;
    return is_pure(checking, arguments[0]);
  case EXPRESSION_IF:
    return check_choice(checking, expression);
  case EXPRESSION_POSITIVE_ROOT:
    return check_positive_root(checking, expression);
  case EXPRESSION_NOT:
    expression->type = VALUE_TRUTH;
    return is_truth(checking, arguments[0]);
  case EXPRESSION_AND:
  case EXPRESSION_OR:
    expression->type = VALUE_TRUTH;
    return is_truth(checking, arguments[0]) && is_truth(checking, arguments[1]);
  default:
    break;
  }
  expression->type = VALUE_TRUTH; /* comparisons */
  return agree(checking, expression, arguments[0], arguments[1], &(struct unit){{0}, {0}});
}

static bool check_in(struct checking *checking, struct expression *expression)
{
  const struct expression *argument = expression->arguments[0];
  char a[96], b[96];

  if (!check(checking, expression->arguments[0]) || !is_number(checking, argument)) return false;
  if (unit_same_dimension(argument->unit, expression->asked)) return true;
  diagnostics_error(checking->diagnostics, &expression->at, "'in' asks for %s, but this is %s",
                    unit_dimension_text(expression->asked, a),
                    unit_dimension_text(argument->unit, b));
  return false;
}

static bool check(struct checking *checking, struct expression *expression)
{
  bool ok = true;

  switch (expression->kind) {
  case EXPRESSION_NUMBER:
    return true;
  case EXPRESSION_SYMBOL:
    return check_symbol(checking, expression);
  case EXPRESSION_LOOKUP:
    return check_lookup(checking, expression);
  case EXPRESSION_IN:
    return check_in(checking, expression);
  case EXPRESSION_INTERPOLATE:
    return check_interpolation(checking, expression);
  case EXPRESSION_WORD:
    diagnostics_error(checking->diagnostics, &expression->at,
                      "a quoted word may only be compared with a category");
    return false;
  default:
    break;
  }
  if ((expression->kind == EXPRESSION_EQUAL || expression->kind == EXPRESSION_UNEQUAL) &&
      (expression->arguments[0]->kind == EXPRESSION_WORD ||
       expression->arguments[1]->kind == EXPRESSION_WORD))
    return check_category_comparison(checking, expression);
  for (int i = 0; i < expression->n; i++) ok = check(checking, expression->arguments[i]) && ok;
  return ok && check_node(checking, expression);
}

bool expression_check(struct expression *expression, const struct scope *scope,
                      struct diagnostics *diagnostics)
{
  struct checking checking = {scope, diagnostics};

  return check(&checking, expression);
}

bool expression_check_number(struct expression *expression, const struct scope *scope,
                             struct unit wanted, struct diagnostics *diagnostics)
{
  struct checking checking = {scope, diagnostics};
  char a[96], b[96];

  if (!check(&checking, expression) || !is_number(&checking, expression)) return false;
  if (is_zero(expression)) expression->unit = wanted;
  if (unit_same_dimension(expression->unit, wanted)) return true;
  diagnostics_error(diagnostics, &expression->at, "this is %s, but %s is needed",
                    unit_dimension_text(expression->unit, a), unit_dimension_text(wanted, b));
  return false;
}

bool expression_check_truth(struct expression *expression, const struct scope *scope,
                            struct diagnostics *diagnostics)
{
  struct checking checking = {scope, diagnostics};

  return check(&checking, expression) && is_truth(&checking, expression);
}

void expression_names(const struct expression *expression,
                      void (*visit)(void *context, const struct expression *name), void *context)
{
  if (expression->kind == EXPRESSION_SYMBOL) visit(context, expression);
  for (int i = 0; i < expression->n; i++)
    expression_names(expression->arguments[i], visit, context);
}

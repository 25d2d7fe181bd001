/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tree as an expression of the model language, with the parentheses that it needs. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sbml/sbml_model.h"

/** How closely an operator binds. */
enum binding {
  LOOSEST,
  OF_OR,
  OF_AND,
  OF_NOT,
  OF_COMPARISON,
  OF_SUM,
  OF_PRODUCT,
  OF_SIGN,
  OF_POWER,
  OF_LEAF
};

static const struct {
  const char *text;
  enum binding binding;
} operators[] = {[TREE_ADD] = {" + ", OF_SUM},
                 [TREE_SUBTRACT] = {" - ", OF_SUM},
                 [TREE_MULTIPLY] = {" * ", OF_PRODUCT},
                 [TREE_DIVIDE] = {" / ", OF_PRODUCT},
                 [TREE_POWER] = {" ^ ", OF_POWER},
                 [TREE_LESS] = {" < ", OF_COMPARISON},
                 [TREE_AT_MOST] = {" <= ", OF_COMPARISON},
                 [TREE_GREATER] = {" > ", OF_COMPARISON},
                 [TREE_AT_LEAST] = {" >= ", OF_COMPARISON},
                 [TREE_EQUAL] = {" == ", OF_COMPARISON},
                 [TREE_UNEQUAL] = {" != ", OF_COMPARISON},
                 [TREE_AND] = {" and ", OF_AND},
                 [TREE_OR] = {" or ", OF_OR}};

struct writing {
  char *text;
  size_t length, capacity;
};

static void put(struct writing *writing, const char *text)
{
  const size_t length = strlen(text);

  writing->text = memory_grow(writing->text, writing->length + length + 1, &writing->capacity, 1);
  memcpy(writing->text + writing->length, text, length + 1);
  writing->length += length;
}

const char *tree_number_text(struct arena *arena, double number)
{
  char text[40];

  if (isnan(number)) return "0 / 0";
  if (isinf(number)) return number > 0 ? "1 / 0" : "-1 / 0";
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, number);
    if (strtod(text, NULL) == number) break;
  }
  return arena_format(arena, "%s", text);
}

static void put_number(struct writing *writing, double number)
{
  struct arena *arena = arena_create();

  put(writing, tree_number_text(arena, number));
  arena_destroy(&arena);
}

static enum binding binding_of(const struct tree *tree)
{
  switch (tree->kind) {
  case TREE_NUMBER:
    if (!isfinite(tree->number)) return OF_PRODUCT;
    return signbit(tree->number) ? OF_SIGN : OF_LEAF;
  case TREE_TRUTH:
    return OF_COMPARISON;
  case TREE_NEGATE:
    return OF_SIGN;
  case TREE_NOT:
    return OF_NOT;
  default:
    return tree->n == 2 && tree->kind != TREE_CALL ? operators[tree->kind].binding : OF_LEAF;
  }
}

static void write_tree(struct writing *writing, const struct tree *tree, enum binding least);

static void write_call(struct writing *writing, const struct tree *tree)
{
  put(writing, tree->function);
  put(writing, "(");
  for (int i = 0; i < tree->n; i++) {
    if (i > 0) put(writing, ", ");
    write_tree(writing, tree->of[i], LOOSEST);
  }
  put(writing, ")");
}

/** Operators of one kind go from left to right, powers from right to left; comparisons in a row do
 *  not exist. */
static void write_pair(struct writing *writing, const struct tree *tree)
{
  const enum binding own = operators[tree->kind].binding;
  const bool is_power = tree->kind == TREE_POWER;
  const bool is_associative = tree->kind == TREE_AND || tree->kind == TREE_OR;

  write_tree(writing, tree->of[0], is_power || own == OF_COMPARISON ? own + 1 : own);
  put(writing, operators[tree->kind].text);
  write_tree(writing, tree->of[1], is_power ? OF_SIGN : is_associative ? own : own + 1);
}

static void write_bare(struct writing *writing, const struct tree *tree)
{
  switch (tree->kind) {
  case TREE_NUMBER:
    put_number(writing, tree->number);
    break;
  case TREE_TRUTH:
    put(writing, tree->number != 0 ? "1 > 0" : "0 > 1");
    break;
  case TREE_QUANTITY:
    put(writing, tree->quantity->written);
    break;
  case TREE_AT_START:
    put(writing, tree->quantity->start_written);
    break;
  case TREE_TIME:
    put(writing, "TIME");
    break;
  case TREE_HELD:
    put(writing, tree->event->written);
    break;
  case TREE_CALL:
    write_call(writing, tree);
    break;
  case TREE_NEGATE:
    put(writing, "-");
    write_tree(writing, tree->of[0], OF_POWER);
    break;
  case TREE_NOT:
    put(writing, "not ");
    write_tree(writing, tree->of[0], OF_LEAF);
    break;
  default:
    write_pair(writing, tree);
  }
}

static void write_tree(struct writing *writing, const struct tree *tree, enum binding least)
{
  const bool is_within = binding_of(tree) < least;

  if (is_within) put(writing, "(");
  write_bare(writing, tree);
  if (is_within) put(writing, ")");
}

const char *tree_text(struct arena *arena, const struct tree *tree)
{
  struct writing writing = {0};
  const char *text;

  write_tree(&writing, tree, LOOSEST);
  text = arena_text(arena, writing.text, writing.length);
  free(writing.text);
  return text;
}

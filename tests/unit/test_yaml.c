/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a piece of a YAML text stands, and values that a comma cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/yaml_document.h"

struct reading {
  struct arena *arena;
  struct diagnostics *diagnostics;
  struct source source;
  const struct yaml_node *root;
};

static void read_text(struct reading *reading, const char *text)
{
  reading->arena = arena_create();
  reading->diagnostics = diagnostics_create();
  reading->source = (struct source){"y", text, strlen(text), 0};
  reading->root = yaml_parse(reading->arena, &reading->source, reading->diagnostics);
}

static void release(struct reading *reading)
{
  diagnostics_destroy(&reading->diagnostics);
  arena_destroy(&reading->arena);
}

/* The character X of the value under `key` of a text is found at its line and column. */
static void assert_found_at(const char *text, int line, int column)
{
  struct reading reading;
  const struct yaml_node *node;
  struct place at;

  read_text(&reading, text);
  assert_int_equal(diagnostics_n_errors(reading.diagnostics), 0);
  node = yaml_find(reading.root, "key");
  assert_non_null(strchr(node->text, 'X'));
  at = yaml_place_within(node, (size_t)(strchr(node->text, 'X') - node->text), 1);
  if (at.line != line || at.column != column)
    fail_msg("%s\nX is at %d:%d, but %d:%d was said", text, line, column, at.line, at.column);
  release(&reading);
}

static void a_character_of_a_scalar_is_found_in_the_text(void **state)
{
  (void)state;
  assert_found_at("key: a X", 1, 8);
  assert_found_at("key: \"a X\"", 1, 9);
  assert_found_at("key: 'a X'", 1, 9);
  assert_found_at("key: '\xc3\xa4\xe2\x82\xac X'", 1, 10);
  assert_found_at("key: a\n  b X\n", 2, 5);
  assert_found_at("key: a\n\n  b X\n", 3, 5);
  assert_found_at("key: >-\n  a\n  b X\n", 3, 5);
  assert_found_at("a: 1\nkey: | # a remark\n  a\n     X b\n", 4, 6);
  assert_found_at("key: >-\n  \xc3\xa4\n  \xc3\xa4 X\n", 3, 5);
  assert_found_at("{a: 1, key: b\n c X}", 2, 4);
  assert_found_at("key: \"a\\tX\"", 1, 6); /* with an escape: where the scalar begins */
}

/* The text under `key`, and whether a comma was complained of. */
static void assert_joined(const char *text, const char *value, int n_errors)
{
  struct reading reading;

  read_text(&reading, text);
  assert_int_equal(diagnostics_n_errors(reading.diagnostics), n_errors);
  assert_string_equal(yaml_find(reading.root, "key")->text, value);
  release(&reading);
}

static void a_value_cut_by_commas_is_reported_once_and_made_whole(void **state)
{
  struct reading reading;

  (void)state;
  assert_joined("{key: max(a, b) > 2, c: 1}", "max(a, b) > 2", 1);
  assert_joined("{key: lookup(G, 'x': 1, 'y': 2), c: 1}", "lookup(G, 'x': 1, 'y': 2)", 1);
  assert_joined("{key: max(min(a, b), min(c, d))}", "max(min(a, b), min(c, d))", 1);
  assert_joined("{key: \"max(a, b)\", c: 1}", "max(a, b)", 0);
  assert_joined("{key: (a + b) * c, d: 1}", "(a + b) * c", 0);
  assert_joined("{key: (a, b: [1, 2]}", "(a", 0);
  assert_joined("key: max(a, b)", "max(a, b)", 0);
  read_text(&reading, "[max(a, b), \"max(a, b)\", c]");
  assert_int_equal(diagnostics_n_errors(reading.diagnostics), 1);
  assert_int_equal(reading.root->n, 3);
  assert_string_equal(reading.root->items[0]->text, "max(a, b)");
  release(&reading);
}

static void of_equal_keys_the_first_one_counts(void **state)
{
  struct reading reading;

  (void)state;
  read_text(&reading, "b: 1\na: 2\nb: 3\na: 4\nb: 5\n");
  assert_int_equal(diagnostics_n_errors(reading.diagnostics), 3);
  assert_int_equal(reading.root->n, 2);
  assert_string_equal(reading.root->keys[0]->text, "b");
  assert_string_equal(reading.root->items[0]->text, "1");
  assert_string_equal(reading.root->items[1]->text, "2");
  release(&reading);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_character_of_a_scalar_is_found_in_the_text),
      cmocka_unit_test(a_value_cut_by_commas_is_reported_once_and_made_whole),
      cmocka_unit_test(of_equal_keys_the_first_one_counts),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

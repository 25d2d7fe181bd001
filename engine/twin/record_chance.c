/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twin/record_chance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twin/effects.h"

static bool has_error(const struct model_output *output)
{
  return output->n > 0 || output->log_normal > 0 || output->proportional > 0 ||
         output->additive > 0;
}

static bool has_limits(const struct model_output *output)
{
  return !isnan(output->lloq) || !isnan(output->uloq);
}

int record_results(const struct model *model, bool has_chance, struct record_result *results)
{
  int n = 0;

  for (int i = 0; i < model->n_outputs; i++) results[n++] = (struct record_result){RECORD_TRUTH, i};
  for (int i = 0; i < model->n_outputs && has_chance; i++) {
    const struct model_output *output = &model->outputs[i];

    if (has_error(output) || has_limits(output))
      results[n++] = (struct record_result){RECORD_MEASURED, i};
    if (has_limits(output)) results[n++] = (struct record_result){RECORD_QUANTIFIED, i};
  }
  return n;
}

void record_result_name(const struct model *model, const struct record_result *result,
                        char name[RECORD_RESULT_NAME_BYTES])
{
  static const char *const endings[] = {"", "_measured", "_quantified"};

  snprintf(name, RECORD_RESULT_NAME_BYTES, "%s%s", model->outputs[result->output].name,
           endings[result->value]);
}

/** As a program writes it: "01" is another patient than "1". */
static bool is_whole_number(const char *id)
{
  const size_t n = strspn(id, "0123456789");

  return n > 0 && id[n] == '\0' && (n == 1 || id[0] != '0');
}

struct random_stream record_stream(uint64_t seed, const char *id)
{
  const long long number = is_whole_number(id) ? strtoll(id, NULL, 10) : -1;
  uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a, 64 bits */

  if (number >= 0 && number <= UINT32_MAX) return (struct random_stream){seed, 1, (uint32_t)number};
  for (const char *c = id; *c; c++) hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
  return (struct random_stream){seed, (uint32_t)(hash >> 32) | UINT32_C(1) << 31, (uint32_t)hash};
}

/** The nearest minute; what is 2,000 years away shares the last one. */
static int32_t minute_of(const struct record_row *row, double time)
{
  const double minute = floor(time / row->model->time_per_h * 60 + 0.5);
  const int32_t last = 1 << 30; /* so that minutes beyond can still be counted */

  return minute < -last ? -last : minute > last ? last : (int32_t)minute;
}

void record_row_fill(const struct record_row *row, const struct record *record,
                     const lanes *outputs, double *values)
{
  double reported = (double)NAN;
  enum quantification found = QUANTIFIED;

  for (int i = 0; i < row->n_results; i++) {
    const int output = row->results[i].output;

    if (row->results[i].value == RECORD_MEASURED) {
      reported = effects_measured(row->model, output, row->stream, minute_of(row, record->time),
                                  outputs[output][row->lane]);
      found = effects_reported(&row->model->outputs[output], &reported);
    }
    values[i] = row->results[i].value == RECORD_TRUTH      ? outputs[output][row->lane]
                : row->results[i].value == RECORD_MEASURED ? reported
                                                           : found == QUANTIFIED;
  }
}

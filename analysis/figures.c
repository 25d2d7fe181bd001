/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct figure figure(double value, int decimals)
{
  struct figure result = {"-"};

  if (isnan(value)) return result;
  if (isinf(value))
    strcpy(result.text, "not reached");
  else if (fabs(value) >= 1e9)
    snprintf(result.text, FIGURE_BYTES, "%.4g", value);
  else
    snprintf(result.text, FIGURE_BYTES, "%.*f", decimals, value);
  return result;
}

struct figure figure_signed(double value, int decimals)
{
  const struct figure plain = figure(value, decimals);
  struct figure result = plain;

  if (!isnan(value) && !isinf(value) && plain.text[0] != '-') {
    snprintf(result.text, FIGURE_BYTES, "+%.40s", plain.text);
  }
  return result;
}

struct figure figure_interval(struct interval limits, int decimals)
{
  struct figure result = {"-"};

  if (isnan(limits.low) && isnan(limits.high)) return result;
  snprintf(result.text, FIGURE_BYTES, "[%.15s, %.15s]", figure(limits.low, decimals).text,
           figure(limits.high, decimals).text);
  return result;
}

struct figure figure_count(double count, int decimals)
{
  return figure(count, count == floor(count) ? 0 : decimals);
}

struct figure figure_p(double p)
{
  struct figure result = {"-"};

  if (isnan(p)) return result;
  snprintf(result.text, FIGURE_BYTES, p < 0.0001 ? "< 0.0001" : "%.4f", p);
  return result;
}

/* Enough to show an error with two digits. */
static int decimals_for(double error)
{
  return error > 0 ? (int)fmin(6, fmax(0, 1 - floor(log10(error)))) : 2;
}

struct display display_of(const struct trial_analysis *analysis)
{
  const struct planned_endpoint *endpoint = analysis->plan->endpoint;
  const int is_responder = endpoint->type == ENDPOINT_RESPONDER;
  struct display display = {.factor = is_responder ? 100 : 1,
                            .unit = is_responder ? "%" : endpoint->unit};
  double error = display.factor * analysis->mean_se;

  if (strcmp(display.unit, "1") == 0) display.unit = "";
  if (analysis->plan->effect == EFFECT_HAZARD_RATIO) {
    display.decimals = (int)fmax(2, decimals_for(analysis->effect.mean * analysis->mean_se) - 1);
  } else {
    if (!(error > 0)) error = analysis->arm[0].sd / 10;
    display.decimals = is_responder ? 1 : decimals_for(error);
  }
  display.arm_decimals = endpoint->type == ENDPOINT_TIME_TO_EVENT ? 1 : display.decimals;
  return display;
}

double display_effect_factor(const struct trial_analysis *analysis)
{
  return analysis->plan->effect == EFFECT_HAZARD_RATIO ? 1 : display_of(analysis).factor;
}

struct interval display_scaled(struct interval limits, double factor)
{
  return (struct interval){limits.low * factor, limits.high * factor};
}

const char *display_centre_title(const struct trial_analysis *analysis)
{
  switch (analysis->plan->endpoint->type) {
  case ENDPOINT_RESPONDER:
    return "percent";
  case ENDPOINT_TIME_TO_EVENT:
    return "KM median";
  default:
    return "mean";
  }
}

struct figure figure_seed(const char *seed)
{
  char *end;
  const unsigned long long number = strtoull(seed, &end, 0);
  struct figure result;

  if (*end == '\0' && end != seed)
    snprintf(result.text, FIGURE_BYTES, "%llu", number);
  else
    snprintf(result.text, FIGURE_BYTES, "%.40s", seed);
  return result;
}

void print_words(const char *words, int indent, FILE *out)
{
  size_t column = (size_t)fprintf(out, "%*s", indent, "");
  int is_first = 1;

  while (*words) {
    const size_t length = strcspn(words, " \n");

    if (!is_first && column + 1 + length > REPORT_WIDTH) {
      column = (size_t)fprintf(out, "\n%*s", indent, "") - 1;
      is_first = 1;
    }
    if (length > 0) {
      column += (size_t)fprintf(out, "%s%.*s", is_first ? "" : " ", (int)length, words);
      is_first = 0;
    }
    words += length + strspn(words + length, " \n");
  }
  fputs("\n", out);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twin/record_reading.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/units.h"

static const double most_additional = 1e6;

static struct record_cell *cell_of(struct record_reader *reader, enum record_column item)
{
  const int column = reader->columns.items[item];

  return column < 0 ? NULL : &reader->lines.cells[column];
}

static void refuse(struct record_reader *reader, const struct record_cell *cell,
                   const char *message)
{
  const struct place at = record_lines_place(&reader->lines, cell);

  diagnostics_error(reader->lines.diagnostics, &at, "%s", message);
}

/** A missing value is `absent`; false, and reported, when the cell is no number. */
static bool read_item(struct record_reader *reader, enum record_column item, double absent,
                      double *value)
{
  const struct record_cell *cell = cell_of(reader, item);

  *value = absent;
  if (!cell || record_cell_is_missing(cell) || number_parse(cell->text, value)) return true;
  if (item == COLUMN_TIME && strchr(cell->text, ':'))
    refuse(reader, cell, "a time of day; write the time since the start as a number");
  else {
    const struct place here = record_lines_place(&reader->lines, cell);

    diagnostics_error(reader->lines.diagnostics, &here, "'%.40s' is not a number", cell->text);
  }
  return false;
}

/** A whole number from `least` to `most`. */
static bool read_count(struct record_reader *reader, enum record_column item, double least,
                       double most, double *value)
{
  const struct record_cell *cell = cell_of(reader, item);
  struct place at;

  if (!read_item(reader, item, 0, value)) return false;
  if (!cell || record_cell_is_missing(cell) ||
      (*value >= least && *value <= most && floor(*value) == *value))
    return true;
  at = record_lines_place(&reader->lines, cell);
  diagnostics_error(reader->lines.diagnostics, &at,
                    "%s is %.40s; it should be a whole number from %.0f to %.0f",
                    reader->columns.names[reader->columns.items[item]], cell->text, least, most);
  return false;
}

static bool read_interval(struct record_reader *reader, double *value)
{
  if (!read_item(reader, COLUMN_II, 0, value)) return false;
  if (*value >= 0) return true;
  refuse(reader, cell_of(reader, COLUMN_II), "a negative interval");
  return false;
}

static bool read_rate(struct record_reader *reader, double *rate)
{
  if (!read_item(reader, COLUMN_RATE, 0, rate)) return false;
  if (*rate >= 0 || *rate == RATE_OF_MODEL || *rate == DURATION_OF_MODEL) return true;
  refuse(reader, cell_of(reader, COLUMN_RATE),
         "a negative rate; -1 leaves the rate to the model, -2 the duration");
  return false;
}

/** The only route into a state; -1 without one, -2 when there are several. */
static int route_into(const struct model *model, int state)
{
  int found = -1;

  for (int r = 0; r < model->n_routes; r++)
    if (model->routes[r].state == state) found = found == -1 ? r : -2;
  return found;
}

/** A compartment by its number or name, or a route by its name. */
static bool read_compartment(struct record_reader *reader, struct record *record)
{
  const struct model *model = reader->model;
  const struct record_cell *cell = cell_of(reader, COLUMN_CMT);
  double number = 0;
  int state;

  record->route = -1;
  if (!cell || record_cell_is_missing(cell) || (number_parse(cell->text, &number) && number == 0)) {
    record->route = (int16_t)(model->n_routes > 0 ? 0 : -1);
    record->state = (int16_t)(model->n_routes > 0 ? model->routes[0].state : 0);
    return true;
  }
  if (number == 0) {
    const int route = model_route_named(model, cell->text);

    state = route >= 0 ? model->routes[route].state : model_state_named(model, cell->text);
    record->route = (int16_t)(route >= 0 ? route : -1);
  } else
    state = number >= 1 && number <= model->n_states && floor(number) == number ? (int)number - 1
                                                                                : -1;
  if (state < 0) {
    const struct place at = record_lines_place(&reader->lines, cell);

    diagnostics_error(reader->lines.diagnostics, &at,
                      "'%.40s' is no compartment of %s: a number from 1 to %d, or the name of a "
                      "state or route",
                      cell->text, model->name, model->n_states);
    return false;
  }
  record->state = (int16_t)state;
  if (record->route < 0) record->route = (int16_t)route_into(model, state);
  if (record->route != -2) return true;
  refuse(reader, cell, "several routes end in this compartment; write the name of one");
  return false;
}

/** Of a dose: that amount, rate, interval and the rest make sense together. */
static bool check_dose(struct record_reader *reader, const struct record *record)
{
  const struct model *model = reader->model;
  const struct model_route *route = record->route >= 0 ? &model->routes[record->route] : NULL;
  const bool is_endless = record->steady_state > 0 && record->amount == 0 && record->interval == 0;
  const char *problem = NULL;
  enum record_column item = COLUMN_AMT;

  if (record->rate == RATE_OF_MODEL && (!route || route->rate < 0))
    item = COLUMN_RATE, problem = "RATE -1, but no route into this compartment has a 'rate'";
  else if (record->rate == DURATION_OF_MODEL && (!route || route->duration < 0))
    item = COLUMN_RATE, problem = "RATE -2, but no route into this compartment has a 'duration'";
  else if (record->additional > 0 && record->interval == 0)
    item = COLUMN_ADDL, problem = "ADDL without II, the interval between the doses";
  else if (is_endless && record->rate == DURATION_OF_MODEL)
    item = COLUMN_RATE, problem = "an infusion that has lasted for ever has no duration";
  else if (record->steady_state > 0 && record->interval == 0 && !is_endless)
    item = COLUMN_SS, problem = "SS without II, the interval between the doses";
  else if (is_endless && record->rate == RATE_BOLUS)
    item = COLUMN_SS, problem = "SS with neither AMT nor RATE";
  else if (record->amount < 0 && (record->rate != RATE_BOLUS || record->steady_state > 0))
    problem = "a negative amount; only a bolus that is no steady state can take away";
  else if (record->amount == 0 && !is_endless &&
           (record->rate != RATE_BOLUS || record->steady_state > 0))
    problem = "a dose of nothing: AMT is 0";
  if (problem) {
    const struct record_cell *cell = cell_of(reader, item);

    refuse(reader, cell ? cell : cell_of(reader, COLUMN_SS), problem);
  }
  return !problem;
}

static bool read_dose(struct record_reader *reader, struct record *record)
{
  double additional;
  bool ok = read_rate(reader, &record->rate);

  ok = read_interval(reader, &record->interval) && ok;
  ok = read_count(reader, COLUMN_ADDL, 0, most_additional, &additional) && ok;
  ok = read_compartment(reader, record) && ok;
  if (!ok) return false;
  record->additional = (int32_t)additional;
  if (!check_dose(reader, record)) return false;
  if (record->rate != RATE_BOLUS) reader->infused[record->state] = true;
  return true;
}

/** Without EVID, a record with an amount, or with a steady state, is a dose. */
static bool read_event(struct record_reader *reader, struct record *record)
{
  const struct record_cell *cell = cell_of(reader, COLUMN_EVID), *amount;
  double event, steady;
  bool ok = read_item(reader, COLUMN_AMT, 0, &record->amount);

  ok = read_count(reader, COLUMN_EVID, 0, 4, &event) && ok;
  ok = read_count(reader, COLUMN_SS, 0, 2, &steady) && ok;
  if (!ok) return false;
  if (!cell) event = record->amount != 0 || steady > 0 ? RECORD_DOSE : RECORD_OBSERVATION;
  amount = cell_of(reader, COLUMN_AMT);
  record->event = (unsigned char)event;
  record->column = amount ? amount->column : 1;
  if (record->event == RECORD_DOSE || record->event == RECORD_RESET_AND_DOSE) {
    record->steady_state = (unsigned char)steady;
    return read_dose(reader, record);
  }
  if (record->amount == 0) return true;
  refuse(reader, amount, "an amount in a record that is not a dose; EVID of a dose is 1 or 4");
  return false;
}

static bool read_id(struct record_reader *reader)
{
  const struct record_cell *cell = cell_of(reader, COLUMN_ID);
  const char *text = cell ? cell->text : "1";
  const size_t length = strlen(text);

  memset(reader->held_id, 0, RECORD_ID_BYTES);
  if (cell && record_cell_is_missing(cell))
    refuse(reader, cell, "a record without ID");
  else if (length >= RECORD_ID_BYTES)
    refuse(reader, cell, "an ID of more than 16 characters");
  else {
    memcpy(reader->held_id, text, length);
    return true;
  }
  return false;
}

static bool read_category(struct record_reader *reader, const struct model_covariate *covariate,
                          const struct record_cell *cell, double *value)
{
  for (int c = 0; c < covariate->n_categories; c++) {
    if (strcmp(covariate->categories[c], cell->text) != 0) continue;
    *value = c;
    return true;
  }
  const struct place at = record_lines_place(&reader->lines, cell);

  diagnostics_error(reader->lines.diagnostics, &at, "'%.40s' is not a category of %s, like '%s'",
                    cell->text, covariate->name, covariate->categories[0]);
  return false;
}

static bool read_given(struct record_reader *reader)
{
  const struct model *model = reader->model;
  bool ok = true;

  for (size_t g = 0; g < reader->n_given; g++) reader->held_given[g] = (double)NAN;
  for (int i = 0; i < reader->columns.n; i++) {
    const struct record_cell *cell = &reader->lines.cells[i];
    const int g = reader->columns.given[i];

    if (g < 0 || record_cell_is_missing(cell)) continue;
    if (g < model->n_covariates && model->covariates[g].n_categories > 0) {
      ok = read_category(reader, &model->covariates[g], cell, &reader->held_given[g]) && ok;
    } else if (!number_parse(cell->text, &reader->held_given[g])) {
      const struct place at = record_lines_place(&reader->lines, cell);

      diagnostics_error(reader->lines.diagnostics, &at, "'%.40s' is not a number", cell->text);
      ok = false;
    }
  }
  return ok;
}

static bool read_time(struct record_reader *reader, struct record *record)
{
  const struct record_cell *cell = cell_of(reader, COLUMN_TIME);

  if (!read_item(reader, COLUMN_TIME, (double)NAN, &record->time)) return false;
  if (!isnan(record->time)) return true;
  refuse(reader, cell, "a record without TIME");
  return false;
}

bool record_hold(struct record_reader *reader)
{
  struct record *record = &reader->held;
  double occasion;
  bool ok;

  *record = (struct record){.line = reader->lines.number, .column = 1, .route = -1};
  if (reader->lines.n_cells != (size_t)reader->columns.n) {
    const struct place at = record_lines_place(&reader->lines, NULL);

    diagnostics_error(reader->lines.diagnostics, &at,
                      "%zu cells, but the first line names %d columns", reader->lines.n_cells,
                      reader->columns.n);
    return false;
  }
  ok = read_id(reader);
  ok = read_time(reader, record) && ok;
  ok = read_event(reader, record) && ok;
  ok = read_count(reader, COLUMN_OCC, 0, 1e6, &occasion) && ok;
  ok = read_given(reader) && ok;
  if (ok) record->occasion = (int32_t)occasion;
  return ok;
}

void record_check_time(struct record_reader *reader)
{
  const struct record *record = &reader->held;

  if (record->time < reader->last_time && record->event != RECORD_RESET &&
      record->event != RECORD_RESET_AND_DOSE) {
    const struct place at = record_lines_place(&reader->lines, cell_of(reader, COLUMN_TIME));

    diagnostics_error(reader->lines.diagnostics, &at,
                      "time goes back, from %.15g to %.15g; only a reset (EVID 3 or 4) may do that",
                      reader->last_time, record->time);
  }
  reader->last_time = record->time;
}

void record_report_missing(struct record_reader *reader, const struct record_patient *patient,
                           int given)
{
  const struct model *model = reader->model;
  const int n = model->n_covariates;
  const char *name = given < n ? model->covariates[given].name
                               : model->parameters[reader->columns.parameters[given - n]].name;
  struct source *source = arena_new(reader->arena, 1, sizeof *source);
  const struct place at = {source, reader->first_line, 1, 1};

  *source = (struct source){.name = reader->lines.name, .text = "", .first_line = at.line};
  diagnostics_error(reader->lines.diagnostics, &at, "no record of ID %s has a value of %s",
                    patient->id, name);
}

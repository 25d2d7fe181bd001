/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twin/dosing.h"

enum { MINUTES_PER_DAY = 1440 };

void dosing_begin(const struct plan_administration *administration, struct dosing *dosing)
{
  *dosing = (struct dosing){.administration = administration,
                            .next_min = administration->start_min};
}

static void evaluate(const struct dosing *dosing, const struct evidence *evidence, lanes *registers)
{
  const struct plan_administration *administration = dosing->administration;
  const int32_t now = dosing->next_min;

  for (int i = 0; i < administration->n_covariates; i++)
    registers[administration->first_covariate + i][0] = evidence->covariates[i];
  for (int i = 0; i < administration->n_measures; i++)
    registers[administration->measures[i]][0] = evidence->measured[i];
  registers[administration->day][0] = now / MINUTES_PER_DAY + 1;
  registers[administration->last_dose][0] = life_last_dose(evidence->life,
                                                           administration->intervention);
  for (int i = 0; i < administration->n_lags; i++)
    registers[administration->lags[i].reg][0] = life_dose_at(
        evidence->life, administration->intervention,
        now - administration->lags[i].days * MINUTES_PER_DAY);
  program_run(administration->program, SECTION_OUTPUTS, registers, evidence->simd);
}

static const struct plan_rule *rule_of_day(const struct plan_administration *administration,
                                           int day)
{
  for (int i = 0; i < administration->n_rules; i++)
    if (day >= administration->rules[i].first_day && day <= administration->rules[i].last_day)
      return &administration->rules[i];
  return NULL;
}

/** The first line of the table that holds. */
static const struct plan_action *choose(const struct plan_rule *rule, const lanes *registers)
{
  for (int i = 0; i < rule->n_actions - 1; i++)
    if (registers[rule->actions[i].when][0] != 0) return &rule->actions[i];
  return &rule->actions[rule->n_actions - 1];
}

static void ask_again(const struct dosing *dosing, const struct plan_action *action,
                      int32_t *next_encounter_min)
{
  if (action->next_encounter_min > 0)
    *next_encounter_min = dosing->next_min + action->next_encounter_min;
}

/** While a hold_until waits, only a new measurement can end it. */
static void look_again(struct dosing *dosing, const lanes *registers, int32_t *next_encounter_min)
{
  const struct plan_action *action = dosing->waiting;

  if (registers[action->hold_until][0] != 0) {
    dosing->amount = registers[action->dose][0];
    dosing->waiting = NULL;
  } else
    ask_again(dosing, action, next_encounter_min);
}

static void apply(struct dosing *dosing, const struct plan_action *action, const lanes *registers,
                  int32_t *next_encounter_min)
{
  dosing->amount = registers[action->dose][0];
  dosing->hold_end_min = dosing->next_min + action->hold_min;
  if (action->hold_until >= 0) dosing->waiting = action;
  ask_again(dosing, action, next_encounter_min);
}

double dosing_decide(struct dosing *dosing, const struct evidence *evidence, lanes *registers,
                     int32_t *next_encounter_min)
{
  const struct plan_administration *administration = dosing->administration;
  const struct plan_rule *rule = rule_of_day(administration,
                                             dosing->next_min / MINUTES_PER_DAY + 1);

  *next_encounter_min = NO_TIME;
  if (administration->n_rules == 0) {
    evaluate(dosing, evidence, registers);
    return registers[administration->dose][0];
  }
  if (dosing->waiting ? dosing->has_news : dosing->has_news || rule != dosing->rule) {
    evaluate(dosing, evidence, registers);
    if (dosing->waiting)
      look_again(dosing, registers, next_encounter_min);
    else
      apply(dosing, choose(rule, registers), registers, next_encounter_min);
    dosing->rule = rule;
  }
  dosing->has_news = false;
  return dosing->waiting || dosing->next_min < dosing->hold_end_min ? 0 : dosing->amount;
}

void dosing_advance(struct dosing *dosing)
{
  const struct plan_administration *administration = dosing->administration;

  if (administration->frequency_min > 0) dosing->next_min += administration->frequency_min;
  if (administration->frequency_min == 0 || dosing->next_min >= administration->end_min)
    dosing->next_min = NO_TIME;
}

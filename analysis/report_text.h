/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis/report_text.h
 * The parts of the report for people; of no use outside this folder. */
#pragma once
#include "figures.h"
#include "trial_report.h"

/** Whether both ask for the same estimand and compare the same arms. */
int is_same_question(const struct planned_analysis *left, const struct planned_analysis *right);
/** Whether no analysis before this one asks the same: here the question is printed. */
int opens_question(const struct analysis_plan *plan, int analysis);
/** The analysis that stands for the question: the first that was done and compares the arms, else
 *  the first that was done; -1 when none was. */
int question_lead(const struct scenario_report *scenario, int n_analyses, int analysis);
/** "guided minus standard; randomised patients; dose_held: treatment_policy". */
void print_question(const struct planned_analysis *plan, FILE *out);

/** One question of one scenario: its arms once, and a row for each method. */
void print_estimand(const struct trial_report *report, const struct scenario_report *scenario,
                    int analysis, FILE *out);
/** The simulated beside the published trial. */
void print_published(const struct trial_report *report, const struct acceptance *judged, FILE *out);
/** Who published it, and whether the model has seen it. */
void print_source(const struct published_result *published, FILE *out);
/** Scenarios row by row, never pooled, and the whole range of each estimate. */
void print_scenarios(const struct trial_report *report, FILE *out);

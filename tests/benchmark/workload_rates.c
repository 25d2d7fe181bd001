/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The right-hand sides of the workloads, as one would write them for any C solver, and their
 * Jacobians. */
#include <math.h>

#include "workload.h"

/* W1: two compartments, by mouth. */
enum { CL, V2, Q, V3, KA, R0, KOUT, IC50, IMAX };
enum { AG, AC, AP, RESP };

static void oral_rates(const double *p, double infusion, const double *y, double *dydt)
{
  const double cp = y[AC] / p[V2], ct = y[AP] / p[V3];

  dydt[AG] = infusion - p[KA] * y[AG];
  dydt[AC] = p[KA] * y[AG] - p[CL] * cp - p[Q] * (cp - ct);
  dydt[AP] = p[Q] * (cp - ct);
}

static void oral_entries(const double *p, int n, double *J)
{
  J[AG + n * AG] = -p[KA];
  J[AC + n * AG] = p[KA];
  J[AC + n * AC] = -(p[CL] + p[Q]) / p[V2];
  J[AC + n * AP] = p[Q] / p[V3];
  J[AP + n * AC] = p[Q] / p[V2];
  J[AP + n * AP] = -p[Q] / p[V3];
}

static void oral_jacobian(const double *p, const double *y, double *J)
{
  (void)y;
  oral_entries(p, 3, J);
}

static void oral_observe(const double *p, const double *y, double *outputs)
{
  outputs[0] = y[AC] / p[V2];
}

/* W2: and a response whose production the drug inhibits. */
static void response_rates(const double *p, double infusion, const double *y, double *dydt)
{
  const double cp = y[AC] / p[V2];

  oral_rates(p, infusion, y, dydt);
  dydt[RESP] = p[R0] * p[KOUT] * (1 - p[IMAX] * cp / (p[IC50] + cp)) - p[KOUT] * y[RESP];
}

static void response_jacobian(const double *p, const double *y, double *J)
{
  const double cp = y[AC] / p[V2], sum = p[IC50] + cp;

  oral_entries(p, 4, J);
  J[RESP + 4 * AC] = -p[R0] * p[KOUT] * p[IMAX] * p[IC50] / (sum * sum * p[V2]);
  J[RESP + 4 * RESP] = -p[KOUT];
}

static void response_initial(const double *p, double *y)
{
  y[RESP] = p[R0];
}

static void response_observe(const double *p, const double *y, double *outputs)
{
  outputs[0] = y[AC] / p[V2];
  outputs[1] = y[RESP];
}

/* W3: Friberg neutropenia. */
enum { F_CL, F_V1, F_Q, F_V2, F_CIRC0, F_MTT, F_GAM, F_SLOPE };
enum { A1, A2, AUC, PROL, T1, T2, T3, CIRC };

static void neutropenia_rates(const double *p, double infusion, const double *y, double *dydt)
{
  const double ktr = 4 / p[F_MTT], c1 = y[A1] / p[F_V1], c2 = y[A2] / p[F_V2];
  const double feedback = pow(p[F_CIRC0] / y[CIRC], p[F_GAM]);

  dydt[A1] = infusion - p[F_CL] * c1 - p[F_Q] * (c1 - c2);
  dydt[A2] = p[F_Q] * (c1 - c2);
  dydt[AUC] = c1;
  dydt[PROL] = ktr * y[PROL] * ((1 - p[F_SLOPE] * c1) * feedback - 1);
  dydt[T1] = ktr * (y[PROL] - y[T1]);
  dydt[T2] = ktr * (y[T1] - y[T2]);
  dydt[T3] = ktr * (y[T2] - y[T3]);
  dydt[CIRC] = ktr * (y[T3] - y[CIRC]);
}

static void neutropenia_jacobian(const double *p, const double *y, double *J)
{
  const double ktr = 4 / p[F_MTT], c1 = y[A1] / p[F_V1];
  const double feedback = pow(p[F_CIRC0] / y[CIRC], p[F_GAM]);
  const double left = 1 - p[F_SLOPE] * c1;

  J[A1 + 8 * A1] = -(p[F_CL] + p[F_Q]) / p[F_V1];
  J[A1 + 8 * A2] = p[F_Q] / p[F_V2];
  J[A2 + 8 * A1] = p[F_Q] / p[F_V1];
  J[A2 + 8 * A2] = -p[F_Q] / p[F_V2];
  J[AUC + 8 * A1] = 1 / p[F_V1];
  J[PROL + 8 * A1] = -ktr * y[PROL] * p[F_SLOPE] / p[F_V1] * feedback;
  J[PROL + 8 * PROL] = ktr * (left * feedback - 1);
  J[PROL + 8 * CIRC] = -ktr * y[PROL] * left * feedback * p[F_GAM] / y[CIRC];
  for (int stage = T1; stage <= CIRC; stage++) {
    J[stage + 8 * (stage - 1)] = ktr;
    J[stage + 8 * stage] = -ktr;
  }
}

static void neutropenia_initial(const double *p, double *y)
{
  for (int stage = PROL; stage <= CIRC; stage++) y[stage] = p[F_CIRC0];
}

static void neutropenia_observe(const double *p, const double *y, double *outputs)
{
  outputs[0] = y[A1] / p[F_V1];
  outputs[1] = y[CIRC];
}

/* W4: target-mediated disposition. */
enum { D_CL, D_V, D_Q, D_VT, D_R0, D_KDEG, D_KINT, D_KON, D_KOFF };
enum { DRUG, TISSUE, RECEPTOR, COMPLEX };

static void target_rates(const double *p, double infusion, const double *y, double *dydt)
{
  const double exchange = p[D_Q] * (y[DRUG] - y[TISSUE] / p[D_VT]);
  const double binding = p[D_KON] * y[DRUG] * y[RECEPTOR] - p[D_KOFF] * y[COMPLEX];

  dydt[DRUG] = infusion - (p[D_CL] * y[DRUG] + exchange) / p[D_V] - binding;
  dydt[TISSUE] = exchange;
  dydt[RECEPTOR] = p[D_KDEG] * (p[D_R0] - y[RECEPTOR]) - binding;
  dydt[COMPLEX] = binding - p[D_KINT] * y[COMPLEX];
}

static void target_jacobian(const double *p, const double *y, double *J)
{
  const double by_drug = p[D_KON] * y[RECEPTOR], by_receptor = p[D_KON] * y[DRUG];

  J[DRUG + 4 * DRUG] = -(p[D_CL] + p[D_Q]) / p[D_V] - by_drug;
  J[DRUG + 4 * TISSUE] = p[D_Q] / (p[D_VT] * p[D_V]);
  J[DRUG + 4 * RECEPTOR] = -by_receptor;
  J[DRUG + 4 * COMPLEX] = p[D_KOFF];
  J[TISSUE + 4 * DRUG] = p[D_Q];
  J[TISSUE + 4 * TISSUE] = -p[D_Q] / p[D_VT];
  J[RECEPTOR + 4 * DRUG] = -by_drug;
  J[RECEPTOR + 4 * RECEPTOR] = -p[D_KDEG] - by_receptor;
  J[RECEPTOR + 4 * COMPLEX] = p[D_KOFF];
  J[COMPLEX + 4 * DRUG] = by_drug;
  J[COMPLEX + 4 * RECEPTOR] = by_receptor;
  J[COMPLEX + 4 * COMPLEX] = -p[D_KOFF] - p[D_KINT];
}

static void target_initial(const double *p, double *y)
{
  y[RECEPTOR] = p[D_R0];
}

static void target_observe(const double *p, const double *y, double *outputs)
{
  (void)p;
  outputs[0] = y[DRUG];
  outputs[1] = y[RECEPTOR];
  outputs[2] = y[COMPLEX];
}

/* W5b: whole-body PBPK. */
enum { B_CO, B_KA, B_VMAX, B_KM, B_CLR, B_KPS };
enum { LUMEN, VEN, ART, LUN, ADI, BON, BRA, GUT, HEA, KID, LIV, MUS, SKI, SPL, RES, ELI };

/* 1 / (volume times partition coefficient), and the share of the cardiac output. */
static const double per_volume[MOST_STATES] = {
    [VEN] = 1 / 3.6,          [ART] = 1 / 1.8,          [LUN] = 1 / (1.17 * 1.5),
    [ADI] = 1 / (14.5 * 4.0), [BON] = 1 / (10.5 * 1.2), [BRA] = 1 / (1.45 * 2.0),
    [GUT] = 1 / (1.65 * 2.5), [HEA] = 1 / (0.31 * 1.8), [KID] = 1 / (0.28 * 2.2),
    [LIV] = 1 / (1.69 * 3.0), [MUS] = 1 / (35.0 * 1.6), [SKI] = 1 / (7.8 * 1.4),
    [SPL] = 1 / (0.15 * 1.9), [RES] = 1 / (3.8 * 1.3)};
static const double share[MOST_STATES] = {
    [ADI] = 0.05,  [BON] = 0.05, [BRA] = 0.12, [GUT] = 0.15, [HEA] = 0.04, [KID] = 0.19,
    [LIV] = 0.065, [MUS] = 0.17, [SKI] = 0.05, [SPL] = 0.03, [RES] = 0.085};
static const double hepatic_share = 0.065 + 0.15 + 0.03;

static void body_rates(const double *p, double infusion, const double *y, double *dydt)
{
  const double to_tissue = 1 / p[B_KPS];
  double c[MOST_STATES], returned = hepatic_share * p[B_CO], metabolised, excreted;

  c[VEN] = y[VEN] * per_volume[VEN];
  c[ART] = y[ART] * per_volume[ART];
  for (int k = LUN; k < ELI; k++) c[k] = y[k] * per_volume[k] * to_tissue;
  metabolised = p[B_VMAX] * c[LIV] / (p[B_KM] + c[LIV]);
  excreted = p[B_CLR] * c[KID];
  returned *= c[LIV];
  for (int k = ADI; k < ELI; k++) {
    const double flow = share[k] * p[B_CO];

    dydt[k] = flow * (c[ART] - c[k]);
    if (k != GUT && k != LIV && k != SPL) returned += flow * c[k];
  }
  dydt[LUMEN] = infusion - p[B_KA] * y[LUMEN];
  dydt[GUT] += p[B_KA] * y[LUMEN];
  dydt[KID] -= excreted;
  dydt[LIV] = p[B_CO] * (share[LIV] * c[ART] + share[GUT] * c[GUT] + share[SPL] * c[SPL] -
                         hepatic_share * c[LIV]) -
              metabolised;
  dydt[VEN] = returned - p[B_CO] * c[VEN];
  dydt[LUN] = p[B_CO] * (c[VEN] - c[LUN]);
  dydt[ART] = p[B_CO] * (c[LUN] - c[ART]);
  dydt[ELI] = metabolised + excreted;
}

static void body_jacobian(const double *p, const double *y, double *J)
{
  const int n = MOST_STATES;
  double dc[MOST_STATES], c_liver, saturation, metabolised;

  for (int k = VEN; k < ELI; k++) dc[k] = per_volume[k] / (k < LUN ? 1 : p[B_KPS]);
  c_liver = y[LIV] * dc[LIV];
  saturation = p[B_KM] + c_liver;
  metabolised = p[B_VMAX] * p[B_KM] / (saturation * saturation) * dc[LIV];
  for (int k = ADI; k < ELI; k++) {
    const double flow = share[k] * p[B_CO];

    J[k + n * ART] = flow * dc[ART];
    J[k + n * k] = -flow * dc[k];
    if (k != GUT && k != LIV && k != SPL) J[VEN + n * k] = flow * dc[k];
  }
  J[LUMEN + n * LUMEN] = -p[B_KA];
  J[GUT + n * LUMEN] = p[B_KA];
  J[KID + n * KID] -= p[B_CLR] * dc[KID];
  J[LIV + n * GUT] = share[GUT] * p[B_CO] * dc[GUT];
  J[LIV + n * SPL] = share[SPL] * p[B_CO] * dc[SPL];
  J[LIV + n * LIV] = -hepatic_share * p[B_CO] * dc[LIV] - metabolised;
  J[VEN + n * LIV] = hepatic_share * p[B_CO] * dc[LIV];
  J[VEN + n * VEN] = -p[B_CO] * dc[VEN];
  J[LUN + n * VEN] = p[B_CO] * dc[VEN];
  J[LUN + n * LUN] = -p[B_CO] * dc[LUN];
  J[ART + n * LUN] = p[B_CO] * dc[LUN];
  J[ART + n * ART] = -p[B_CO] * dc[ART];
  J[ELI + n * LIV] = metabolised;
  J[ELI + n * KID] = p[B_CLR] * dc[KID];
}

static void body_observe(const double *p, const double *y, double *outputs)
{
  (void)p;
  outputs[0] = y[VEN] / 3.6;
  outputs[1] = y[BRA] / 1.45;
}

#define ORAL_DOSES .n_doses = 28, .dose_state = AG, .dose_per = -1, .dose = 100, .dose_every_h = 24
#define RESPONSE                                                                                   \
  .individuals = "W2", .parameters = {"CL", "V2", "Q", "V3", "KA", "R0", "KOUT", "IC50", "IMAX"},  \
  .outputs = {"CP", "RESP"}, .n_states = 4, .rates = response_rates,                               \
  .jacobian = response_jacobian, .initial = response_initial, .observe = response_observe

const struct workload workloads[] = {
    {.name = "W1",
     .individuals = "W1",
     .parameters = {"CL", "V2", "Q", "V3", "KA"},
     .outputs = {"CP"},
     .n_states = 3,
     .rates = oral_rates,
     .jacobian = oral_jacobian,
     .observe = oral_observe,
     ORAL_DOSES,
     .n_samples = 673,
     .sample_every_h = 1},
    {.name = "W2", RESPONSE, ORAL_DOSES, .n_samples = 673, .sample_every_h = 1},
    {.name = "W3",
     .individuals = "W3",
     .parameters = {"CL", "V1", "Q", "V2", "CIRC0", "MTT", "GAM", "SLOPE"},
     .outputs = {"CP", "CIRC"},
     .n_states = 8,
     .rates = neutropenia_rates,
     .jacobian = neutropenia_jacobian,
     .initial = neutropenia_initial,
     .observe = neutropenia_observe,
     .n_doses = 4,
     .dose_state = A1,
     .dose_per = -1,
     .dose = 180,
     .dose_hours = 1,
     .dose_every_h = 504,
     .n_samples = 85,
     .sample_every_h = 24},
    {.name = "W4",
     .individuals = "W4",
     .parameters = {"CL", "V", "Q", "VT", "R0", "KDEG", "KINT", "KON", "KOFF"},
     .outputs = {"L", "R", "RC"},
     .n_states = 4,
     .rates = target_rates,
     .jacobian = target_jacobian,
     .initial = target_initial,
     .observe = target_observe,
     .n_doses = 4,
     .dose_state = DRUG,
     .dose_per = D_V,
     .dose = 1400,
     .dose_every_h = 336,
     .n_samples = 113,
     .sample_every_h = 12},
    {.name = "W5b",
     .individuals = "W5b",
     .parameters = {"CO", "KA", "VMAX", "KM", "CLR", "KPS"},
     .outputs = {"CVEN", "CBRA"},
     .n_states = 16,
     .rates = body_rates,
     .jacobian = body_jacobian,
     .observe = body_observe,
     .n_doses = 28,
     .dose_state = LUMEN,
     .dose_per = -1,
     .dose = 100,
     .dose_every_h = 12,
     .n_samples = 337,
     .sample_every_h = 1},
    {.name = "W6", RESPONSE, ORAL_DOSES, .n_samples = 13, .sample_every_h = 56},
    {0}};

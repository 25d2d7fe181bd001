/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/base/random_stream.h
 * Random numbers as functions of who and what, never of call order: Philox4x32-10 (Salmon et al.
 * 2011, doi 10.1145/2063384.2063405) keyed by the study seed, with the counter words
 * {patient, replicate, purpose << 24 | draw, occasion}. Adding a visit, a sample or an arm
 * therefore moves no other draw. */
#pragma once
#include <stdint.h>

/** Part of the file format: a number is never given a new meaning. */
enum random_purpose {
  RANDOM_COHORT = 1,         /* covariates, first attempt */
  RANDOM_COHORT_ATTEMPT = 2, /* later attempts; occasion is the attempt, 1.. */
  RANDOM_ALLOCATION = 3,
  RANDOM_ETA = 4,   /* between patients */
  RANDOM_KAPPA = 5, /* between occasions of one patient */
  RANDOM_RESIDUAL = 6,
  RANDOM_ADHERENCE = 7,
  RANDOM_DROPOUT = 8,
  RANDOM_SAMPLING_TIME = 9,
  RANDOM_ASSAY = 10,
  RANDOM_TWIN_ENSEMBLE = 11,
  RANDOM_BOOTSTRAP = 12,
  RANDOM_RESIDUAL_COURSE = 13, /* errors of measurements that are correlated in time */
  RANDOM_MIXTURE = 14,         /* latent categories of a patient */
  RANDOM_UNCERTAINTY = 15      /* population parameters of a replicate; patient is 0 */
};

/** Whose draws. `patient` and `replicate` count from 1; 0 is for what belongs to the whole trial.
 */
struct random_stream {
  uint64_t seed;
  uint32_t replicate, patient;
};

/** Uniform on (0, 1), never 0 or 1: (k + 1/2) / 2^52 with k of 52 bits (of 53,
 *  the largest would round to 1). `draw` < 2^24. `occasion`
 *  is the nominal time in minutes after the first dose, 0 for what happens once. */
double random_uniform(const struct random_stream *stream, enum random_purpose purpose,
                      uint32_t draw, int32_t occasion);
/** Standard normal, by inverting the distribution function: one draw, monotone. */
double random_normal(const struct random_stream *stream, enum random_purpose purpose, uint32_t draw,
                     int32_t occasion);

/** Philox4x32-10 itself: the four words that belong to a counter under a key. */
void random_block(const uint32_t counter[4], const uint32_t key[2], uint32_t words[4]);

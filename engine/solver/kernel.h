/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/solver/kernel.h
 * Steps compiled for one model: the methods' own code with the model's equations inside it. They
 * give the same bits as the steps that interpret the model. */
#pragma once
#include "base/hash.h"
#include "model/model.h"
#include "solver/solver_linear.h"
#include "solver/solver_stepping.h"

/** For one vector instruction set; NULL where the model has no such thing. The context of all is a
 *  struct model_lanes. */
struct kernel {
  const char *name, *sha256; /* see kernel_name(); of the shared object */
  lane_function *outputs;    /* a: time; b: y [state]; out: outputs [output] */
  step_attempt *explicit_steps, *rosenbrock_steps;
  linear_attempt *linear_steps;
};

/** Name of a kernel: a hash of the model's equations, of the methods' code and of how both are
 *  compiled. `text` is what is to be compiled, to be released with free(). */
void kernel_name(const struct model *model, char name[SHA256_TEXT_BYTES], char **text);

/** Shared objects NAME.so, each with NAME.so.sha256 beside it, in some folders. */
struct kernel_store;
/** The paths are borrowed. What has been looked for once is remembered. */
struct kernel_store *kernel_store_create(int n_folders, const char *const *folders);
/** From now on without messages: another rank gives them. */
void kernel_store_hush(struct kernel_store *store);
void kernel_store_destroy(struct kernel_store **store);
/** NULL when none is there, or the store is NULL. One whose hash does not fit is left alone, with a
 *  message on stderr. Valid until the store is destroyed. */
const struct kernel *kernel_store_find(struct kernel_store *store, const struct model *model,
                                       enum simd simd);

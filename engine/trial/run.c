/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/run.h"

#include <inttypes.h>

#include "base/failure.h"
#include "base/hash.h"
#include "base/memory.h"
#include "results/agreement.h"
#include "results/results.h"
#include "trial/content.h"
#include "trial/coordinator.h"
#include "trial/output.h"
#include "trial/record.h"
#include "trial/share_inputs.h"

enum { DEFAULT_BLOCK_SIZE = 256 };

/** A run while it goes on; the same on every rank, but for what only rank 0 does. */
struct running {
  MPI_Comm comm;
  int rank;
  const struct run_options *options;
  struct arena *arena;
  struct plan_inputs inputs;
  const struct plan *plan;
  struct layout layout;
  struct output output;
  struct block_settings settings;
  struct kernel_store *kernels;
  struct segment *segment;
  struct simulation_count count;
  struct run_times times;
};

/** All ranks get the code of rank 0. */
static int agree(const struct running *running, int code)
{
  MPI_Bcast(&code, 1, MPI_INT, 0, running->comm);
  return code;
}

static int load_plan(struct running *running)
{
  struct diagnostics *diagnostics = diagnostics_create();
  int code = EXIT_CODE_OK;

  if (running->rank == 0)
    plan_inputs_load(running->options->protocol, running->options->library, &running->inputs,
                     running->arena, diagnostics);
  share_inputs(running->comm, &running->inputs, running->arena);
  running->plan = plan_build(&running->inputs, &running->options->changes, running->arena,
                             diagnostics);
  if (running->rank == 0) diagnostics_print(diagnostics, stderr);
  if (!running->plan || diagnostics_n_errors(diagnostics) > 0) code = EXIT_CODE_INVALID_INPUT;
  diagnostics_destroy(&diagnostics);
  return agreed(running->comm, code);
}

/** On rank 0: is there anything to do, and can it be written? */
static int prepare_output(struct running *running, bool *is_complete)
{
  const struct run_options *options = running->options;
  int code = EXIT_CODE_OK;

  *is_complete = false;
  TRY(agreed(running->comm,
             output_name(options->output, options->protocol, running->arena, &running->output)));
  if (running->rank == 0) {
    code = output_check(&running->output, inputs_sha256(running->plan, running->arena),
                        options->is_fresh && options->is_forced, is_complete);
    if (options->is_fresh) *is_complete = false;
    if (code == EXIT_CODE_OK && !*is_complete) code = output_open_journal(&running->output);
  }
  MPI_Bcast(is_complete, 1, MPI_C_BOOL, 0, running->comm);
  return agree(running, code);
}

static int simulate(struct running *running)
{
  struct block_runner *runner = NULL;
  const int64_t n_blocks = trial_n_blocks(running->plan, running->settings.size);
  struct progress progress;
  const double start = clock_s();
  const char *path = arena_format(running->arena, "%s/rank-%06d.segment", running->output.journal,
                                  running->rank);
  int code;

  TRY(agreed(running->comm, segment_create(path, &running->segment)));
  runner = block_runner_create(running->plan, &running->layout, &running->settings);
  progress_begin(&progress, running->options->progress, trial_n_patients(running->plan));
  code = coordinate(&(struct crew){running->comm, n_blocks, runner, running->layout.n_tables,
                                   running->segment, &progress},
                    &running->count);
  if (running->rank == 0)
    progress_end(&progress, running->count.n_patients, running->count.n_failed);
  block_runner_destroy(&runner);
  running->times.simulate_s = clock_s() - start;
  return agreed(running->comm, code ? code : segment_close(&running->segment));
}

static int assemble(struct running *running)
{
  struct results_content content;
  struct run_facts facts;
  const double start = clock_s();
  char sha256[SHA256_TEXT_BYTES] = "";
  int code = EXIT_CODE_OK;

  content_create(running->plan, &running->layout, running->arena, &content);
  content.journal = running->output.journal;
  content.n_blocks = trial_n_blocks(running->plan, running->settings.size);
  TRY(results_write(running->comm, running->output.results, &content));
  running->times.assemble_s = clock_s() - start;
  if (running->rank == 0) code = output_write_checksum(&running->output, sha256);
  TRY(agree(running, code));
  facts = (struct run_facts){
      running->options, running->plan, running->kernels, &running->output, running->count,
      running->times,   sha256};
  TRY(agree(running, record_write(running->comm, &facts)));
  return EXIT_CODE_OK;
}

static int conclude(const struct running *running)
{
  const struct simulation_count *count = &running->count;
  const double share = (double)count->n_failed / (double)count->n_patients;
  const bool is_bad = share > running->plan->file->simulation->allowed_failures;

  if (running->rank == 0)
    printf("%s: %" PRId64 " patients in %.1f s (%.0f/s), %" PRId64 " failed; written in %.1f s\n",
           running->output.results, count->n_patients, running->times.simulate_s,
           (double)count->n_patients / running->times.simulate_s, count->n_failed,
           running->times.assemble_s);
  if (is_bad && running->rank == 0)
    failure(EXIT_CODE_FAILED_TWINS,
            "%.3g %% of the patients failed, more than the %.3g %% that the protocol allows; "
            "see /disposition in the results",
            100 * share, 100 * running->plan->file->simulation->allowed_failures);
  return is_bad ? EXIT_CODE_FAILED_TWINS : EXIT_CODE_OK;
}

static int run(struct running *running)
{
  bool is_complete;
  int code;

  TRY(load_plan(running));
  TRY(prepare_output(running, &is_complete));
  if (is_complete) {
    if (running->rank == 0) printf("%s: complete, with these inputs\n", running->output.results);
    return EXIT_CODE_OK;
  }
  running->settings = (struct block_settings){running->kernels, running->options->block_size > 0
                                                                    ? running->options->block_size
                                                                    : DEFAULT_BLOCK_SIZE};
  layout_create(running->plan, running->arena, &running->layout);
  code = simulate(running);
  if (code == EXIT_CODE_OK) code = assemble(running);
  code = agreed(running->comm, code);
  if (running->rank == 0) {
    const int removed = output_remove_journal(&running->output);

    if (code == EXIT_CODE_OK) code = removed;
  }
  code = agree(running, code);
  return code == EXIT_CODE_OK ? conclude(running) : code;
}

int run_trial(MPI_Comm comm, const struct run_options *options)
{
  struct running running = {.comm = comm,
                            .options = options,
                            .arena = arena_create(),
                            .kernels = kernel_store_create(options->n_kernels, options->kernels)};
  int code;

  MPI_Comm_rank(comm, &running.rank);
  if (running.rank != 0) kernel_store_hush(running.kernels);
  code = run(&running);
  layout_clear(&running.layout);
  kernel_store_destroy(&running.kernels);
  arena_destroy(&running.arena);
  return code;
}

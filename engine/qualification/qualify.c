/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "qualification/qualify.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory.h"
#include "qualification/answer.h"
#include "results/agreement.h"
#include "twin/record.h"

/* To add a section: its name here, its answers in NAME.yaml. */
const char *const qualify_sections[] = {"models", "dosing", "solvers", NULL};

struct tally {
  int passed, failed, not_covered;
};

/** A section with all that was answered. */
struct qualified {
  const char *name;
  const struct qualification *known;
  struct answer *answers; /* [answer], case by case */
};

struct qualifying {
  MPI_Comm comm;
  int rank, n_ranks;
  const struct qualify_options *options;
  struct arena *arena;
  struct kernel_store *kernels;
  struct tally tally;
};

/** Case i is run by rank i modulo their number. Answers are zero where another rank runs the case,
 *  so that joining their bits puts them together. */
static int answer_all(const struct qualifying *run, struct qualified *section)
{
  struct laboratory laboratory = {run->options->library, run->kernels, diagnostics_create()};
  struct answer *answers = section->answers;
  int code = EXIT_CODE_OK;

  for (size_t i = 0; i < section->known->n_cases; i++) {
    const struct qualification_case *one = &section->known->cases[i];

    if ((int)(i % (size_t)run->n_ranks) == run->rank && code == EXIT_CODE_OK)
      code = answer_case(&laboratory, one, answers);
    answers += one->n_answers;
  }
  diagnostics_destroy(&laboratory.diagnostics);
  TRY(agreed(run->comm, code));
  MPI_Allreduce(MPI_IN_PLACE, section->answers,
                (int)(section->known->n_answers * sizeof *section->answers), MPI_BYTE, MPI_BOR,
                run->comm);
  return EXIT_CODE_OK;
}

static const char *verdict(const struct known_answer *known, const struct answer *answer)
{
  if (answer_is_right(known, answer)) return "ok";
  if (answer->status != RECORD_OK) return record_status_names[answer->status];
  return answer->has_other_bits ? "FAILED: other bits" : "FAILED";
}

static void print_case(const struct qualification_case *one, const struct answer *answers,
                       struct tally *tally)
{
  const struct solver_method *const *methods = solver_methods();
  const char *separator = " by ";

  printf("\n%s: model %s,", one->entry->name.text, one->entry->model.text);
  for (int m = 0; methods[m]; m++) {
    if (!(answers[0].methods >> m & 1)) continue;
    printf("%s%s", separator, methods[m]->name);
    separator = ", ";
  }
  printf("\n  %s\n", one->entry->source.text);
  printf("  %6s %10s %-14s %18s %18s %11s %9s %-10s %s\n", "record", "time", "output", "expected",
         "got", "difference", "allowed", "farthest", "verdict");
  for (size_t i = 0; i < one->n_answers; i++) {
    const struct known_answer *known = &one->answers[i];
    const struct answer *answer = &answers[i];
    const bool is_right = answer_is_right(known, answer);

    printf("  %6d %10.10s %-14s %18.12g %18.12g %11.1e %9.1e %-10s %s\n", (int)known->record,
           known->time, known->output, known->value, answer->got, answer->got - known->value,
           known->relative * fabs(known->value) + known->absolute, methods[answer->farthest]->name,
           verdict(known, answer));
    tally->passed += is_right;
    tally->failed += !is_right;
  }
}

static int is_model(const struct dirent *entry)
{
  const size_t length = strlen(entry->d_name);

  return length > 5 && strcmp(entry->d_name + length - 5, ".yaml") == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
  return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_covered(const struct qualification *known, const char *model, size_t length)
{
  for (size_t i = 0; i < known->n_cases; i++) {
    const char *of = known->cases[i].entry->model.text;

    if (strlen(of) == length && strncmp(of, model, length) == 0) return true;
  }
  return false;
}

/** Models of the library without a known answer. */
static int print_not_covered(struct qualifying *run, const struct qualification *known)
{
  struct dirent **entries;
  const int n = scandir(run->options->library, &entries, is_model, by_name);

  if (n < 0)
    return failure(EXIT_CODE_FILE, "cannot read the folder of models, %s", run->options->library);
  for (int i = 0; i < n; i++) {
    const size_t length = strlen(entries[i]->d_name) - 5;

    if (!is_covered(known, entries[i]->d_name, length)) {
      printf("%snot covered: model %.*s\n", run->tally.not_covered++ ? "" : "\n", (int)length,
             entries[i]->d_name);
    }
    free(entries[i]);
  }
  free(entries);
  return EXIT_CODE_OK;
}

static int print_section(struct qualifying *run, const struct qualified *section)
{
  const struct answer *answers = section->answers;

  printf("\n%s: %s\n", section->name, section->known->title);
  for (size_t i = 0; i < section->known->n_cases; i++) {
    print_case(&section->known->cases[i], answers, &run->tally);
    answers += section->known->cases[i].n_answers;
  }
  if (strcmp(section->name, "models") != 0) return EXIT_CODE_OK;
  return print_not_covered(run, section->known);
}

static int load(const struct qualifying *run, struct qualified *section)
{
  struct diagnostics *diagnostics = diagnostics_create();
  const char *path = arena_format(run->arena, "%s/%s.yaml", run->options->answers, section->name);

  section->known = qualification_load(path, run->arena, diagnostics);
  if (run->rank == 0) diagnostics_print(diagnostics, stderr);
  diagnostics_destroy(&diagnostics);
  if (!section->known) return EXIT_CODE_INVALID_INPUT;
  section->answers = arena_new(run->arena, section->known->n_answers, sizeof *section->answers);
  return EXIT_CODE_OK;
}

static int qualify_section(struct qualifying *run, const char *name)
{
  struct qualified section = {.name = name};

  TRY(agreed(run->comm, load(run, &section)));
  TRY(answer_all(run, &section));
  return agreed(run->comm, run->rank == 0 ? print_section(run, &section) : EXIT_CODE_OK);
}

static int qualify_sections_of(struct qualifying *run)
{
  const char *wanted = run->options->section;

  if (run->rank == 0)
    printf("twintrial %s: known answers, by each solver at a relative tolerance of %g\n",
           TWINTRIAL_VERSION, QUALIFICATION_RTOL);
  for (int s = 0; qualify_sections[s]; s++)
    if (!wanted || strcmp(wanted, qualify_sections[s]) == 0)
      TRY(qualify_section(run, qualify_sections[s]));
  if (run->rank == 0)
    printf("\n%d passed, %d failed, %d not covered\n", run->tally.passed, run->tally.failed,
           run->tally.not_covered);
  return agreed(run->comm, run->tally.failed ? EXIT_CODE_CHECK_FAILED : EXIT_CODE_OK);
}

int qualify(MPI_Comm comm, const struct qualify_options *options)
{
  struct qualifying run = {.comm = comm,
                           .options = options,
                           .arena = arena_create(),
                           .kernels = kernel_store_create(options->n_kernels, options->kernels)};
  int code;

  MPI_Comm_rank(comm, &run.rank);
  MPI_Comm_size(comm, &run.n_ranks);
  if (run.rank != 0) kernel_store_hush(run.kernels);
  code = qualify_sections_of(&run);
  kernel_store_destroy(&run.kernels);
  arena_destroy(&run.arena);
  return code;
}

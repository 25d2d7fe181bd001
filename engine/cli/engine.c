/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine program: commands that need MPI, PETSc or HDF5. `twintrial` becomes it. */
#include <petscsys.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze.h"
#include "base/failure.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/model_simulate.h"
#include "cli/model_import.h"
#include "cli/place.h"
#include "qualification/qualify.h"
#include "results/results_file.h"
#include "solver/solver.h"
#include "trial/run.h"

/** Every task of a Slurm step running alone would simulate the whole trial several times over. */
static int check_launch(void)
{
  const char *tasks = getenv("SLURM_STEP_NUM_TASKS");
  int size;

  MPI_Comm_size(MPI_COMM_WORLD, &size);
  if (size == 1 && tasks && atoi(tasks) > 1)
    return failure(
        EXIT_CODE_LAUNCH,
        "this Slurm step has %s tasks, but each sees only itself; start it with `mpirun twintrial "
        "run ...` or `srun --mpi=pmix twintrial run ...`",
        tasks);
  return EXIT_CODE_OK;
}

/** MPI and PETSC, with the options after --. */
static int start_petsc(const struct arguments *arguments, char *program)
{
  static char skip_petscrc[] = "-skip_petscrc";
  int n = arguments->n_rest + 2;
  char **petsc = memory_new((size_t)n + 1, sizeof *petsc);

  petsc[0] = program;
  petsc[n - 1] = skip_petscrc;
  for (int i = 0; i < arguments->n_rest; i++) petsc[i + 1] = arguments->rest[i];
  /* Options come from the command line alone, where they are part of the inputs. */
  unsetenv("PETSC_OPTIONS");
  /* PETSc's own signal handler would hide which signal ended a run. */
  PetscCall(PetscInitialize(&n, &petsc, NULL, NULL));
  PetscCall(PetscPopSignalHandler());
  free(petsc);
  return check_launch();
}

/** PETSc would stumble over what standard output still holds and cannot write. */
static int end_petsc(int code)
{
  code = command_finish(code);
  PetscCall(PetscFinalize());
  return code;
}

static int run_command(const struct command *command, const struct arguments *arguments, int argc,
                       char **argv)
{
  struct arena *arena = arena_create();
  const char *const kernels[] = {place_library_kernels(arena), place_kernels(arena)};
  const char *progress = argument(command, arguments, "--progress"),
             *solver = argument(command, arguments, "--solver");
  struct run_options options = {.protocol = arguments->words[0],
                                .library = place_models(arena),
                                .kernels = kernels,
                                .n_kernels = argument(command, arguments, "--interpret") ? 0 : 2,
                                .output = argument(command, arguments, "--output"),
                                .is_fresh = argument(command, arguments, "--fresh"),
                                .is_forced = argument(command, arguments, "--force"),
                                .n_arguments = argc,
                                .arguments = argv};
  int code;

  options.block_size = (int)argument_count(command, arguments, "--block-size", 0);
  options.changes.replicates = argument_count(command, arguments, "--replicates", 0);
  options.changes.patients = argument_count(command, arguments, "--patients", 0);
  options.changes.rtol = argument_tolerance(command, arguments, 0);
  if (progress)
    options.progress = (enum progress_style)argument_choice(command, "progress style", progress,
                                                            progress_style_names);
  if (solver)
    options.changes.method =
        solver_method_names[argument_choice(command, "solver", solver, solver_method_names)];
  for (int i = 0; i < arguments->n_rest; i++) {
    options.changes.solver_options = arena_format(
        arena, "%s%s%s", i ? options.changes.solver_options : "", i ? " " : "", arguments->rest[i]);
  }
  code = start_petsc(arguments, argv[0]);
  if (code == EXIT_CODE_OK) code = run_trial(MPI_COMM_WORLD, &options);
  code = end_petsc(code);
  arena_destroy(&arena);
  return code;
}

/** `model simulate` */
static int simulate_command(const struct command *command, const struct arguments *arguments,
                            char **argv)
{
  struct arena *arena = arena_create();
  const char *const kernels[] = {place_library_kernels(arena), place_kernels(arena)};
  struct simulate_records_options options = {
      .kernels = kernels, .n_kernels = argument(command, arguments, "--interpret") ? 0 : 2};
  int code = simulate_options(command, arguments, arena, &options);

  if (code == EXIT_CODE_OK) {
    code = start_petsc(arguments, argv[0]);
    if (code == EXIT_CODE_OK) code = simulate_records(MPI_COMM_WORLD, &options);
    code = end_petsc(code);
  }
  arena_destroy(&arena);
  return code;
}

static int qualify_command(const struct command *command, const struct arguments *arguments,
                           char **argv)
{
  struct arena *arena = arena_create();
  const char *const kernels[] = {place_library_kernels(arena), place_kernels(arena)};
  struct qualify_options options = {.answers = place_qualification(arena),
                                    .library = place_models(arena),
                                    .kernels = kernels,
                                    .n_kernels = argument(command, arguments, "--interpret") ? 0
                                                                                             : 2};
  int code;

  if (arguments->n_words)
    options.section = qualify_sections[argument_choice(command, "section", arguments->words[0],
                                                       qualify_sections)];
  code = start_petsc(arguments, argv[0]);
  if (code == EXIT_CODE_OK) code = qualify(MPI_COMM_WORLD, &options);
  code = end_petsc(code);
  arena_destroy(&arena);
  return code;
}

/** RUN.analysis.json beside RUN.h5 */
static const char *analysis_name(const char *path, struct arena *arena)
{
  const size_t length = strlen(path);
  const int stem = (int)(length > 3 && strcmp(path + length - 3, ".h5") == 0 ? length - 3 : length);

  return arena_format(arena, "%.*s.analysis.json", stem, path);
}

static int analyze_command(const struct command *command, const struct arguments *arguments)
{
  struct arena *arena = arena_create();
  const char *output = argument(command, arguments, "--output");
  struct analyze_options options = {
      .as_json = argument(command, arguments, "--json") != NULL,
      .is_detailed = argument(command, arguments, "--details") != NULL,
      .output = output ? output : analysis_name(arguments->words[0], arena)};
  const int code = analyze_file(arguments->words[0], &options);

  arena_destroy(&arena);
  return code;
}

static int show_command(const char *path)
{
  struct results_file *file = NULL;
  int code = results_open(path, &file);

  if (code == EXIT_CODE_OK) code = results_show(file);
  results_close(&file);
  return code;
}

static int import_command(const struct command *command, const struct arguments *arguments)
{
  if (arguments->n_words == 2)
    return model_import(arguments->words[1], argument(command, arguments, "--output"));
  return failure(EXIT_CODE_INVALID_INPUT, "model: use it as `twintrial model import FILE.xml`");
}

int main(int argc, char **argv)
{
  const struct command *command = argc > 1 ? command_named(argv[1]) : NULL;
  struct arguments arguments = {0};
  int code;

  if (!command) return failure(EXIT_CODE_INVALID_INPUT, "this program is started by `twintrial`");
  signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes is then an error of write() */
  arguments.words = memory_new((size_t)argc, sizeof *arguments.words);
  arguments.values = memory_new(MAX_OPTIONS, sizeof *arguments.values);
  code = command_parse(command, argc - 2, argv + 2, &arguments);
  if (code == EXIT_CODE_OK && !command_is_of_engine(command, &arguments))
    code = failure(EXIT_CODE_INVALID_INPUT, "this program is started by `twintrial`");
  if (code == EXIT_CODE_OK && command->kind == COMMAND_RUN)
    code = run_command(command, &arguments, argc, argv);
  else if (code == EXIT_CODE_OK && command->kind == COMMAND_ANALYZE)
    code = analyze_command(command, &arguments);
  else if (code == EXIT_CODE_OK && command->kind == COMMAND_MODEL)
    code = strcmp(arguments.words[0], "import") == 0 ? import_command(command, &arguments)
                                                     : simulate_command(command, &arguments, argv);
  else if (code == EXIT_CODE_OK && command->kind == COMMAND_QUALIFY)
    code = qualify_command(command, &arguments, argv);
  else if (code == EXIT_CODE_OK)
    code = show_command(arguments.words[0]);
  free(arguments.words);
  free(arguments.values);
  return command_finish(code);
}

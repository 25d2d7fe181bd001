/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of subcommands; both programs have it. */
#include "cli/command.h"

#include <stddef.h>

static const struct option no_options[] = {{0}};
static const struct option check_options[] = {
    {"--json", 0, NULL, "problems as a JSON array on stdout"},
    {"--strict", 0, NULL, "warnings are errors"},
    {"--resolved", 0, NULL, "print the protocol with every default filled in"},
    {0}};
static const struct option schema_options[] = {
    {"--for", 0, "KIND", "protocol (default), model or cohort"},
    {"--reference", 0, NULL, "the reference page in Markdown instead of JSON Schema"},
    {0}};
static const struct option run_options[] = {
    {"--output", 'o', "FILE.h5", "results file; default: the protocol's base name"},
    {"--replicates", 'R', "N", "replicates of the trial, instead of the protocol's"},
    {"--patients", 'N', "N", "patients in each replicate, instead of the protocol's"},
    {"--rtol", 0, "X", "relative tolerance of the solver, instead of the protocol's"},
    {"--solver", 0, "NAME",
     "auto, linear, explicit, rosenbrock, switching or petsc, instead of the protocol's"},
    {"--interpret", 0, NULL, "use no compiled models; results do not depend on it"},
    {"--block-size", 0, "N", "patients handed out at a time; results do not depend on it"},
    {"--progress", 0, "STYLE", "auto, bar, plain, json or none"},
    {"--fresh", 0, NULL, "compute again even if the results are complete"},
    {"--force", 0, NULL, "with --fresh: replace results of other inputs"},
    {0}};
static const struct option model_options[] = {
    {"--latex", 0, NULL, "show: the equations and parameters as LaTeX"},
    {"--into", 0, "FOLDER", "build: where the compiled model is put, instead of the user's cache"},
    {"--events", 'e', "FILE.csv", "simulate: records of doses and observations, as NONMEM's"},
    {"--output", 'o', "FILE",
     "simulate: FILE.csv or FILE.h5, import: FILE.yaml; default: on the screen"},
    {"--expected", 0, "FILE.csv",
     "simulate: prints each patient's largest deviation from these rows"},
    {"--tolerance", 0, "X",
     "simulate: with --expected, what deviates more is a failure, exit code 7"},
    {"--seed", 0, "N",
     "simulate: patients differ and measurements err as the model says; without: typical patients"},
    {"--covariates", 0, "RULE",
     "simulate: between records those of the next (nocb, default), of the last (locf), or linear"},
    {"--steady-lag", 0, "RULE",
     "simulate: of SS with a lag not below II: error (default) or clamp, as if just dosed"},
    {"--solver", 0, "NAME", "simulate: auto, linear, explicit, rosenbrock, switching or petsc"},
    {"--rtol", 0, "X", "simulate: relative tolerance of the solver, default 1e-8"},
    {"--interpret", 0, NULL, "simulate: use no compiled models; results do not depend on it"},
    {0}};
static const struct option qualify_options[] = {
    {"--interpret", 0, NULL, "use no compiled models; answers do not depend on it"}, {0}};
static const struct option analyze_options[] = {
    {"--json", 0, NULL, "JSON on stdout instead of tables"},
    {"--details", 0, NULL, "of several scenarios, the table of each after the ranges"},
    {"--output", 'o', "FILE", "where the JSON is written; default: RUN.analysis.json"},
    {0}};

const struct command commands[] = {
    {"check", "PROTOCOL.yaml",
     "Checks a protocol with its cohort and models, and shows all problems at once",
     "twintrial check protocols/eu_pact.yaml", 1, 1, check_options, COMMAND_CHECK},
    {"schema", "", "Prints the JSON Schema or the reference page of an input file",
     "twintrial schema --for=model > model.json", 0, 0, schema_options, COMMAND_SCHEMA},
    {"run", "PROTOCOL.yaml [-- PETSC OPTIONS]",
     "Simulates a trial and writes its results file; under mpirun on all ranks",
     "mpirun -n 2 twintrial run protocols/eu_pact.yaml -o eu_pact.h5", 1, 1, run_options,
     COMMAND_RUN},
    {"analyze", "RUN.h5",
     "Estimates what the protocol plans, over all replicates, beside what was published",
     "twintrial analyze eu_pact.h5", 1, 1, analyze_options, COMMAND_ANALYZE},
    {"show", "RUN.h5", "Prints what is in a results file", "twintrial show eu_pact.h5", 1, 1,
     no_options, COMMAND_SHOW},
    {"model",
     "list | show NAME | check FILE.yaml | build FILE.yaml | simulate NAME --events FILE.csv | "
     "import FILE.xml",
     "Lists, shows, checks and compiles models, simulates event records with them, and imports "
     "them from SBML",
     "twintrial model simulate pk_2cmt --events doses.csv -o profiles.csv", 1, 2, model_options,
     COMMAND_MODEL},
    {"qualify", "[models | dosing | solvers]",
     "Runs the known answers that ship with it, and prints expected, got and verdict of each",
     "mpirun -n 2 twintrial qualify > qualification.txt", 0, 1, qualify_options, COMMAND_QUALIFY},
    {"completion", "bash | zsh | fish", "Prints a completion script for a shell",
     "source <(twintrial completion bash)", 1, 1, no_options, COMMAND_COMPLETION},
    {"help", "[COMMAND]", "Explains the program or one command", "twintrial help run", 0, 1,
     no_options, COMMAND_HELP},
    {0}};

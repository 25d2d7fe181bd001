#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Statisticians' programs read a results file without MPI, and find what `twintrial analyze` finds:
# the README's own commands, then tests and models of R for each replicate.
. "$(dirname "$0")/../script_begin"
simulate 2 "$SOURCE_DIR/protocols/eu_pact.yaml" --replicates 3 -o eu_pact.h5
"$TWINTRIAL" analyze eu_pact.h5 --json >eu_pact.json

# Nothing of a launcher is in the environment, and no library of MPI may be loaded.
clean() {
  env -i PATH=/usr/bin:/bin HOME="$PWD" PYTHONDONTWRITEBYTECODE=1 "$@"
}

# readme_command PROGRAM: the README's line, with this run's file instead of the quick start's
readme_command() {
  grep "^cd analysis/readers && $1 " "$SOURCE_DIR/README.md" |
    sed "s|analysis/readers|'$SOURCE_DIR'/&|; s|../../build/quickstart|$PWD|"
}
command=$(readme_command python3)
[ -n "$command" ] || fail "README.md has lost its command for Python"
clean bash -c "$command" >readme_python.txt || fail "python of README.md"
cat readme_python.txt
clean PYTHONPATH="$PYTHONPATH" /usr/bin/python3 "$SOURCE_DIR/tests/pipeline/read_in_python.py"

if ! Rscript -e 'stopifnot(requireNamespace("hdf5r"), requireNamespace("survival"))' >/dev/null 2>&1; then
  echo "R, hdf5r or survival is missing: only Python was tried"
  exit 0
fi
command=$(readme_command Rscript)
[ -n "$command" ] || fail "README.md has lost its command for R"
clean bash -c "$command" >readme_r.txt || fail "R of README.md"
cat readme_r.txt
clean Rscript "$SOURCE_DIR/tests/pipeline/read_in_r.R" "$SOURCE_DIR/analysis/readers/twintrial.R" >r.txt ||
  fail "read_in_r.R"
/usr/bin/python3 "$SOURCE_DIR/tests/pipeline/readers.py"

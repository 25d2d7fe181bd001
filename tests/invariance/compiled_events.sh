#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A model with events gives the same bytes interpreted and compiled, whether its steps are explicit
# or, with a stiff state, Rosenbrock's.
. "$(dirname "$0")/../script_begin"

command -v cc >/dev/null || exit 77
mkdir models
cp "$SOURCE_DIR"/tests/protocols/switching_elimination.yaml .
cp "$SOURCE_DIR"/tests/protocols/models/switching_elimination.yaml models/
sed -i "s|../../cohorts|$SOURCE_DIR/cohorts|" switching_elimination.yaml
"$TWINTRIAL" model build models/switching_elimination.yaml --into kernels >build.log 2>&1 ||
  fail "$(cat build.log)"

# with KERNELS RESULTS: a run that finds compiled steps in that folder, or none
with() {
  TWINTRIAL_KERNELS=$PWD/$1 simulate 1 switching_elimination.yaml -o "$2.h5"
}

compare() {
  with nowhere "$1_interpreted"
  with kernels "$1_compiled"
  cmp "$1_interpreted.h5" "$1_compiled.h5" || fail "$1: compiled steps give other bytes"
}

compare explicit
sed -i 's|FAST: {value: 3 1/h|FAST: {value: 30000 1/h|' models/switching_elimination.yaml
compare stiff
cmp -s explicit_compiled.h5 stiff_compiled.h5 && fail "the models do not differ"

# The compiled steps were found: others are noticed.
for hash in kernels/*.sha256; do echo other >"$hash"; done
with kernels spoiled
grep -q 'is not what was built' simulate.log || fail "the compiled steps were not looked for"

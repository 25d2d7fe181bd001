#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A patient who cannot be simulated is a result: a status, rows without values, a count in every
# table, and exit code 4 when there are more of them than the protocol allows.
. "$(dirname "$0")/../script_begin"

# run_to CODE NAME PROTOCOL ARGUMENTS...: the results are there whatever the code
run_to() {
  local expected=$1 name=$2 code=0
  shift 2
  mpirun -n 2 "$TWINTRIAL" run "$@" -o "$name.h5" --progress none >"$name.out" 2>"$name.err" || code=$?
  [ "$code" = "$expected" ] || fail "$name: exit code $code, not $expected: $(cat "$name.err")"
  sha256sum --check --quiet "$name.sha256" || fail "$name: the results are not what was told"
  [ ! -e "$name.journal" ] || fail "$name: the journal is left"
  "$TWINTRIAL" analyze "$name.h5" >"$name.txt" || fail "$name: analyze ends with code $?"
}

# variant NAME KEYS PROTOCOL: a protocol that has other values of these keys
variant() {
  printf 'schema: 1\nextends: %s\n%s\n' "$SOURCE_DIR/tests/protocols/$3" "$2" >"$1.yaml"
}

run_to 4 refused "$SOURCE_DIR/tests/protocols/blow_up.yaml"
grep -q 'more than the 20 % that the protocol allows' refused.err || fail "$(cat refused.err)"
grep -q 'WARNING: more patients failed than the protocol allows' refused.txt || fail "$(cat refused.txt)"

variant allowed 'simulation: {replicates: 4, seed: 99, allowed_failures: 0.5}' blow_up.yaml
run_to 0 allowed allowed.yaml
grep -q WARNING allowed.txt && fail "a warning though the failures are allowed"

variant steps 'simulation: {replicates: 4, seed: 99, allowed_failures: 1, solver: {max_steps: 60}}' blow_up.yaml
run_to 0 steps steps.yaml

variant nobody 'truth: {model: models/blow_up.yaml, parameters: {K: 9 1/h}}' blow_up.yaml
sed -i "s|models/blow_up|$SOURCE_DIR/tests/protocols/&|" nobody.yaml
run_to 4 nobody nobody.yaml

variant ineligible "population: {cohort: $SOURCE_DIR/tests/protocols/cohorts/dosing_patients.yaml, size: 5, eligibility: ['AGE < 80 a']}" dosing_algorithms.yaml
run_to 4 ineligible ineligible.yaml

variant undefined "interventions: {drug: {route: oral}}
arms:
  - name: all
    administrations:
      - {intervention: drug, dose: sqrt((AGE in a) - 50) * 1 mg, start: P1D}" dosing_algorithms.yaml
run_to 4 undefined undefined.yaml

/usr/bin/python3 "$SOURCE_DIR/tests/pipeline/unsolvable_patients.py"

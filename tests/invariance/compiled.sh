#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Compiled equations give the bytes of interpreted ones: every model by every solver that it can use,
# on every vector instruction set, compiled by gcc and by clang where they are installed; then whole
# results files on 1, 2 and 3 ranks. Three models, unless TWINTRIAL_FULL is set.
. "$(dirname "$0")/../script_begin"
driver=${1:-$BUILD_TESTS/compiled_driver}
simds="baseline avx2 avx512"
n_compared=0

mkdir models
if is_full; then
  cp "$SOURCE_DIR"/engine/models/*.yaml models
else
  for name in pk_1cmt indirect_response_2 hbv_cortes_rios_2025; do
    cp "$SOURCE_DIR/engine/models/$name.yaml" models
  done
fi

# build COMPILER: all models into the folder of that name
build() {
  local path
  for path in models/*.yaml; do
    CC=$1 "$TWINTRIAL" model build "$path" --into="$1" >>"$1.log" 2>&1 || fail "$1: $(cat "$1.log")"
  done
}

# compare NAME SIMD KIND [KERNELS]: the same lines as those of interpreted baseline
compare() {
  TWINTRIAL_SIMD=$2 "$driver" models "${@:4}" >"$1.$2" || fail "$1 $2: exit code $?"
  [ "$(cut -d ' ' -f 3 "$1.$2" | sort -u)" = "$3" ] || fail "$1 $2: not all models are $3"
  cut -d ' ' -f 1,2,4,5 "$1.$2" >"$1.$2.hashes"
  diff interpreted.baseline.hashes "$1.$2.hashes" || fail "$1 $2: other bytes"
  n_compared=$((n_compared + $(wc -l <"$1.$2")))
}

TWINTRIAL_SIMD=baseline "$driver" models >interpreted.baseline
cut -d ' ' -f 1,2,4,5 interpreted.baseline >interpreted.baseline.hashes
[ "$(wc -l <interpreted.baseline)" -ge 10 ] || fail "only: $(cat interpreted.baseline)"
[ "$(awk '{ print $1, $4 }' interpreted.baseline | sort -u | wc -l)" -ge 7 ] ||
  fail "solvers that do not differ: $(cat interpreted.baseline)"
for simd in $simds; do compare interpreted "$simd" interpreted; done
compilers="" pids=""
for compiler in gcc clang-14; do
  if ! command -v "$compiler" >/dev/null; then
    echo "$compiler is not installed"
    continue
  fi
  build "$compiler" &
  compilers="$compilers $compiler" pids="$pids $!"
done
for pid in $pids; do wait "$pid"; done
for compiler in $compilers; do
  for simd in $simds; do compare "$compiler" "$simd" compiled "$compiler"; done
done
echo "$n_compared models by solvers, the same bytes"

# run_trial NAME RANKS KIND OPTIONS...: a few patients of EU-PACT
run_trial() {
  simulate "$2" "$SOURCE_DIR/protocols/eu_pact.yaml" --patients 70 --replicates 2 --block-size 16 \
    -o "$1.h5" "${@:4}"
  [ "$(json_of "$1.run.json" '["solvers"][0]["equations"]')" = "$3" ] || fail "$1: not $3"
  sha256sum <"$1.h5" >>trials
}

export TWINTRIAL_KERNELS=$PWD/kernels
"$TWINTRIAL" model build hamberg_2007_warfarin
for ranks in 1 2 3; do
  run_trial "compiled_$ranks" $ranks compiled
  run_trial "interpreted_$ranks" $ranks interpreted --interpret
done
[ "$(sort -u trials | wc -l)" = 1 ] || fail "results files differ: $(cat trials)"
[ "$(json_of compiled_3.run.json '["ranks"][2]["compiled_scenarios"]')" = 1 ] || fail "rank 2 interprets"
[ "$(json_of interpreted_3.run.json '["ranks"][2]["compiled_scenarios"]')" = 0 ] || fail "rank 2 compiles"

#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# One results file, whatever computes it: a table of SHA-256 for ranks, sizes of blocks and vector
# instructions, over four protocols; then after a killed run, and with every style of progress.
# A sample, unless TWINTRIAL_FULL is set. By hand, from anywhere: bash tests/invariance/checksum_matrix.sh
. "$(dirname "$0")/../script_begin"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
all_ranks="1 2 3 7"
simds="avx512 avx2 baseline"
n_runs=0 n_differ=0
expected=""

# compare SHA256 WHAT...: one line of the table
compare() {
  local verdict="same"
  if [ -z "$expected" ]; then
    expected=$1 verdict="first"
  elif [ "$1" != "$expected" ]; then
    verdict="DIFFERS" n_differ=$((n_differ + 1))
  fi
  n_runs=$((n_runs + 1))
  printf '%-15s %5s %6s  %-9s %-9s %-14s %.16s  %s\n' "${@:2}" "$1" "$verdict"
}

# run_once NAME RANKS BLOCK SIMD ARGUMENTS...
run_once() {
  local name=$1 ranks=$2 block=$3 simd=$4 sum
  shift 4
  TWINTRIAL_SIMD=$simd simulate "$ranks" "$@" --block-size "$block" -o "$name.h5" --fresh --force
  sum=$(sha256sum <"$name.h5" | cut -d ' ' -f 1)
  [ "$sum" = "$(cut -d ' ' -f 1 "$name.sha256")" ] || fail "$name.sha256 is not that of $name.h5"
  compare "$sum" "$name" "$ranks" "$block" "$simd" "$(json_of "$name.run.json" '["simd"]')" "ranks"
}

# matrix NAME ARGUMENTS...
matrix() {
  local name=$1 ranks block simd
  shift
  expected=""
  for simd in $simds; do
    for ranks in $all_ranks; do
      for block in 256 37; do
        is_full || [ "$simd" = avx512 ] || [ "$ranks$block" = 237 ] || continue
        run_once "$name" "$ranks" "$block" "$simd" "$@"
      done
    done
  done
}

# killed NAME RANKS ARGUMENTS...: the run is killed while its journal grows, and then made again
killed() {
  local name=$1 ranks=$2 pid sum
  shift 2
  rm -rf "$name".*
  "$TWINTRIAL" run --progress none "$@" --block-size 16 -o "$name.h5" >/dev/null 2>&1 &
  pid=$!
  for _ in $(seq 2000); do
    [ "$(stat -c %s "$name.journal/"*.segment 2>/dev/null | sort -n | tail -n 1)" -gt 20000 ] 2>/dev/null && break
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.005
  done
  kill -9 "$pid" 2>/dev/null || fail "$name ended before it could be killed; give it more patients"
  wait "$pid" 2>/dev/null || true
  [ -d "$name.journal" ] || fail "the killed run has left no journal"
  [ ! -e "$name.h5" ] || fail "the killed run has left a results file"
  simulate "$ranks" "$@" -o "$name.h5"
  [ ! -e "$name.journal" ] || fail "the finished run has left its journal"
  sum=$(sha256sum <"$name.h5" | cut -d ' ' -f 1)
  compare "$sum" "$name" "$ranks" 256 "" "$(json_of "$name.run.json" '["simd"]')" "after a kill"
}

# shown NAME STYLE ARGUMENTS...
shown() {
  local name=$1 style=$2 sum
  shift 2
  "$TWINTRIAL" run --progress "$style" "$@" -o "$name.h5" --fresh --force >out.log 2>progress.log ||
    fail "--progress $style: $(cat progress.log)"
  case $style in
    none) [ ! -s progress.log ] || fail "--progress none shows: $(cat progress.log)" ;;
    json) /usr/bin/python3 -c "
import json
lines = [json.loads(line) for line in open('progress.log')]
assert lines[-1]['done'] == lines[-1]['total'] > 0 and lines[-1]['failed'] == 0, lines
" || fail "--progress json" ;;
    *) grep -q '100 %' progress.log || fail "--progress $style: $(cat progress.log)" ;;
  esac
  sum=$(sha256sum <"$name.h5" | cut -d ' ' -f 1)
  compare "$sum" "$name" 1 256 "" "$(json_of "$name.run.json" '["simd"]')" "progress $style"
}

printf '%-15s %5s %6s  %-9s %-9s %-14s %-16s\n' protocol ranks block "simd" "(used)" "" sha256
eu_pact="$SOURCE_DIR/protocols/eu_pact.yaml --replicates 3"
# shellcheck disable=SC2086
matrix eu_pact $eu_pact
# shellcheck disable=SC2086
{
  killed eu_pact 2 $eu_pact
  for style in auto plain bar json none; do shown eu_pact $style $eu_pact; done
}
matrix variants "$SOURCE_DIR/protocols/eu_pact_variants.yaml" --replicates 2 --patients 101
matrix three_arms "$SOURCE_DIR/tests/protocols/three_arms.yaml"
# the same solver failures, too
printf 'schema: 1\nextends: %s\nsimulation: {replicates: 4, seed: 99, allowed_failures: 1}\n' \
  "$SOURCE_DIR/tests/protocols/blow_up.yaml" >unsolvable.yaml
matrix unsolvable unsolvable.yaml
echo "$n_runs runs, $n_differ with other bytes"
[ "$n_differ" = 0 ] || fail "$n_differ of $n_runs results files differ"

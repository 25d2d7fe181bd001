#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Events that assign, with delays and priorities, and all functions give the same bits interpreted
# and compiled, on every vector instruction set.
. "$(dirname "$0")/../script_begin"
driver=${1:-$BUILD_TESTS/compiled_driver}

command -v cc >/dev/null || exit 77
mkdir models
cp "$SOURCE_DIR/tests/invariance/models/actions.yaml" models
"$TWINTRIAL" model build models/actions.yaml --into=kernels >build.log 2>&1 || fail "$(cat build.log)"

for simd in baseline avx2 avx512; do
  TWINTRIAL_SIMD=$simd "$driver" models >"interpreted.$simd"
  TWINTRIAL_SIMD=$simd "$driver" models kernels >"compiled.$simd"
  for kind in interpreted compiled; do
    [ "$(cut -d ' ' -f 3 "$kind.$simd" | sort -u)" = "$kind" ] || fail "$kind $simd: $(cat "$kind.$simd")"
    cut -d ' ' -f 1,2,4,5 "$kind.$simd" >"$kind.$simd.hashes"
    diff interpreted.baseline.hashes "$kind.$simd.hashes" || fail "$kind $simd: other bytes"
  done
done
cat interpreted.baseline
[ "$(wc -l <interpreted.baseline)" = 3 ] || fail "not three solvers"
[ "$(cut -d ' ' -f 5 interpreted.baseline | sort -u)" = 0 ] || fail "patients who cannot be solved"

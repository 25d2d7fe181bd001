#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every protocol that is shipped is checked without a warning, runs (small) and is analysed.
set -eu

for protocol in "$SOURCE_DIR"/protocols/*.yaml; do
  name=$(basename "$protocol" .yaml)
  "$TWINTRIAL" check --strict "$protocol"
  mpirun -q -n 2 "$TWINTRIAL" run "$protocol" -R 2 -N 40 -o "$name.h5" --progress none
  "$TWINTRIAL" analyze "$name.h5" > "$name.txt"
  grep -q "Failures are counted: 0 of" "$name.txt"
  "$TWINTRIAL" show "$name.h5" | grep -q "^/pd/"
  (cd "$(dirname "$name.h5")" && sha256sum --quiet -c "$name.sha256")
done

#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every protocol that is shipped is checked without a warning, runs (small) and is analysed.
set -eu

for protocol in "$SOURCE_DIR"/protocols/*.yaml; do
  name=$(basename "$protocol" .yaml)
  "$TWINTRIAL" check --strict "$protocol"
  mpirun -q -n 2 "$TWINTRIAL" run "$protocol" -R 2 -N 40 -o "$name.h5" --progress none > "$name.log"
  grep -q ", 0 failed;" "$name.log"
  "$TWINTRIAL" analyze "$name.h5" > "$name.txt"
  "$TWINTRIAL" show "$name.h5" | grep -q "^/pd/"
  sha256sum --quiet -c "$name.sha256"
done

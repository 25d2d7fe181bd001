#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Latent categories, uncertain population parameters, occasions, assays with limits and correlated
# errors, from model file to results file: equal bytes on 1, 2 and 3 ranks, and what is in them.
. "$(dirname "$0")/../script_begin"

for ranks in 1 2 3; do
  simulate "$ranks" "$SOURCE_DIR/tests/protocols/variability.yaml" -o "ranks_$ranks.h5"
done
cmp ranks_1.h5 ranks_2.h5 || fail "two ranks give other bytes"
cmp ranks_1.h5 ranks_3.h5 || fail "three ranks give other bytes"

printf 'schema: 1\nextends: %s\nsimulation: {replicates: 8, seed: 20261124}\n' \
  "$SOURCE_DIR/tests/protocols/variability.yaml" >certain.yaml
simulate 2 certain.yaml -o certain.h5
/usr/bin/python3 "$SOURCE_DIR/tests/pipeline/variability.py"

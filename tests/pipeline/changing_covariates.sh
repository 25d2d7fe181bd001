#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Covariates that change during the study, against the closed form of the one-compartment model with a
# clearance that is constant between the changes; by every solver, and equal bytes on 1, 2 and 3 ranks.
. "$(dirname "$0")/../script_begin"

protocol=$SOURCE_DIR/tests/protocols/changing_covariates.yaml
for ranks in 1 2 3; do
  simulate "$ranks" "$protocol" -o "ranks_$ranks.h5"
done
cmp ranks_1.h5 ranks_2.h5 || fail "two ranks give other bytes"
cmp ranks_1.h5 ranks_3.h5 || fail "three ranks give other bytes"
for solver in linear explicit rosenbrock switching petsc; do
  simulate 2 "$protocol" --solver "$solver" -o "$solver.h5"
done
/usr/bin/python3 "$SOURCE_DIR/tests/pipeline/changing_covariates.py" ranks_1.h5 linear.h5 explicit.h5 rosenbrock.h5 \
  switching.h5 petsc.h5

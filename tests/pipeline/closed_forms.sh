#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Bolus, overlapping infusions and tablets from protocol to results file, against the closed form of
# the two-compartment model, computed from the true parameters and the doses in that file.
. "$(dirname "$0")/../script_begin"
simulate 2 "$SOURCE_DIR/tests/protocols/three_arms.yaml" --rtol 1e-10 -o three_arms.h5
/usr/bin/python3 "$SOURCE_DIR/tests/pipeline/closed_forms.py" three_arms.h5

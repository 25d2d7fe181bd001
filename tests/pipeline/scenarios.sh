#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The variants of EU-PACT from protocol to the table of ranges; every mean, its Monte-Carlo error and
# the paired change computed again from the results file.
. "$(dirname "$0")/../script_begin"
simulate 2 "$SOURCE_DIR/protocols/eu_pact_variants.yaml" -R 3 -N 60 -o variants.h5
"$TWINTRIAL" analyze variants.h5 > table.txt
grep -q "range over 8 scenarios, Welch t test: " table.txt
if grep -q "Scenario visits_8" table.txt; then fail "details without --details"; fi
"$TWINTRIAL" analyze variants.h5 --details > details.txt
grep -q "Scenario visits_8: 8 visits" details.txt
/usr/bin/python3 "$SOURCE_DIR/tests/pipeline/scenarios.py" variants.h5 variants.analysis.json

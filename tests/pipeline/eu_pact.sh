#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# EU-PACT against its published result, and at a tighter tolerance of the solver. A sample of 10
# replicates has bounds widened by two Monte-Carlo standard errors; with TWINTRIAL_FULL all 200
# replicates are judged by the published interval itself, and by the time they take on two ranks.
. "$(dirname "$0")/../script_begin"
replicates=10
if is_full; then replicates=200; fi
for rtol in 1e-6 1e-8; do
  simulate 2 "$SOURCE_DIR/protocols/eu_pact.yaml" --replicates $replicates --rtol $rtol -o eu_pact_$rtol.h5
  "$TWINTRIAL" analyze eu_pact_$rtol.h5 --json >eu_pact_$rtol.json
done
/usr/bin/python3 "$SOURCE_DIR/tests/pipeline/eu_pact.py"

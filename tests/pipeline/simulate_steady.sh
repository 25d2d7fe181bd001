#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Steady states in the middle of a patient's records, of a model that is not zero at rest, against closed
# forms: SS 1 ends doses and infusions of before, SS 2 adds, an infusion that has lasted for ever ends at
# its record, and a lag of just the interval is refused.
. "$(dirname "$0")/../script_begin"

cat >model.yaml <<'EOF'
schema: 1
model: at_rest
title: A bolus or an infusion into what is 5 mg without it
time: h
parameters:
  K: {value: 0.1 1/h, source: invented}
  REST: {value: 5 mg, source: invented}
  LAG: {value: 0 h, source: invented}
states:
  A: {unit: mg, initial: REST, rate: K * (REST - A)}
routes: {in: {state: A, lag: LAG}}
outputs:
  A: {unit: mg, expression: A}
EOF
cat >events.csv <<'EOF'
ID,TIME,EVID,AMT,RATE,ADDL,II,SS
pending,0,1,100,0,5,4,0
pending,10,1,100,0,0,12,1
pending,13,0,0,0,0,0,0
running,0,1,100,10,0,0,0
running,5,1,100,0,0,12,1
running,8,0,0,0,0,0,0
for_ever,0,1,0,5,0,0,1
for_ever,7,0,0,0,0,0,0
added,0,1,30,0,0,0,0
added,6,1,100,0,0,12,2
added,9,0,0,0,0,0,0
EOF
"$TWINTRIAL" model simulate model.yaml --events events.csv -o out.csv
/usr/bin/python3 - <<'EOF'
import csv
from math import exp

peak = 100 / (1 - exp(-1.2))
expected = {("pending", 10): peak, ("pending", 13): peak * exp(-0.3),
            ("running", 5): peak, ("running", 8): peak * exp(-0.3),
            ("for_ever", 0): 50, ("for_ever", 7): 50 * exp(-0.7),
            ("added", 6): peak + 30 * exp(-0.6), ("added", 9): (peak + 30 * exp(-0.6)) * exp(-0.3)}
seen = 0
for row in csv.DictReader(open("out.csv")):
    above = expected.get((row["ID"], float(row["TIME"])))
    if above is None:
        continue
    assert abs(float(row["A"]) / (5 + above) - 1) < 1e-9, row
    seen += 1
assert seen == len(expected), seen
print(f"{seen} rows are as the closed form says")
EOF

printf 'ID,TIME,EVID,AMT,II,SS,LAG\n1,0,1,100,12,1,12\n1,1,0,,,,\n' >late.csv
code=0
"$TWINTRIAL" model simulate model.yaml --events late.csv -o late_out.csv 2>told || code=$?
[ "$code" -eq 2 ] || fail "a lag of the interval: exit code $code"
grep -q '^late.csv:2:7: error: .*lag is not shorter than its interval' told || fail "$(cat told)"
[ ! -e late_out.csv ] || fail "rows of a file with a mistake"

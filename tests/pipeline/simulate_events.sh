#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Rows of `model simulate` are of the state after what events assign at their time: at the start, at a
# dose that sets them off, at a reset; and events that come to no end are a status.
. "$(dirname "$0")/../script_begin"

cat >model.yaml <<'EOF'
schema: 1
model: refilled
title: A store that is filled when it is almost empty, and emptied when it is full
time: "1"
parameters: {K: {value: 1, source: invented}}
states:
  A: {unit: "1", initial: 1, rate: -K}
  N: {unit: "1", rate: 0}
routes: {in: {state: A}}
events:
  empty: {when: A < 2, assign: {A: A + 10, N: N + 1}, at_start: not_held}
  full: {when: A > 13 and A < 100, assign: {A: 5, N: N + 1}}
  this_way: {when: A > 100 and N > 0, assign: {N: -N}}
  that_way: {when: A > 100 and N < 0, assign: {N: -N}}
outputs:
  LEVEL: {unit: "1", expression: "round(A, 0.25)"}
  FILLED: {unit: "1", expression: N}
EOF
cat >events.csv <<'EOF'
ID,TIME,EVID,AMT,CMT
1,0,0,0,1
1,1,0,0,1
1,9.5,0,0,1
1,10,1,7,1
1,12,3,0,1
1,13,0,0,1
1,14,1,200,1
EOF
cat >expected <<'EOF'
1,0,0,11,1,ok
1,1,0,10,1,ok
1,9.5,0,11.5,2,ok
1,10,1,5,3,ok
1,12,3,11,1,ok
1,13,0,10,1,ok
1,14,1,NA,NA,events without end
EOF
"$TWINTRIAL" model simulate model.yaml --events events.csv -o out.csv >log 2>&1 || true
tail -n +2 out.csv >rows
diff expected rows || fail "other rows: $(cat log)"

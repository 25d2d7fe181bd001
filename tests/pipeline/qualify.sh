#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `twintrial qualify`: all known answers on one, two and three ranks, the same bytes; a wrong answer,
# a model without one and a damaged file in a copy of the installation; and every model of the
# library says how far it was verified.
. "$(dirname "$0")/../script_begin"

# qualified CODE RANKS ARGUMENTS...: leaves out, err
qualified() {
  local code=$1 ranks=$2 got=0
  shift 2
  timeout 600 mpirun -n "$ranks" "$program" qualify "$@" >out 2>err </dev/null || got=$?
  [ "$got" = "$code" ] || fail "qualify $* on $ranks ranks: exit code $got: $(tail -n 5 out) $(cat err)"
}

program=$TWINTRIAL
qualified 0 1
cp out one_rank
tail -n 1 out
tail -n 1 out | grep -qE '^[1-9][0-9]+ passed, 0 failed, 0 not covered$' || fail "last line: $(tail -n 1 out)"
for section in models dosing solvers; do grep -q "^$section: " out || fail "no section $section"; done
[ "$(grep -c ' ok$' out)" = "$(tail -n 1 out | cut -d' ' -f1)" ] || fail "verdicts and the last line differ"
awk 'length > 140' out | grep . && fail "lines that are too long"
for ranks in 2 3; do
  qualified 0 $ranks
  cmp one_rank out || fail "other bytes on $ranks ranks"
done
qualified 0 2 --interpret
cmp one_rank out || fail "other bytes without compiled models"
qualified 0 1 dosing
grep -q '^models: ' out && fail "a section that was not asked for"
qualified 2 1 dosin
grep -q "did you mean 'dosing'?" err || fail "$(cat err)"

# A copy of the installation, in which an answer is wrong, a model has none, and a file is damaged.
prefix=$(dirname "$(dirname "$(readlink -f "$TWINTRIAL")")")
mkdir -p copy/bin copy/libexec copy/share/twintrial
cp "$prefix/bin/twintrial" copy/bin
cp -r "$prefix/libexec/twintrial" copy/libexec
cp -rL "$prefix/share/twintrial/models" "$prefix/share/twintrial/qualification" copy/share/twintrial
program=$PWD/copy/bin/twintrial
answers=copy/share/twintrial/qualification
sed -i '0,/^      2,0.5,CP,0.76/s//      2,0.5,CP,0.77/' $answers/models.yaml
sed 's/^model: .*/model: new_model/' copy/share/twintrial/models/pk_1cmt.yaml >copy/share/twintrial/models/new_model.yaml
qualified 7 2 models
[ "$(grep -c 'FAILED$' out)" = 1 ] || fail "$(grep FAILED out)"
grep 'FAILED$' out | grep -q 'CP  *0.77' || fail "$(grep FAILED out)"
grep -qx 'not covered: model new_model' out || fail "a model without an answer"
tail -n 1 out | grep -q ' passed, 1 failed, 1 not covered$' || fail "last line: $(tail -n 1 out)"
sed -i 's/^      1,0,1,100,first$/      1,0,1,100,frist/' $answers/solvers.yaml
qualified 2 1 solvers
grep -q "solvers.yaml, events of chain:2:[0-9]*: error: .*frist" err || fail "$(cat err)"
sed -i 's/^    source:/    sauce:/' $answers/dosing.yaml
qualified 2 1 dosing
grep -q "dosing.yaml:[0-9]*:[0-9]*: error: .*sauce.*source" err || fail "$(cat err)"
rm $answers/models.yaml
qualified 2 1
grep -q 'models.yaml' err || fail "$(cat err)"

"$TWINTRIAL" model list >list
[ "$(awk 'NR > 1 && /^[a-z]/' list | wc -l)" = "$(ls "$SOURCE_DIR"/engine/models/*.yaml | wc -l)" ] || fail "models are missing: $(cat list)"
awk 'length > 100' list | grep . && fail "lines that are too long"
if awk 'NR > 1 && /^[a-z]/ && $2 !~ /^(paper|secondary|illustrative)$/' list | grep .; then fail "models without status"; fi
"$TWINTRIAL" model show pk_1cmt | grep -q '^Equations checked against: ' || fail "show tells no status"

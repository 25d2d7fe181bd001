#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every number of the qualification files comes out again when it is derived: closed forms, SciPy.
. "$(dirname "$0")/../script_begin"
if ! /usr/bin/python3 -c 'import scipy' 2>/dev/null; then
  echo "skipped: python3 has no scipy"
  exit 77
fi
derive=$SOURCE_DIR/tests/known_answers/qualification/derive.py
sample=--sample
[ -z "${TWINTRIAL_FULL:-}" ] || sample=
/usr/bin/python3 "$derive" "$SOURCE_DIR/engine/qualification" $sample

# One digit changed is found.
cp "$SOURCE_DIR"/engine/qualification/*.yaml .
sed -i '0,/DEPOT,36.1433054295/s//DEPOT,36.1433054395/' dosing.yaml
if /usr/bin/python3 "$derive" . dosing >derived.log; then fail "a changed number was not found"; fi
grep -q 'dosing.yaml:.*36.1433054395.*is derived as' derived.log || fail "$(cat derived.log)"

#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every number of the qualification files comes out again when it is derived: closed forms, SciPy.
. "$(dirname "$0")/../script_begin"
if ! /usr/bin/python3 -c 'import scipy' 2>/dev/null; then
  echo "skipped: python3 has no scipy"
  exit 77
fi
derive=$SOURCE_DIR/tests/known_answers/qualification/derive.py
/usr/bin/python3 "$derive" "$SOURCE_DIR/engine/qualification"

# One digit changed is found.
cp "$SOURCE_DIR"/engine/qualification/*.yaml .
sed -i '0,/^      2,0.5,CP,0.765997255085/s//      2,0.5,CP,0.765997257085/' models.yaml
if /usr/bin/python3 "$derive" . models >derived.log; then fail "a changed number was not found"; fi
grep -q 'models.yaml:.*0.765997257085.*is derived as' derived.log || fail "$(cat derived.log)"

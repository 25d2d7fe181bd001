#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `twintrial model import`: SBML files of our own, simulated and compared with their equations
# written out for SciPy; what cannot be imported is named with its line; no file crashes it; and the
# public SBML Test Suite, where TWINTRIAL_SBML_SUITE names a folder with its semantic cases
# (NNNNN/NNNNN-sbml-l3v2.xml and so on, from github.com/sbmlteam/sbml-test-suite).
. "$(dirname "$0")/../script_begin"
if ! /usr/bin/python3 -c 'import numpy, scipy' 2>/dev/null; then
  echo "skipped: python3 has no numpy or no scipy"
  exit 77
fi
/usr/bin/python3 "$SOURCE_DIR/tests/pipeline/sbml_import.py"
if [ -n "${TWINTRIAL_SBML_SUITE:-}" ]; then
  /usr/bin/python3 "$SOURCE_DIR/tests/pipeline/sbml_suite.py" "$TWINTRIAL_SBML_SUITE"
fi

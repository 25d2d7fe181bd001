#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Broken protocols, cohorts, tables and models: exit code 2, and each mistake told at its place.
/usr/bin/python3 "$SOURCE_DIR/tests/pipeline/broken_inputs.py" "$TWINTRIAL" \
  "$SOURCE_DIR/tests/pipeline/broken"

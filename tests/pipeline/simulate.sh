#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `twintrial model simulate`: NONMEM's dosing scenarios by every solver on 1 to 3 ranks, closed forms,
# CSV beside HDF5, and files, outputs and patients with which something is wrong.
. "$(dirname "$0")/../script_begin"
/usr/bin/python3 "$SOURCE_DIR/tests/pipeline/simulate.py" "$TWINTRIAL" "$SOURCE_DIR"

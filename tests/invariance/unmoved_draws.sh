#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Random draws belong to who and what: a change of the protocol moves no draw that it does not mean.
. "$(dirname "$0")/../script_begin"
/usr/bin/python3 "$SOURCE_DIR/tests/invariance/unmoved_draws.py"

#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Files of any bytes and kinds: a message and exit code 2, neither a signal nor a long wait.
/usr/bin/python3 "$SOURCE_DIR/tests/pipeline/hostile_files.py" "$TWINTRIAL" "$SOURCE_DIR"

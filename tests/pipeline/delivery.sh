#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Late doses, zero-order absorption, modelled rates and overlapping infusions in a trial, against
# their closed forms; in a model whose time is in hours, and in one whose time is in days.
. "$(dirname "$0")/../script_begin"
mkdir models
model=$SOURCE_DIR/tests/protocols/models/delivery.yaml
cp "$model" models/hours.yaml
sed 's/^title: /time: d\n&/' "$model" >models/days.yaml
for unit in hours days; do
  sed "s|\.\./\.\./cohorts|$SOURCE_DIR/cohorts|; s|models/delivery|models/$unit|" \
    "$SOURCE_DIR/tests/protocols/delivery.yaml" >$unit.yaml
  sed -i "s/^model: .*/model: $unit/" models/$unit.yaml
  for ranks in 1 2; do
    simulate $ranks $unit.yaml -o $unit$ranks.h5
  done
  cmp ${unit}1.h5 ${unit}2.h5
  /usr/bin/python3 "$SOURCE_DIR/tests/pipeline/delivery.py" ${unit}1.h5
done

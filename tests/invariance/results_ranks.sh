#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# One results file, the same bytes on 1, 2, 3 and 7 ranks, whoever computed which block.
# usage: results_ranks.sh DRIVER
set -eu
driver=$1
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

expected=
for ranks in 1 2 3 7; do
  mpirun --oversubscribe -n $ranks "$driver" write "$folder/$ranks.h5" "$folder/$ranks.journal" 101 64
  sum=$(sha256sum < "$folder/$ranks.h5")
  [ -z "$expected" ] && expected=$sum
  if [ "$sum" != "$expected" ]; then
    echo "the file of $ranks ranks differs from that of 1 rank" >&2
    exit 1
  fi
  sleep 1 # a time of birth in the file would show
done
ls "$folder" | grep -v '\.h5$' | grep -v '\.journal$' && { echo "left something behind" >&2; exit 1; }

# A block less: every rank stops with the code of a file that cannot be used, and leaves nothing.
rm "$folder/7.journal/00003.segment" "$folder/7.h5"

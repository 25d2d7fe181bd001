#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The memory of a rank does not grow with the number of replicates: ten times as many of them may
# raise its peak by less than 2 MiB.
. "$(dirname "$0")/../script_begin"
if [ -n "${ASAN_OPTIONS:-}" ]; then
  echo "skipped: a sanitizer keeps freed memory"
  exit 77
fi
few=4 many=40 patients=200
if is_full; then few=20 many=200 patients=455; fi
for replicates in $few $many; do
  simulate 2 "$SOURCE_DIR/protocols/eu_pact.yaml" --replicates $replicates --patients $patients -o "$replicates.h5"
done
/usr/bin/python3 - $few $many <<'END'
import json
import sys

def peaks(replicates):
    with open(f"{replicates}.run.json") as file:
        run = json.load(file)
    kib = [rank["peak_memory_kib"] for rank in run["ranks"]]
    print(f"{replicates:>4} replicates, {run['patients']} patients: peak memory per rank",
          " and ".join(f"{k / 1024:.1f} MiB" for k in kib))
    return kib

few, many = (peaks(replicates) for replicates in sys.argv[1:])
assert min(few) > 1024 and len(few) == len(many) == 2
growth = [b - a for a, b in zip(few, many)]
print("growth per rank:", ", ".join(f"{g} KiB" for g in growth))
assert max(growth) < 2048, "memory grows with the number of replicates"
END

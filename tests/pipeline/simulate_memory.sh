#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `model simulate` holds a few batches of records, however long the file is: five or ten
# times as many of them may raise the peak of its memory by less than 2 MiB.
. "$(dirname "$0")/../script_begin"
if [ -n "${ASAN_OPTIONS:-}" ]; then
  echo "skipped: a sanitizer keeps freed memory"
  exit 77
fi
few=600 many=3000
if is_full; then few=1000 many=10000; fi
/usr/bin/python3 - $few $many <<'END'
import os
import subprocess
import sys

RECORDS = 100  # of a patient

def write(name, n_patients):
    """A dose a day with its additional ones, and samples."""
    with open(name, "w", encoding="ascii") as file:
        file.write("ID,TIME,EVID,AMT,CMT,II,ADDL,WT,SEX\n")
        for p in range(n_patients):
            file.write(f"{p},0,1,100,oral,24,9,{50 + p % 50},{'FM'[p % 2]}\n")
            file.writelines(f"{p},{2.4 * i:.1f},0,,,,,,\n" for i in range(1, RECORDS))

def peak_kib(*arguments):
    child = subprocess.Popen([os.environ["TWINTRIAL"], "model", "simulate", *arguments],
                             stderr=subprocess.PIPE, text=True)
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, said
    print(arguments[-1], said.splitlines()[-1], f"{used.ru_maxrss} KiB")
    return used.ru_maxrss

few, many = map(int, sys.argv[1:])
model = os.environ["SOURCE_DIR"] + "/tests/protocols/models/pk_2cmt_marker.yaml"
for n in (few, many):
    write(f"events{n}.csv", n)
for output in ("csv", "h5"):
    peaks = [peak_kib(model, "--events", f"events{n}.csv", "-o", f"rows{n}.{output}") for n in (few, many)]
    assert min(peaks) > 1024
    print(f"{output}: {few * RECORDS} and {many * RECORDS} records: {peaks} KiB")
    assert peaks[1] - peaks[0] < 2048, "memory grows with the number of records"
END

# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports an SBML file and simulates it, for sbml_import.py and sbml_suite.py."""
import csv
import os
import subprocess

TWINTRIAL = os.environ["TWINTRIAL"]


def import_file(path, model, timeout=60):
    """The exit code and what was said."""
    if os.path.exists(model):
        os.remove(model)
    done = subprocess.run([TWINTRIAL, "model", "import", path, "-o", model], capture_output=True,
                          text=True, errors="replace", timeout=timeout)
    return done.returncode, done.stderr


def simulate(model, times, rtol="1e-10"):
    """One row, by name of output, for each time, after a first record at time 0. A record sees what
    is before an event of the same moment, so ask for a time just behind."""
    with open("records.csv", "w") as file:
        file.write("ID,TIME,EVID,AMT\n1,0,2,0\n" + "".join(f"1,{float(t)!r},2,0\n" for t in times))
    done = subprocess.run([TWINTRIAL, "model", "simulate", model, "--events", "records.csv", "--rtol",
                           rtol, "-o", "out.csv"], capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise RuntimeError(done.stderr)
    with open("out.csv") as file:
        return list(csv.DictReader(file))[1:]

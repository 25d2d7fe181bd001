# SPDX-License-Identifier: GPL-3.0-or-later
"""The semantic cases of the public SBML Test Suite in a folder: each agrees within its tolerance, is
named as unsupported, or is wrong. Usage: sbml_suite.py FOLDER [NNNNN...]"""
import csv
import math
import sys
from pathlib import Path

from sbml_run import import_file, simulate

LEVELS = ["l3v2", "l3v1", "l2v5", "l2v4", "l2v3", "l2v2", "l2v1", "l1v2"]


def read_settings(path):
    settings = {}
    for line in path.read_text().splitlines():
        key, colon, value = line.partition(":")
        if colon:
            settings[key.strip()] = value.strip()
    return settings


def names(text):
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def number(text):
    return float(text.strip().lower().replace("infinity", "inf"))


def output_of(row, name, settings):
    """A species is asked for as an amount or a concentration, whatever its symbol means."""
    for setting, suffix in (("amount", "_amount"), ("concentration", "_concentration")):
        if name in names(settings.get(setting)):
            for candidate in (name + suffix, name + "_" + suffix, name, name + "_"):
                if candidate in row:
                    return row[candidate]
    return row.get(name, row.get(name + "_"))


def constants_of(model):
    """Parameters are no outputs: their values stand in the model."""
    values = {}
    section = ""
    for line in Path(model).read_text().splitlines():
        section = line if not line.startswith(" ") else section
        if section == "parameters:" and "{value: " in line:
            name, _, rest = line.strip().partition(": {value: ")
            values[name.strip('"')] = rest.split(",")[0].rstrip("}")
    return values


def disagreement(folder, case, model):
    settings = read_settings(folder / f"{case}-settings.txt")
    absolute, relative = (float(settings.get(k) or 1e-9) for k in ("absolute", "relative"))
    with open(folder / f"{case}-results.csv") as file:
        wanted = [{k.strip(): v for k, v in row.items()} for row in csv.DictReader(file)]
    columns = {k.lower(): k for k in wanted[0]}
    times = [number(row[columns["time"]]) for row in wanted]
    # Rows show what is after an event of their moment.
    behind = 1e-10 * max(times[-1], 1e-3)
    rows = simulate(model, [t + behind for t in times], "1e-9")
    constants = constants_of(model)
    for time, want, row in zip(times, wanted, rows):
        for name in names(settings["variables"]):
            got = output_of(row, name, settings) or constants.get(name, constants.get(name + "_"))
            value = number(want[name])
            if got is None:
                return f"there is no {name}"
            if math.isnan(value) and math.isnan(float(got)):
                continue
            if not abs(float(got) - value) <= absolute + relative * abs(value):
                return f"{name} at {time:g} is {got}, not {value:g}"
    return None


def check(folder):
    case = folder.name
    files = [folder / f"{case}-sbml-{level}.xml" for level in LEVELS]
    file = next((f for f in files if f.exists()), None)
    if not file or not (folder / f"{case}-results.csv").exists():
        return "not a time course here", ""
    code, said = import_file(str(file), f"{case}.yaml")
    if code == 2:
        reason = [line.split("error: ")[1] for line in said.splitlines() if "error: " in line]
        return "unsupported", reason[0][:150]
    if code:
        return "WRONG", f"exit code {code}"
    try:
        problem = disagreement(folder, case, f"{case}.yaml")
    except (RuntimeError, KeyError, ValueError) as error:
        problem = repr(error)[:300]
    return ("WRONG", problem) if problem else ("agree", "")


def main():
    folders = sorted(f for f in Path(sys.argv[1]).iterdir() if f.is_dir() and f.name.isdigit())
    count = {}
    for folder in folders:
        if len(sys.argv) > 2 and folder.name not in sys.argv[2:]:
            continue
        verdict, why = check(folder)
        count[verdict] = count.get(verdict, 0) + 1
        if verdict != "agree":
            print(folder.name, verdict, why, sep=": ")
    print(", ".join(f"{n} {verdict}" for verdict, n in sorted(count.items())))
    sys.exit(1 if count.get("WRONG") else 0)


main()

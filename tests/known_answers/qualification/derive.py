# SPDX-License-Identifier: GPL-3.0-or-later
"""Derives every number of the qualification files. `derive.py FOLDER [SECTION...]` compares what stands
there with what comes out now and tells the first difference; with --write it writes the files, with
--sample it leaves out the last cases of the models, which take half of the time."""
import sys
from pathlib import Path

import dosing
import library_models
import solver_problems
from case import file_lines

SECTIONS = {"models": ("A known answer for every model of the library", library_models.cases),
            "dosing": ("Event records as NONMEM means them", dosing.cases),
            "solvers": ("Initial value problems with closed forms and published solutions",
                        solver_problems.cases)}
SAME = 2e-10  # another SciPy may end in other last digits; answers hold to 1e-9 at best


def is_same(a, b):
    if a == b:
        return True
    a, b = a.split(","), b.split(",")
    if len(a) != len(b):
        return False
    for x, y in zip(a, b):
        try:
            x, y = float(x), float(y)
        except ValueError:
            pass
        if x != y and not (isinstance(x, float) and isinstance(y, float)
                           and abs(x - y) <= SAME * max(abs(x), abs(y))):
            return False
    return True


def compare(path, lines, whole):
    shipped = path.read_text().splitlines()
    for number, (is_there, derived) in enumerate(zip(shipped, lines), start=1):
        if not is_same(is_there, derived):
            return f"{path}:{number}: '{is_there}' is derived as '{derived}'"
    if whole and len(shipped) != len(lines):
        return f"{path}: {len(shipped)} lines, {len(lines)} are derived"
    return None


def main(folder, words):
    wrong = []
    write, sample = "--write" in words, "--sample" in words
    wanted = [word for word in words if word in SECTIONS] or list(SECTIONS)
    for section in wanted:
        title, cases = SECTIONS[section]
        path = Path(folder) / f"{section}.yaml"
        if sample and section == "models":
            cases = library_models.quick_cases
        lines = list(file_lines(section, title, cases()))
        if write:
            path.write_text("\n".join(lines) + "\n")
        else:
            wrong.append(compare(path, lines, not sample))
        print(f"{section}: {sum(',' in line for line in lines)} rows", flush=True)
    wrong = [one for one in wrong if one]
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))

# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of tests/pipeline/sbml against their equations, written out here for SciPy's LSODA."""
import math
import os
import random
import re
import sys
from pathlib import Path

import numpy as np
from scipy.integrate import solve_ivp

from sbml_run import import_file, simulate

SOURCE = Path(os.environ["SOURCE_DIR"])
FOLDER = SOURCE / "tests/pipeline/sbml"


def fail(message):
    sys.exit(f"FAILED: {message}")


def course(rates, y, t, end, crossing=None):
    """The solution to the first upward crossing of `crossing`, or to the end."""
    if crossing:
        crossing.terminal, crossing.direction = True, 1
    return solve_ivp(rates, (t, end), y, method="LSODA", rtol=1e-11, atol=1e-13, dense_output=True,
                     events=crossing)


def compare(name, times, expected, tolerance=1e-7):
    """`expected`: output: values at the times."""
    code, said = import_file(str(FOLDER / f"{name}.xml"), f"{name}.yaml")
    if code != 0:
        fail(f"{name}: exit code {code}: {said}")
    rows = simulate(f"{name}.yaml", times)
    for output, values in expected.items():
        got = np.array([float(row[output]) for row in rows])
        error = np.max(np.abs(got - values) / (1e-3 + np.abs(values)))
        if not error <= tolerance:
            fail(f"{name}: {output} is {got}, expected {values}")
        print(f"{name}: {output}: largest relative difference {error:.1e}")


def oral_doses():
    """Every 12 h: what is left is noted (priority 2), then the dose given (priority 1). 24 h after
    the concentration rises above 2.5, the dose becomes half of what it was then."""
    times = np.arange(0.05, 84, 1.9)
    ka, CL, V = 0.8, 4, 20
    y, t, dose, left, next_dose, later = np.array([0, 0.5]), 0.0, 100.0, 0.0, 0.0, []
    expected = {"gut": [], "drug": [], "dose": [], "left": []}

    def rates(_, y):
        return [-ka * y[0], (ka * y[0] - CL * y[1]) / V]

    def rises(_, y):
        return y[1] - 2.5

    while t < times[-1]:
        if t == next_dose:
            left, y, next_dose = y[0], y + [dose, 0], next_dose + 12
        while later and later[0][0] == t:
            dose = later.pop(0)[1]
        until = min([next_dose, times[-1]] + [due for due, _ in later])
        part = course(rates, y, t, until, rises)
        for moment in times[(times > t) & (times <= part.t[-1])]:
            for key, value in zip(expected, [*part.sol(moment), dose, left]):
                expected[key].append(value)
        if part.t[-1] < until:
            later.append((part.t[-1] + 24, dose / 2))
            # on the other side of the threshold, so that it is not found again
            part = course(rates, part.y[:, -1], part.t[-1], part.t[-1] + 1e-9)
        t, y = part.t[-1], part.y[:, -1]
    if len(set(expected["dose"])) < 2 or max(expected["left"]) < 1e-3:
        fail("oral_doses: the events of this test do not happen")
    compare("oral_doses", times.tolist(), {k: np.array(v) for k, v in expected.items()})


def growing_cell():
    """Amounts in a cell that grows, and at 1.8 divides: cell and B are halved, the concentration of A
    is quartered with the size from before, so that its amount is, too."""
    times = np.linspace(0.01, 20, 41)
    size = 1 + 0.1 ** 2
    y, t = np.array([size, 0.8, 3, 0.25 * (3 / size) * size]), 0.0
    names = ["cell", "food", "A_amount", "B"]
    expected = {name: [] for name in names + ["A", "B_concentration", "label", "thinning"]}

    def rates(_, y):
        cell, food, amount, _ = y
        uptake = cell * 0.4 * food / (0.6 + food)
        use = 0.3 * amount
        result = 2 if amount / cell >= 4 else 1
        return [0.1 * cell, -0.05 * food, 2 * (3 * uptake - use), 0.5 * result * use]

    def is_full(_, y):
        return y[0] - 1.8

    while t < times[-1]:
        part = course(rates, y, t, times[-1], is_full)
        for moment in times[(times > t) & (times <= part.t[-1])]:
            cell, food, amount, b = state = part.sol(moment)
            change = rates(moment, state)
            for key, value in zip(expected, [*state, amount / cell, b / cell, 2 * size / cell,
                                             change[2] / cell - amount / cell ** 2 * change[0]]):
                expected[key].append(value)
        t, y = part.t[-1], part.y[:, -1] * [0.5, 1, 0.25, 0.5]
    compare("growing_cell", times.tolist(), {k: np.array(v) for k, v in expected.items()})


def level_2():
    """X decays with rate constant 0.4; Y gains 2 (1 + t / 10) for each; the event happens when X is
    1.5, z becomes that 2 h later."""
    times = np.linspace(0, 8, 17)
    x = 2 * np.exp(-0.4 * times)
    # integral of 2 (1 + s / 10) 0.4 exp(-0.4 s) 2 ds
    y = 4 * ((1 - np.exp(-0.4 * times)) * (1 + 0.1 / 0.4) - times / 10 * np.exp(-0.4 * times))
    due = np.log(2 / 1.5) / 0.4 + 2
    compare("level_2", times.tolist(), {"X": x, "X_amount": 2 * x, "Y": y, "W": np.ones(17),
                                        "z": np.where(times > due, 1.5, 1.0)}, 1e-7)


def pulse():
    """A tenth of an hour long, between two samples 50 h apart: nobody steps over it."""
    times = np.array([5.0, 55.0, 105.0])
    given = 10 / 0.01 * (1 - math.exp(-0.01 * 0.1))
    x = np.where(times < 10, 0, given * np.exp(-0.01 * (times - 10.1)))
    compare("pulse", times.tolist(), {"x": x})


def points():
    """Compartments without dimensions. Each species makes itself at the rate of what its symbol means:
    the concentration where there is a size, 2 or 4, the amount where there is none."""
    times = np.array([0.5, 1.0, 3.0])
    expected = {"A": np.exp(times / 2), "B": np.exp(times / 4), "D": np.exp(times)}
    expected |= {"A_amount": 2 * expected["A"], "B_amount": 4 * expected["B"]}
    compare("points", times.tolist(), expected)


def mathematics():
    """Every operator, against Python's own functions."""
    x, y = 0.37, 2.7
    of_x = {"exp": math.exp, "ln": math.log, "log": math.log10, "root": math.sqrt, "abs": abs,
            "floor": math.floor, "ceiling": math.ceil, "sin": math.sin, "cos": math.cos,
            "tan": math.tan, "sec": lambda a: 1 / math.cos(a), "csc": lambda a: 1 / math.sin(a),
            "cot": lambda a: 1 / math.tan(a), "arcsin": math.asin, "arccos": math.acos,
            "arctan": math.atan, "arccot": lambda a: math.atan(1 / a), "sinh": math.sinh,
            "cosh": math.cosh, "tanh": math.tanh, "sech": lambda a: 1 / math.cosh(a),
            "csch": lambda a: 1 / math.sinh(a), "coth": lambda a: 1 / math.tanh(a),
            "arcsinh": math.asinh, "arctanh": math.atanh, "arcsech": lambda a: math.acosh(1 / a),
            "arccsch": lambda a: math.asinh(1 / a)}
    expected = {f"f_{name}": function(x) for name, function in of_x.items()}
    expected |= {"f_arcsec": math.acos(1 / y), "f_arccsc": math.asin(1 / y),
                 "f_arccosh": math.acosh(y), "f_arccoth": math.atanh(1 / y),
                 "f_arcsinh_of_negative": math.asinh(-y), "root_of_degree": y ** (1 / 3),
                 "log_of_base": math.log2(y), "factorial_of_number": 120, "whole_quotient": -2,
                 "remainder": math.fmod(-7, y), "least": x, "most": y,
                 "nested_minus": x - (y - (1 - x)) + y, "nested_division": x / (y / (2 / x)),
                 "powers": x ** -2 - 2 ** -x + x ** 2 - x ** (y ** x), "no_arguments": 1, "chain": 1,
                 "broken_chain": 2, "either": 2, "odd": 1, "implied": 1, "counted": 11, "logic": 1,
                 "nothing_fits": 2}
    compare("mathematics", [0.5, 1], {k: np.array([v, v]) for k, v in expected.items()}, 1e-14)


def names_what_it_lacks():
    """All at once, each with its line; nothing is written."""
    code, said = import_file(str(FOLDER / "not_in_the_language.xml"), "none.yaml")
    text = (FOLDER / "not_in_the_language.xml").read_text().splitlines()
    wanted = {"algebraic rule": "<algebraicRule", "csymbol delay": "<assignmentRule",
              "is fast": "<reaction ", "factorial": "<kineticLaw", "constraint": "<constraint"}
    if code != 2 or Path("none.yaml").exists():
        fail(f"not_in_the_language: exit code {code}")
    for words, tag in wanted.items():
        line = next(i + 1 for i, t in enumerate(text) if tag in t)
        column = text[line - 1].index(tag) + 1
        if not re.search(rf":{line}:{column}: \w+: .*{words}", said):
            fail(f"not_in_the_language: '{words}' is not named at {line}:{column}: {said}")


def names_a_size_that_jumps():
    """A rate rule for a concentration, a size by assignment rule, an event on what the rule reads:
    the file does not say whether the concentration or the amount outlasts the event."""
    code, said = import_file(str(FOLDER / "jumping_size.xml"), "none.yaml")
    if code != 2 or not re.search(r"'kept' has a rate rule for its concentration", said) or \
            said.count("error:") != 1:
        fail(f"jumping_size: exit code {code}: {said}")


def hostile_files():
    """Exit code 2 and a message, or 0 and a model; never anything else."""
    text = (FOLDER / "oral_doses.xml").read_text()
    growing = (FOLDER / "growing_cell.xml").read_text()
    sine = "<apply><sin/>"
    start = text.index("<apply><times/><ci> ka")
    nested = text[:start] + sine * 30000 + text[start:].replace(
        "</math>", "</apply>" * 30000 + "</math>", 1)
    random.seed(1)
    files = ["", "\0", "<", "<sbml/>", "schema: 1\nmodel: x\n", "\ufeff" + text, nested,
             text.replace("drug", "d" * 100000), text.replace('id="ka"', 'id="gut"'),
             text.replace('value="4"', 'value="INF"'), text.replace('size="20"', ""),
             text.replace('level="3"', 'level="9"'), text.replace("<ci> CL </ci>", "<ci> CLL </ci>"),
             growing.replace("per_mole", "x" * 40)]
    for _ in range(12):
        files.append(text[:random.randrange(len(text))])
        tags = re.findall(r"<[^<>?!]+>", growing)
        files.append(growing.replace(random.choice(tags), random.choice(["", *tags]), 1))
    for i, content in enumerate(files):
        Path("hostile.xml").write_text(content)
        code, said = import_file("hostile.xml", "hostile.yaml")
        if code not in (0, 2) or (code == 0) != Path("hostile.yaml").exists() or \
                (code == 2 and "error:" not in said):
            fail(f"hostile file {i}: exit code {code}: {said[:500]}")
    for path in (".", "not_there.xml"):
        if import_file(path, "hostile.yaml")[0] != 2:
            fail(f"{path} was imported")


def shown_in_the_documentation():
    """The page shows what the program writes."""
    page = (SOURCE / "engine/models/README.md").read_text()
    shown = page.split("<!-- oral_doses.yaml -->\n```yaml\n")[1].split("```")[0]
    if shown != Path("oral_doses.yaml").read_text():
        fail("engine/models/README.md shows another oral_doses.yaml than the program writes")


oral_doses()
growing_cell()
level_2()
pulse()
points()
mathematics()
names_what_it_lacks()
names_a_size_that_jumps()
hostile_files()
shown_in_the_documentation()

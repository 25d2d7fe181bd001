# SPDX-License-Identifier: GPL-3.0-or-later
"""Initial value problems with closed forms and published solutions."""
import math

from scipy.special import ellipj, gammainc
from scipy.integrate import solve_ivp

from case import Case

# Mazzia and Magherini, Test Set for Initial Value Problem Solvers, release 2.4, 2008
PUBLISHED = {"robertson": [0.2083340149701255e-7, 0.8333360770334713e-13, 0.9999999791665050],
             "van_der_pol": [0.1706167732170469e1, -0.8928097010248125e-3],
             "hires": [0.7371312573325668e-3, 0.1442485726316185e-3, 0.5888729740967575e-4,
                       0.1175651343283149e-2, 0.2386356198831331e-2, 0.6238968252742796e-2,
                       0.2849998395185769e-2, 0.2850001604814231e-2]}


def robertson(_, y):
    r1, r2, r3 = .04 * y[0], 3e7 * y[1] ** 2, 1e4 * y[1] * y[2]
    return [r3 - r1, r1 - r2 - r3, r2]


def robertson_jacobian(_, y):
    return [[-.04, 1e4 * y[2], 1e4 * y[1]], [.04, -6e7 * y[1] - 1e4 * y[2], -1e4 * y[1]],
            [0, 6e7 * y[1], 0]]


def van_der_pol(_, y):
    return [y[1], 1000 * (1 - y[0] ** 2) * y[1] - y[0]]


def van_der_pol_jacobian(_, y):
    return [[0, 1], [-2000 * y[0] * y[1] - 1, 1000 * (1 - y[0] ** 2)]]


def hires(_, y):
    binding = 280 * y[5] * y[7]
    return [-1.71 * y[0] + .43 * y[1] + 8.32 * y[2] + .0007, 1.71 * y[0] - 8.75 * y[1],
            -10.03 * y[2] + .43 * y[3] + .035 * y[4], 8.32 * y[1] + 1.71 * y[2] - 1.12 * y[3],
            -1.745 * y[4] + .43 * y[5] + .43 * y[6],
            -binding + .69 * y[3] + 1.71 * y[4] - .43 * y[5] + .69 * y[6], binding - 1.81 * y[6],
            1.81 * y[6] - binding]


def end_of(name, rates, start, stop, jacobian=None):
    """By SciPy, and as published."""
    solution = solve_ivp(rates, (0, stop), start, method="Radau", rtol=1e-11, atol=1e-20, jac=jacobian)
    end = solution.y[:, -1]
    for value, published in zip(end, PUBLISHED[name]):
        if abs(value / published - 1) > 1e-7:
            raise SystemExit(f"{name}: {value!r} is not the published {published!r}")
    return PUBLISHED[name]


def published_cases():
    source = "Test Set for Initial Value Problem Solvers, release 2.4; SciPy Radau agrees"
    for name, rates, jacobian, start, stop, outputs in (
            ("robertson", robertson, robertson_jacobian, [1, 0, 0], 1e11, "ABC"),
            ("van_der_pol", van_der_pol, van_der_pol_jacobian, [2, 0], 2000, "YZ"),
            ("hires", hires, None, [1, 0, 0, 0, 0, 0, 0, .0057], 321.8122,
             [f"Y{i}" for i in range(1, 9)])):
        case = Case(name, f"problems/{name}.yaml", source, relative=1e-6, stiff=True)
        case.record(0)
        yield case.observe(stop, dict(zip(outputs, end_of(name, rates, start, stop, jacobian))))


def closed_cases():
    case = Case("two_scales", "problems/two_scales.yaml", "closed form: two exponentials", stiff=True)
    case.record(0)
    for t in (1e-6, 1e-5, .01, 1, 5):
        slow, fast = math.exp(-t), math.exp(-1e6 * t)
        case.observe(t, {"X": 2 * slow - fast, "Y": fast - slow}, absolute=1e-9)
    yield case
    case = Case("chain", "problems/chain.yaml", "closed form: Poisson probabilities and the gamma function")
    case.dose(0, 100, "first")
    for t in (.5, 2, 4, 8, 16):
        last = 100 * math.exp(-3 * t) * (3 * t) ** 11 / math.factorial(11)
        case.observe(t, {"LAST": last, "OUT": 100 * gammainc(12, 3 * t)}, absolute=1e-9)
    yield case
    case = Case("logistic", "problems/logistic.yaml", "closed form: the logistic function")
    case.record(0)
    for t in (1, 5, 8, 12, 30):
        case.observe(t, {"Y": 50 / (1 + (50 / .5 - 1) * math.exp(-.7 * t))})
    yield case
    case = Case("rigid_body", "problems/rigid_body.yaml",
                "closed form: Jacobi's elliptic functions sn, cn and dn of modulus squared 0.51")
    case.record(0)
    for t in (.5, 1, 3, 10, 12):
        sn, cn, dn, _ = ellipj(t, .51)
        case.observe(t, {"X": sn, "Y": cn, "Z": dn}, absolute=1e-7)
    yield case
    case = Case("forced_decay", "problems/forced_decay.yaml", "closed form: exponentials of time squared")
    case.record(0)
    for t in (.5, 1, 2, 4):
        case.observe(t, {"BELL": math.exp(-(t / 2) ** 2), "SLOW": .5 + .5 * math.exp(-t * t / 8)})
    yield case
    case = Case("threshold", "problems/threshold.yaml",
                "closed form; the last answer is the time at which Y first reached 7")
    case.record(0)
    reached = math.log(7) / .3
    for t in (2, 7, 8, 9, 12):
        grown = math.exp(.3 * min(t, 8) - .3 * max(t - 8, 0))
        answers = {"Y": grown}
        if grown >= 7:
            answers["FIRST"] = reached
        case.observe(t, answers)
    yield case


def cases():
    yield from closed_cases()
    yield from published_cases()

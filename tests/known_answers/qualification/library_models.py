# SPDX-License-Identifier: GPL-3.0-or-later
"""A known answer for every model of the library. Equations and numbers are written down again here,
from the references of the models; the models' files are not read."""
import math
from types import SimpleNamespace

import numpy
from scipy.special import lambertw

from case import Case, require_printed
from trajectory import Trajectory, linear

SCIPY = "SciPy, two integrators (DOP853 and Radau) at 1e-12 that agree"
EXPONENTIAL = "SciPy, matrix exponential"


def numbers(**values):
    return SimpleNamespace(**values)


def observe_all(case, times, rows):
    for time, row in zip(times, rows):
        case.observe(time, row)
    return case


# Linear pharmacokinetics

def compartments():
    times = [0.5, 2, 6, 12, 24, 48]
    ka, cl, v, dose = 1.0, 5.0, 50.0, 100.0
    k = cl / v
    case = Case("pk_1cmt", "pk_1cmt", "closed form: difference of two exponentials (Bateman)")
    case.dose(0, dose, "oral")
    for t in times:
        case.observe(t, {"CP": dose * ka / (v * (ka - k)) * (math.exp(-k * t) - math.exp(-ka * t))})
    yield case
    case = Case("pk_1cmt_infusion", "pk_1cmt", "closed form: infusion of 50 mg/h for 2 h")
    case.dose(0, dose, "iv", RATE=50)
    for t in times:
        end = min(t, 2.0)
        case.observe(t, {"CP": 50 / cl * (math.exp(-k * (t - end)) - math.exp(-k * t))})
    yield case
    flows = {"pk_2cmt": [(8.0, 100.0)], "pk_3cmt": [(8.0, 100.0), (2.0, 200.0)]}
    for name, peripheral in flows.items():
        n = 2 + len(peripheral)
        matrix = numpy.zeros((n, n))
        matrix[0, 0], matrix[1, 0], matrix[1, 1] = -ka, ka, -cl / v
        for i, (q, volume) in enumerate(peripheral, start=2):
            matrix[1, 1] -= q / v
            matrix[1, i], matrix[i, 1], matrix[i, i] = q / volume, q / v, -q / volume
        doses = [(0, 0, 100, 0), (24, 1, 60, 3)]
        sampled = times + [26, 27, 72]
        case = Case(name, name, EXPONENTIAL)
        rows = dict(zip(sampled, linear(matrix, sampled, doses)))
        case.dose(0, 100, "oral")
        for t in [t for t in sampled if t < 24]:
            case.observe(t, {"CP": rows[t][1] / v})
        case.dose(24, 60, "iv", RATE=20)
        for t in sorted(t for t in sampled if t > 24):
            case.observe(t, {"CP": rows[t][1] / v})
        yield case


def effect_compartment():
    ka, k10, k12, k21, vc, keo = 0.92, 0.44, 0.36, 0.24, 2.44, 1.305
    matrix = [[-ka, 0, 0, 0], [ka, -k10 - k12, k21, 0], [0, k12, -k21, 0], [0, keo / vc, 0, -keo]]
    times = [0.5, 1, 2, 4, 8, 16, 36]
    case = Case("effect_compartment", "effect_compartment", EXPONENTIAL)
    case.dose(0, 50, "oral")
    for t, y in zip(times, linear(matrix, times, [(0, 0, 50, 0)])):
        case.observe(t, {"CP": y[1] / vc, "CE": y[3], "E": 157 - 29.95 * y[3] / (4.956 + y[3])})
    yield case


def saturable():
    vmax, km, v, dose = 10.0, 2.0, 20.0, 400.0
    case = Case("pk_1cmt_mm", "pk_1cmt_mm",
                "closed form after a bolus: Lambert's W function (Beal 1982)")
    case.dose(0, dose, "iv")
    for t in [1, 6, 12, 24, 36, 48]:
        x = dose / v / km
        case.observe(t, {"CP": km * lambertw(x * math.exp(x - vmax * t / (v * km))).real})
    yield case

    def rates(_, y):
        return [-y[0], y[0] - vmax * y[1] / v / (km + y[1] / v)]

    case = Case("pk_1cmt_mm_oral", "pk_1cmt_mm", SCIPY)
    case.dose(0, 200, "oral")
    times = [1, 3, 8, 16, 24]
    observe_all(case, times, [{"CP": y[1] / v} for y in
                              Trajectory(rates, [0, 0], [(0, 0, 200, 0)]).at(times)])
    yield case


def warfarin_example():
    cl, v, ka, dose = 0.15, 8.0, 1.0, 70.0
    k = cl / v
    case = Case("nyberg_2015_warfarin", "nyberg_2015_warfarin", "closed form: Bateman")
    case.dose(0, dose, "oral")
    for t in [0.5, 1, 2, 6, 24, 36, 72, 120]:
        case.observe(t, {"CP": dose * ka / (v * (ka - k)) * (math.exp(-k * t) - math.exp(-ka * t))})
    yield case


def antibody():
    for weight in (70.0, 100.0):
        size = weight / 70
        cl, q = 0.200 * size ** 0.865, 0.747 * size ** 0.865
        v1, v2, ka = 3.61 * size ** 0.957, 2.75 * size ** 0.957, 0.282
        matrix = [[-ka, 0, 0], [ka, -(cl + q) / v1, q / v2], [0, q / v1, -q / v2]]
        times = [1, 3, 7, 14, 28, 56]
        case = Case(f"antibody_{weight:g}_kg", "davda_2014_antibody", EXPONENTIAL,
                    columns={"WT": weight})
        case.dose(0, 210, "sc")
        for t, y in zip(times, linear(matrix, times, [(0, 0, 0.744 * 210, 0)])):
            case.observe(t, {"CP": y[1] / v1})
        yield case


# Indirect responses, with a published table

RESPONSES = {2: ("3.62800961", "1.9643471", "10.9273097", "8.0356529", "3.06628246"),
             6: ("2.94311182", "1.97998354", "12.8571773", "8.02001646", "3.12352447"),
             24: ("1.42819882", "2.89765789", "8.67171927", "7.10234211", "3.52281883"),
             48: ("0.671755281", "3.72797485", "6.71555232", "6.27202515", "3.98789503")}


def indirect_responses():
    kin, kout = 10.0, 2.0

    def response(kind, drug, r):
        return {1: kin * (1 - drug) - kout * r, 2: kin - kout * (1 - drug) * r,
                3: kin * (1 + drug) - kout * r, 4: kin - kout * (1 + drug) * r}[kind]

    for kind in (1, 2, 3, 4):
        def rates(_, y, kind=kind):
            c, peripheral = y[1] / 20, y[2] / 10
            flow = 2 * (c - peripheral)
            return [-y[0], y[0] - c - flow, flow, response(kind, c / (2 + c), y[3])]

        times = sorted(RESPONSES)
        case = Case(f"indirect_response_{kind}", f"indirect_response_{kind}", SCIPY)
        case.dose(0, 100, "oral")
        for t, y in zip(times, Trajectory(rates, [0, 0, 0, kin / kout], [(0, 0, 100, 0)]).at(times)):
            require_printed(f"plasma at {t} h", y[1] / 20, RESPONSES[t][0])
            require_printed(f"response {kind} at {t} h", y[3], RESPONSES[t][kind])
            case.observe(t, {"CP": y[1] / 20, "R": y[3]})
        yield case


# Target-mediated disposition, with a published table

TMDD = {1: ("325.451331", "6.43044812", "19.1493004"), 6: ("1049.87176", "0.289621725", "2.53894595"),
        24: ("487.710296", "0.613694251", "2.49855227"), 72: ("5.24912291", "21.4486401", "0.94702819"),
        168: ("2.971042e-05", "64.2617918", "1.60905e-05")}


def target_mediated():
    p = numbers(kpt=.064, ktp=.123, v2=.032, ka=.142, kel=.106, r0=64.31, kdeg=.079, kint=2, kon=.101,
                koff=10.1)

    def full(_, y):
        depot, c, tissue, r, rc = y
        binding = p.kon * c * r - p.koff * rc
        return [-p.ka * depot,
                p.ka * depot / p.v2 - (p.kel + p.kpt) * c - binding + p.ktp * tissue / p.v2,
                p.kpt * c * p.v2 - p.ktp * tissue, p.kdeg * (p.r0 - r) - binding, binding - p.kint * rc]

    times = sorted(TMDD)
    case = Case("tmdd_full", "tmdd_full", SCIPY)
    case.dose(0, 100, "depot")
    for t, y in zip(times, Trajectory(full, [0, 0, 0, p.r0, 0], [(0, 0, 100, 0)]).at(times)):
        for name, value, printed in zip(("C", "R", "RC"), (y[1], y[3], y[4]), TMDD[t]):
            require_printed(f"tmdd {name} at {t} h", value, printed)
        case.observe(t, {"C": y[1], "R": y[3], "RC": y[4]}, absolute=1e-9)
    yield case

    kss = (p.koff + p.kint) / p.kon

    def free_of(total, target):
        b = kss + target - total
        c = kss * total
        root = math.sqrt(b * b + 4 * c)
        return 2 * c / (b + root) if b > 0 else (root - b) / 2

    def quasi_steady(_, y):
        depot, amount, tissue, target = y
        free = free_of(amount / p.v2, target)
        bound = target * free / (kss + free)
        return [-p.ka * depot,
                p.ka * depot - (p.kel + p.kpt) * free * p.v2 + p.ktp * tissue - p.kint * bound * p.v2,
                p.kpt * free * p.v2 - p.ktp * tissue,
                p.kdeg * (p.r0 - target) - (p.kint - p.kdeg) * bound]

    case = Case("tmdd_qss", "tmdd_qss", SCIPY)
    case.dose(0, 100, "depot")
    for t, y in zip(times, Trajectory(quasi_steady, [0, 0, 0, p.r0], [(0, 0, 100, 0)]).at(times)):
        free = free_of(y[1] / p.v2, y[3])
        bound = y[3] * free / (kss + free)
        case.observe(t, {"C": free, "R": y[3] - bound, "RC": bound}, absolute=1e-9)
    yield case


def evolocumab():
    ka, cl, v, kdeg, base, kss, kint = .245, .256, 2.66, 2.12, 5.27, .253, .0529
    kout, ldl0, ic50 = .305, 116.0, 1.46
    kin = kout * (1 - base / (ic50 + base)) * ldl0

    def binding(amount, target):
        total = amount / v
        q = total - target - kss
        root = math.sqrt(q * q + 4 * kss * total)
        free = (q + root) / 2 if q >= 0 else 2 * kss * total / (root - q)
        return free, target * kss / (kss + free)

    def rates(_, y):
        depot, amount, target, ldl, _ = y
        free, left = binding(amount, target)
        bound = target * free / (kss + free)
        return [-ka * depot, ka * depot - cl * free - kint * bound * v,
                kdeg * (base - target) - (kint - kdeg) * bound,
                kin - kout * (1 - left / (ic50 + left)) * ldl, ldl]

    # LDL at days 7 and 14, change in percent at day 84; reduction averaged over weeks 8 to 12
    published = {(70, 14): ("48.9791", "62.6794", "-47.931"), (105, 14): ("42.4105", "45.4111", "-61.093"),
                 (140, 14): ("40.2154", "36.3161", "-68.200"), (280, 28): ("37.7462", "29.3659", "-45.436"),
                 (350, 28): ("37.3388", "28.5925", "-52.168"), (420, 28): ("37.0798", "28.1416", "-58.173")}
    averages = {(140, 14): "70.28", (280, 28): "65.56", (420, 28): "70.95"}
    times = [0, 1, 3, 7, 14, 28, 56, 84]
    for (dose, interval), digits in published.items():
        days = range(0, 84, interval)
        nmol = dose * .72 * 1e6 / 141800
        y = Trajectory(rates, [0, 0, base, ldl0, 0], [(day, 0, nmol, 0) for day in days]).at(times)
        at = dict(zip(times, y))
        for what, value, printed in zip(
                ("LDL at day 7", "LDL at day 14", "change at day 84"),
                (at[7][3], at[14][3], 100 * (at[84][3] / ldl0 - 1)), digits):
            require_printed(f"evolocumab {dose} mg: {what}", value, printed)
        if (dose, interval) in averages:
            average = (at[84][4] - at[56][4]) / 28
            require_printed(f"evolocumab {dose} mg: average", 100 * (1 - average / ldl0),
                            averages[dose, interval])
        case = Case(f"evolocumab_{dose}_mg_{interval}_d", "gibbs_2017_evolocumab", SCIPY,
                    columns={"STATIN": "yes"})
        case.dose(0, dose, "sc", ADDL=len(days) - 1, II=interval)
        for t in times[1:]:
            free, left = binding(at[t][1], at[t][2])
            case.observe(t, {"EVO": free, "PCSK9": left, "LDL": at[t][3]}, absolute=1e-8)
        yield case


def osteoprotegerin():
    cl, vc, vp1, vp2, q1, q2, ka = 168.0, 2800.0, 443.0, 269.0, 15.5, 3.02, .0131
    vmax, km, fsc, ksyn, kdeg, ic50 = 13300.0, 6.74, .0719, .864, .0204, 5.38

    def rates(_, y):  # amounts in ng
        depot, central, first, second, marker = y
        c = central / vc
        return [-ka * depot,
                ka * depot - (cl + vmax / (c + km)) * c - q1 * (c - first / vp1) - q2 * (c - second / vp2),
                q1 * (c - first / vp1), q2 * (c - second / vp2),
                ksyn * (1 - c / (ic50 + c)) - kdeg * marker]

    times = [6, 24, 72, 168, 336, 672]
    for route, state, amount, output in (("sc", 0, 210e6 * fsc / (1 + fsc), "CP_SC"),
                                         ("iv", 1, 210e6, "CP_IV")):
        rows = Trajectory(rates, [0, 0, 0, 0, ksyn / kdeg], [(0, state, amount, 0)]).at(times)
        case = Case(f"osteoprotegerin_{route}", "zierhut_2008_osteoprotegerin", SCIPY)
        case.dose(0, 210, route)
        for t, y in zip(times, rows):
            case.observe(t, {output: y[1] / vc, "NTX": y[4]})
        yield case


# Tumours

def simeoni():
    v1, k10, k12, k21 = .81, .868 * 24, .006 * 24, .0838 * 24
    grow, line, k1, k2, psi, w0 = .273, .814, .968, .629, 20, .055

    def rates(_, y):
        c, w = y[0] / v1, sum(y[2:])
        hit = k2 * c * y[2]
        growth = grow * y[2] / (1 + (grow / line * w) ** psi) ** (1 / psi)
        return [-(k10 + k12) * y[0] + k21 * y[1], k12 * y[0] - k21 * y[1], growth - hit,
                hit - k1 * y[3], k1 * (y[3] - y[4]), k1 * (y[4] - y[5])]

    times = [5, 9, 12, 16, 20, 25, 30]
    for name, days in (("control", ()), ("paclitaxel", (8, 12, 16))):
        rows = Trajectory(rates, [0, 0, w0, 0, 0, 0], [(day, 0, 30, 0) for day in days]).at(times)
        case = Case(f"xenograft_{name}", "simeoni_2004_xenograft", SCIPY)
        case.record(0)
        for t, y in zip(times, rows):
            if days and case.records[-1]["TIME"] < 8 <= t:
                case.dose(8, 30, "iv", ADDL=2, II=4)
            case.observe(t, {"W": sum(y[2:])})
        yield case


def claret():
    kg, ks, gamma, base = .6, .4, .8, 70.0

    def size(t, dose, begin=0.0, start=base):
        faded = (math.exp(-gamma * begin) - math.exp(-gamma * t)) / gamma
        return start * math.exp(kg * (t - begin) - ks * math.log(dose) * faded)

    require_printed("Claret at 0.5", size(.5, 10), "64.647")
    require_printed("Claret at 1", size(1, 10), "67.661")
    case = Case("claret_2009_tumour", "claret_2009_tumour", "closed form; a higher dose from 1 on")
    case.dose(0, 10, "dose")
    for t in (.25, .5, 1):
        case.observe(t, {"Y": size(t, 10)})
    case.dose(1, 15, "dose")
    for t in (1.5, 3):
        case.observe(t, {"Y": size(t, 25, 1, size(1, 10))})
    yield case


def bruno():
    kl, kd, kp, fade = .00437, (.00128, .00470), (.1, 3.0), (.0450, .240)
    arms = {"docetaxel": [(0, 0, 170.0), (3, 0, 170.0)],
            "both": [(0, 0, 127.5), (3, 0, 127.5)]
            + [(begin + j / 14, 1, 2.125) for begin in (0, 3) for j in range(28)]}
    published = {"docetaxel": ("-0.101678", "14.2848", "4.9147"),
                 "both": ("-0.317357", "16.9786", "6.3391")}
    for name, doses in arms.items():
        def size(t, doses=doses):
            y = kl * t
            for begin, drug, amount in doses:
                if t <= begin:
                    continue
                k = kp[drug] + fade[drug]
                y -= (kd[drug] * kp[drug] * amount * math.exp(-fade[drug] * begin)
                      * (1 - math.exp(-k * (t - begin))) / k)
            return 75 * math.exp(y)

        change = size(6) / 75 - 1
        death = math.exp(3.02 - .00231 * 75 - .801 * change - .200 * 2 + .131 * 1)
        progression = math.exp(1.38 - .00165 * 75 - 1.18 * change + .216 * 1)
        for what, value, printed in zip(("change", "OS", "PFS"), (change, death, progression),
                                        published[name]):
            require_printed(f"Bruno {name} {what}", value, printed)
        case = Case(f"breast_cancer_{name}", "bruno_2012_breast_cancer",
                    "closed form of ln Y; medians of the log-normal times",
                    columns={"TS0": 75, "ECOG": 0, "METS": 2, "STUDY": 1})
        case.dose(0, doses[0][2], "docetaxel")
        if len(doses) > 2:
            case.dose(0, 2.125, "capecitabine", ADDL=27, II=1 / 14)
        for t in (.5, 1.25, 2.5):
            case.observe(t, {"Y": size(t)})
        case.dose(3, doses[0][2], "docetaxel")
        if len(doses) > 2:
            case.dose(3, 2.125, "capecitabine", ADDL=27, II=1 / 14)
        for t in (3.75, 5.25):
            case.observe(t, {"Y": size(t)})
        for t in (6.5, 12):
            case.observe(t, {"Y": size(t), "RCFB6": change, "OS": death, "PFS": progression})
        yield case
    change = math.exp(.00437 * 6) - 1  # untreated, of another patient
    case = Case("breast_cancer_untreated", "bruno_2012_breast_cancer", "closed form",
                columns={"TS0": 40, "ECOG": 1, "METS": 1, "STUDY": 2})
    case.record(0)
    case.observe(8, {"Y": 40 * math.exp(.00437 * 8), "RCFB6": change,
                     "OS": math.exp(3.02 - .00231 * 40 - .801 * change - .352 - .200 + .131 * 2),
                     "PFS": math.exp(1.38 - .00165 * 40 - 1.18 * change - .195 + .216 * 2)})
    yield case


def tumour_burden():
    f, g, k = .27, .0013, .0091
    nadir = math.log(k * f / (g * (1 - f))) / (k + g)
    require_printed("nadir of the tumour burden", nadir, "91.5")
    case = Case("tumour_burden_treated", "tumour_burden",
                "closed form; the fourth time is that of the nadir")
    case.dose(0, 1, "treatment")
    for t in (7, 28, 63, nadir, 126, 365):
        case.observe(t, {"N": f * math.exp(-k * t) + (1 - f) * math.exp(g * t)})
    yield case
    case = Case("tumour_burden_untreated", "tumour_burden", "closed form")
    for t in (0, 28, 126):
        case.observe(t, {"N": math.exp(g * t)})
    yield case


# Viruses

def hepatitis_c():
    s, d, beta, delta, p, c = 6.17e4, 1 / 300, 5.5e-7, .4, 25.0, 8.0
    t0 = c * delta / (beta * p)
    v0 = (s - d * t0) / (beta * t0)
    start = [t0, c * v0 / p, v0]
    efficacy = 10 / (2 + 10)

    def rates(_, y):
        infected = beta * y[2] * y[0]
        return [s - d * y[0] - infected, infected - delta * y[1], (1 - efficacy) * p * y[1] - c * y[2]]

    def named(y):
        return {"T": y[0], "I": y[1], "V": y[2], "log10_V": math.log10(y[2])}

    times = [.25, 1, 3, 7, 14, 28]
    case = Case("hcv_kinetics_treated", "hcv_kinetics", SCIPY)
    case.dose(0, 10, "exposure")
    observe_all(case, times, [named(y) for y in Trajectory(rates, start, scale=1e4).at(times)])
    yield case
    case = Case("hcv_kinetics_untreated", "hcv_kinetics", "steady state, closed form")
    observe_all(case, [0, 10, 1000], [named(start)] * 3)
    yield case


def perelson():
    s, r, tmax, mu_t, mu_b, mu_v, k1, k2, n = 10, .03, 1500, .02, .24, 2.4, 2.4e-5, 3e-3, 1000

    def rates(_, y):
        t, latent, active, v = y
        infected = k1 * v * t
        return [s - mu_t * t + r * t * (1 - (t + latent + active) / tmax) - infected,
                infected - (mu_t + k2) * latent, k2 * latent - mu_b * active,
                n * mu_b * active - infected - mu_v * v]

    times = [30, 120, 360, 1000, 3000]
    case = Case("perelson_1993_hiv", "perelson_1993_hiv", SCIPY, relative=1e-6)
    case.record(0)
    for t, y in zip(times, Trajectory(rates, [1000, 0, 0, 1e-3], scale=1e-3).at(times)):
        case.observe(t, dict(zip(("T", "L", "I", "V"), y)))
    yield case


def conway():
    p = numbers(lam=1e4, d=.01, beta=1.5e-8, eps=.9, al=1e-6, rho=.0045, dl=.004, a=.001, delta=1.0,
                n=2000, c=23.0, m=.42, le=1.0, be=1.0, kb=.1, de=2.0, kd=5.0, mu=2.0)

    def rates(_, y):
        art, t, latent, active, v, killers = y
        infected = (1 - p.eps * art) * p.beta * v * t
        return [0, p.lam - p.d * t - infected, p.al * infected + (p.rho - p.a - p.dl) * latent,
                (1 - p.al) * infected - p.delta * active + p.a * latent - p.m * killers * active,
                p.n * p.delta * active - p.c * v,
                p.le + (p.be * active / (p.kb + active) - p.de * active / (p.kd + active) - p.mu) * killers]

    before, after = [1, 7, 30], [50, 60, 75, 100]
    start = [0, 874320, 3, 1102, 95826, .3334]
    rows = Trajectory(rates, start, [(0, 0, 1, 0), (40, 0, -1, 0)], methods=("DOP853", "Radau"),
                      scale=1e-3).at(before + after)
    case = Case("conway_2015_hiv", "conway_2015_hiv", SCIPY, relative=1e-6)
    named = [dict(T=y[1], L=y[2], I=y[3], log10_V=math.log10(y[4]), E=y[5]) for y in rows]
    case.dose(0, 1, "art", EPSILON=p.eps)
    for t, row in zip(before, named):
        case.observe(t, row, EPSILON=p.eps)
    case.record(40, evid=2, EPSILON=p.eps)
    for t, row in zip(after, named[len(before):]):
        case.observe(t, row, EPSILON=0)
    yield case
    for name, doses in (("untreated", []), ("treated", [(0, 0, 1, 0)])):
        times = [10, 100, 400] if not doses else [3, 12]
        rows = Trajectory(rates, start, doses, scale=1e-3).at(times)
        case = Case(f"conway_2015_hiv_{name}", "conway_2015_hiv", SCIPY, relative=1e-6)
        case.dose(0, 1, "art") if doses else case.record(0)
        for t, y in zip(times, rows):
            case.observe(t, dict(T=y[1], L=y[2], I=y[3], log10_V=math.log10(y[4]), E=y[5]))
        yield case


def hepatitis_b():
    ten = 10.0
    k = numbers(ps=ten ** 7.643, beta=ten ** -4.358, m=ten ** 1.618, kp=ten ** -3.968,
                ka=ten ** -4.869, na=ten ** -1.485, ifn=ten ** -1.466, r=ten ** .313,
                v0=ten ** -.481, a0=ten ** 1.25, rt=1, re=.1, rx=1, n=100, rho=.001, back=1e-5,
                pv=100, dti=.0039, dv=.67, dq=.00385, dx=.2, de=.01, dp=.239, dd=1.66, da=.47,
                deq=.3, tmax=1.36e7, phiq=.8, phie=100, phis=.1473, ns=.486)
    mass = 96 * 24000 * 1e6 / 6.022e23

    def rates_under(na, ifn):
        made = k.pv * (k.na if na else 1) * (k.ifn if ifn else 1)

        def rates(_, y):
            t, i, r, d, a, s, v, p, e, q, x = y
            kill = k.m * e * (k.r if ifn else 1)
            room = 1 - (t + i + r) / k.tmax
            h = mass * (v + s)
            active = i / (k.phie + i)
            blocked = h ** k.ns / (k.phis ** k.ns + h ** k.ns)
            tired = q ** 4 / (k.phiq ** 4 + q ** 4)
            return [-k.beta * v * t + k.rt * t * room - k.dti * t + k.back * r - kill / k.n * t,
                    k.beta * v * t + k.rt * i * room - k.rho * x * i - k.dti * i - kill * i,
                    k.rho * x * i - k.back * r + k.rt * r * room - k.dti * r - kill / k.n * r,
                    kill * i + kill / k.n * (t + r) - k.dd * d, k.da * (k.a0 - a) + k.ka * d,
                    k.ps * i - k.dv * s, made * i - k.dv * v, k.kp * active - k.dp * p,
                    (k.de + k.re * e) * p - k.deq * e * tired - k.de * e, k.dq * (p - q),
                    k.rx * (1 - x) * active * (1 - blocked) - k.dx * x]
        return rates

    i0 = k.dv * k.v0 / k.pv
    start = [k.tmax - i0, i0, 0, 0, k.a0, k.ps * i0 / k.dv, k.v0, 0, 0, 0, 0]

    def named(y):
        h = mass * (y[6] + y[5])
        return {"log10_HBsAg": math.log10(h / .98e-3), "log10_HBV": math.log10(y[6]),
                "log10_ALT": math.log10(y[4]), "log10_CD8": math.log10(y[8]) + 2.745}

    # phases: until which day (years of 365 d), nucleoside analogue, interferon
    arms = {"interferon": [(1825, 0, 0), (3285, 1, 0), (3621, 0, 1), (3789, 0, 0)],
            "both": [(1825, 0, 0), (3285, 1, 0), (3621, 1, 1), (3789, 0, 0)]}
    published = {("interferon", 1825, "log10_HBsAg"): "3.264653", ("interferon", 1825, "log10_HBV"): "6.030137",
                 ("interferon", 1825, "log10_ALT"): "1.251116", ("interferon", 1825, "log10_CD8"): "-0.605470",
                 ("interferon", 3285, "log10_HBV"): "4.545137", ("interferon", 3621, "log10_HBsAg"): "2.962694",
                 ("interferon", 3621, "log10_HBV"): "4.262179", ("both", 3621, "log10_HBsAg"): "2.956011",
                 ("both", 3621, "log10_HBV"): "2.770495", ("both", 3789, "log10_HBsAg"): "3.270648",
                 ("both", 3789, "log10_HBV"): "6.036131"}
    for name, phases in arms.items():
        case = Case(f"hbv_{name}", "hbv_cortes_rios_2025",
                    "SciPy, Radau and BDF at 1e-12 that agree", relative=1e-6, stiff=True)
        case.record(0, log10_eps_NA=-1.485, log10_eps_IFN=-1.466, log10_r_IFN=.313)
        y, now, given = numpy.array(start), 0, set()
        for until, na, ifn in phases:
            # A drug begins by a dose and ends by losing its effect: ten to the power of 0 is 1.
            effects = {"log10_eps_NA": -1.485 if na or "na" not in given else 0,
                       "log10_eps_IFN": -1.466 if ifn or "ifn" not in given else 0,
                       "log10_r_IFN": .313 if ifn or "ifn" not in given else 0}
            for route, is_on in (("na", na), ("ifn", ifn)):
                if is_on and route not in given:
                    given.add(route)
                    case.dose(now, 1, route, **last)
            y = Trajectory(rates_under(na, ifn), y, methods=("Radau", "BDF"),
                           scale=1e-8).at([until - now])[0]
            now = until
            values = named(y)
            for output, value in values.items():
                if (name, until, output) in published:
                    require_printed(f"HBV {name} day {until} {output}", value,
                                    published[name, until, output])
            case.observe(until, values, **effects)
            last = effects
        yield case

    def follow(case, times, switches=(), start=start):
        """Observes the patient of the present constants; switches are (time, nucleoside, interferon)."""
        y, now, on = numpy.array(start), 0, (0, 0)
        case.record(0)
        for until in sorted({*times, *(time for time, _, _ in switches)}):
            y = Trajectory(rates_under(*on), y, methods=("Radau", "BDF"), scale=1e-8).at([until - now])[0]
            now = until
            if until in times:
                case.observe(until, named(y))
            for time, na, ifn in switches:
                if time == until:
                    on = (na, ifn)
                    for is_on, route in zip(on, ("na", "ifn")):
                        if is_on:
                            case.dose(time, 1, route)
        return case

    source = "SciPy, Radau and BDF at 1e-12 that agree"
    case = Case("hbv_early", "hbv_cortes_rios_2025", source, relative=1e-6, stiff=True)
    yield follow(case, [2, 5, 40, 160])
    case = Case("hbv_treated_early", "hbv_cortes_rios_2025", source, relative=1e-6, stiff=True)
    yield follow(case, [110, 140, 200], [(100, 1, 1)])
    k.kp, k.m = ten ** -1, ten ** -3
    case = Case("hbv_exhausted", "hbv_cortes_rios_2025", source + "; another k_P and m",
                {"log10_k_P": -1, "log10_m": -3}, relative=1e-6, stiff=True)
    yield follow(case, [100, 300, 600])


# Marrow, coagulation, glucose, whole body

def marrow(pk_rates, concentration, n_pk, circ0, mtt, gamma, slope):
    ktr = 4 / mtt

    def rates(t, y):
        drug = slope * concentration(y)
        prol, t1, t2, t3, circ = y[n_pk:]
        feedback = (circ0 / circ) ** gamma
        return [*pk_rates(t, y), ktr * prol * ((1 - drug) * feedback - 1), ktr * (prol - t1),
                ktr * (t1 - t2), ktr * (t2 - t3), ktr * (t3 - circ)]
    return rates


def friberg():
    def docetaxel(_, y):
        return [-(5.2 + 1.06 + 1.26) * y[0] + 1.51 * y[1] + .084 * y[2], 1.06 * y[0] - 1.51 * y[1],
                1.26 * y[0] - .084 * y[2]]

    def paclitaxel(_, y):
        flow = 204 * (y[0] / 290 - y[1] / 995)
        return [-285 * y[0] / 290 - flow, flow, y[0] / 290 / .8539]

    times = [1, 24, 96, 168, 240, 336, 504]
    rates = marrow(docetaxel, lambda y: y[0] / 7.4 / .808, 3, 5.05, 88.7, .161, 8.58)
    rows = Trajectory(rates, [0] * 3 + [5.05] * 5, [(0, 0, 180, 1)]).at(times)
    case = Case("friberg_2002_docetaxel", "friberg_2002_docetaxel", SCIPY)
    case.dose(0, 180, "iv", RATE=180)
    for t, y in zip(times, rows):
        case.observe(t, {"CP": y[0] / 7.4 / .808, "ANC": y[7]}, absolute=1e-12)
    yield case
    rates = marrow(paclitaxel, lambda y: y[0] / 290 / .8539, 3, 7.21, 124, .239, 28.9)
    rows = Trajectory(rates, [0] * 3 + [7.21] * 5, [(0, 0, 60, 3)]).at(times)
    case = Case("friberg_2002_paclitaxel", "friberg_2002_paclitaxel", SCIPY)
    case.dose(0, 60, "iv", RATE=20)
    for t, y in zip(times, rows):
        case.observe(t, {"CP": y[0] / 290 / .8539, "AUC": y[2], "WBC": y[7]}, absolute=1e-12)
    yield case


def warfarin():
    columns = {"AGE": 71, "CYP2C9": "*1/*1", "VKORC1": "GG"}
    ka, cl, v1, q, v2, ec50, gamma = 2.0, .314, 13.8, .131, 6.59, 4.61, .424
    fast, slow = 6 / 11.6, 1 / 120

    def two_compartments(_, y):
        effect = (max(y[1], 0) / v1 / ec50) ** gamma
        left = 1 / (1 + effect)
        chain = [left, *y[3:9]]
        return [-ka * y[0], ka * y[0] - (cl + q) / v1 * y[1] + q / v2 * y[2],
                q / v1 * y[1] - q / v2 * y[2], *(fast * (a - b) for a, b in zip(chain, chain[1:])),
                slow * (left - y[9])]

    times = [6, 24, 48, 72, 120, 168]
    doses = [(24 * day, 0, 2.5, 0) for day in range(7)]
    # The power of a concentration that begins at 0 has no derivative there, hence the tolerance.
    case = Case("hamberg_2007_warfarin", "hamberg_2007_warfarin", SCIPY, columns, relative=1e-6)
    case.dose(0, 5, "oral", ADDL=6, II=24)
    rows = Trajectory(two_compartments, [0] * 3 + [1] * 7, doses).at(times)
    for t, y in zip(times, rows):
        case.observe(t, {"INR": 1 + 20 * (1 - y[8] * y[9]) ** 3.61, "CONC": y[1] / v1})
    yield case

    cl, v, ec50 = 2 * .174, 14.3, 2 * 2.05
    kde, fast, slow = cl / v, 3 / 28.6, 3 / 118.3

    def dose_only(_, y):
        left = 1 / (1 + (kde * max(y[0], 0) / (ec50 * cl)) ** 1.15)
        a, b = [left, *y[1:4]], [left, *y[4:7]]
        return [-kde * y[0], *(fast * (i - j) for i, j in zip(a, a[1:])),
                *(slow * (i - j) for i, j in zip(b, b[1:]))]

    case = Case("hamberg_2010_warfarin_kpd", "hamberg_2010_warfarin_kpd", SCIPY, columns)
    case.dose(0, 5, "oral", ADDL=6, II=24)
    for t, y in zip(times, Trajectory(dose_only, [0] + [1] * 6, doses).at(times)):
        case.observe(t, {"INR": 1 + 20 * (1 - (y[3] + y[6]) / 2)})
    yield case


def glucose():
    sg, vol, si, p2, basal, basal_insulin = .0192, 1.70, 5.83e-5, .0254, 91.34, 26.98

    def rates_with(insulin):
        return lambda _, y: [sg * (basal * vol - y[0]) - y[1] * y[0],
                             p2 * (si * (insulin - basal_insulin) - y[1])]

    columns = {"AGE": 55.53, "SEX": "male", "FAT": 32.39, "VAF": 141.8, "GB": basal,
               "IB": basal_insulin, "INS": 100}
    times = [2, 10, 30, 60, 120, 240]
    rows = Trajectory(rates_with(100.0), [basal * vol + 300, 0], scale=1e-3).at(times)
    case = Case("denti_2010_glucose", "denti_2010_glucose",
                SCIPY + "; insulin is held at 100 pmol/L", columns)
    case.dose(0, 300, "iv")
    for t, y in zip(times, rows):
        action = si * (100 - basal_insulin) * (1 - math.exp(-p2 * t))  # closed form
        if abs(y[1] / action - 1) > 1e-9:
            raise SystemExit("insulin action is not its closed form")
        case.observe(t, {"G": y[0] / vol, "X": y[1]})
    yield case


def whole_body():
    tissues = {  # volume, partition coefficient, share of the cardiac output
        "ADI": (14.5, 4, .05), "BON": (10.5, 1.2, .05), "BRA": (1.45, 2, .12), "GUT": (1.65, 2.5, .15),
        "HEA": (.31, 1.8, .04), "KID": (.28, 2.2, .19), "LIV": (1.69, 3, .065), "MUS": (35, 1.6, .17),
        "SKI": (7.8, 1.4, .05), "SPL": (.15, 1.9, .03), "RES": (3.8, 1.3, .085)}
    names, output = list(tissues), 336.0
    place = {name: 4 + i for i, name in enumerate(names)}
    drained = sum(tissues[name][2] for name in ("LIV", "GUT", "SPL")) * output

    def rates(_, y):
        veins, arteries, lungs = y[1] / 3.6, y[2] / 1.8, y[3] / (1.17 * 1.5)
        leaving = {name: y[place[name]] / (tissues[name][0] * tissues[name][1]) for name in names}
        flow = {name: tissues[name][2] * output for name in names}
        change = {name: flow[name] * (arteries - leaving[name]) for name in names}
        change["GUT"] += 1.2 * y[0]
        change["KID"] -= 3 * leaving["KID"]
        change["LIV"] = (flow["LIV"] * arteries + flow["GUT"] * leaving["GUT"]
                         + flow["SPL"] * leaving["SPL"] - drained * leaving["LIV"]
                         - 60 * leaving["LIV"] / (2 + leaving["LIV"]))
        back = sum(flow[name] * leaving[name] for name in names if name not in ("LIV", "GUT", "SPL"))
        return [-1.2 * y[0], back + drained * leaving["LIV"] - output * veins,
                output * (lungs - arteries), output * (veins - lungs), *(change[name] for name in names)]

    times = [.5, 1, 3, 8, 24]
    for route, state in (("oral", 0), ("iv", 1)):
        rows = Trajectory(rates, [0] * 15, [(0, state, 200, 0)]).at(times)
        case = Case(f"pbpk_16_{route}", "pbpk_16", SCIPY)
        case.dose(0, 200, route)
        for t, y in zip(times, rows):
            case.observe(t, {"CVEN": y[1] / 3.6, "CBRA": y[place["BRA"]] / 1.45})
        yield case


def cases():
    for family in (compartments, saturable, warfarin_example, antibody, effect_compartment,
                   indirect_responses, target_mediated, evolocumab, osteoprotegerin, whole_body,
                   friberg, warfarin, glucose, simeoni, claret, bruno, tumour_burden, hepatitis_c,
                   perelson, conway, hepatitis_b):
        yield from family()

# SPDX-License-Identifier: GPL-3.0-or-later
"""Concentrations of a two-compartment model by superposition (Gibaldi and Perrier 1982, chapter 2)
from /truth/param and /dosing, against TRUE of /obs."""
import sys

import numpy as np
import twintrial

PATIENT = ["replicate", "pat"]


def amount(p, dose, time, infusion):
    """Of one dose in the central volume, `time` after its start."""
    k10, k12, k21 = p.CL / p.V2, p.Q / p.V2, p.Q / p.V3
    total = k10 + k12 + k21
    root = np.sqrt(total**2 - 4 * k10 * k21)
    rates = np.array([total + root, total - root]) / 2
    weights = np.array([rates[0] - k21, k21 - rates[1]]) / root
    if dose.treatment == "tablet":
        return dose.amt * p.F * p.KA * np.sum(
            weights / (p.KA - rates) * (np.exp(-rates * time) - np.exp(-p.KA * time)))
    if infusion > 0:
        ended = max(time - infusion, 0)
        return dose.rate * np.sum(weights / rates * (np.exp(-rates * ended) - np.exp(-rates * time)))
    return dose.amt * np.sum(weights * np.exp(-rates * time))


def concentration(p, doses, time):
    total = 0
    for dose in doses.itertuples():
        infusion = dose.amt / dose.rate if dose.rate > 0 else 0
        for k in range(dose.addl + 1):
            start = dose.time_h + k * dose.ii
            if start < time:  # a sample does not see the dose of the same time
                total += amount(p, dose, time - start, infusion)
    return total / p.V2


path = sys.argv[1]
observations = twintrial.read(path, "/obs")
observations = dict(list(observations[observations.analyte == "CP"].groupby(PATIENT)))
doses = dict(list(twintrial.read(path, "/dosing").groupby(PATIENT)))
arms = twintrial.read(path, "/randomisation").set_index(PATIENT).arm
worst = dict.fromkeys(arms.cat.categories, 0.0)
n = dict.fromkeys(arms.cat.categories, 0)
for p in twintrial.read(path, "/truth/param").itertuples():
    key = p.replicate, p.pat
    for seen in observations[key].itertuples():
        expected = concentration(p, doses[key], seen.time_h)
        error = abs(seen.TRUE - expected) / max(expected, 1e-3)
        worst[arms[key]] = max(worst[arms[key]], error)
        n[arms[key]] += 1
for arm, error in worst.items():
    print(f"{arm:10} {n[arm]:6} concentrations, largest relative error {error:.2e}")
    assert n[arm] > 500
assert max(worst.values()) < 1e-8, "at a relative tolerance of 1e-10"

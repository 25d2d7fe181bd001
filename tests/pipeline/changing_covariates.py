# SPDX-License-Identifier: GPL-3.0-or-later
"""Lives every patient of the runs of changing_covariates.sh again from what is in the file: weights and
etas. A measurement and what is given at the time of a change: first the measurement, then the change,
then the dose."""
import sys

import numpy as np
import twintrial

PATIENT = ["replicate", "pat"]
WEIGHT_TIMES = np.arange(0, 96.1, 16)
INHIBITED = (30, 70)


def changes_of(weight):
    """(time, weight, inhibited) from each change on."""
    times = sorted({*WEIGHT_TIMES, 0, *INHIBITED})
    now, rows = weight, []
    for time in times:
        if time in WEIGHT_TIMES:
            now = weight * (1 - 0.03 * time / 24)
        rows.append((time, now, INHIBITED[0] <= time < INHIBITED[1]))
    return rows


def at(changes, time):
    return [row for row in changes if row[0] <= time][-1]


def clearance(eta, row):
    return 3 * (row[1] / 70) ** 0.75 * (0.4 if row[2] else 1) * np.exp(eta)


def amount(doses, changes, eta, time):
    """In the body just before a time."""
    edges = [row[0] for row in changes]
    total = 0.0
    for given, dose in doses.items():
        if given >= time:
            continue
        inner = [given, *[t for t in edges if given < t < time], time]
        exponent = sum(clearance(eta, at(changes, a)) / 40 * (b - a) for a, b in zip(inner, inner[1:]))
        total += dose * np.exp(-exponent)
    return total


def check(path):
    weights = twintrial.read(path, "/cohort").merge(twintrial.read(path, "/truth/eta"), on=PATIENT)
    weights = weights.merge(twintrial.read(path, "/randomisation"), on=PATIENT).set_index(PATIENT)
    seen, told = twintrial.read(path, "/obs"), twintrial.read(path, "/covariates")
    given = twintrial.read(path, "/dosing").set_index(PATIENT)
    worst = 0.0
    assert set(weights.INHIBITOR) == {"none", "taken"} and set(weights.arm) == {"fixed", "ruled"}
    for key, patient in weights.iterrows():
        changes = changes_of(patient.WT)
        if patient.arm == "fixed":
            doses = {t: at(changes, t)[1] for t in np.arange(0, 96, 12)}
        else:
            doses = {t: at(changes, t)[1] * (0.5 if at(changes, t)[2] else 2) for t in np.arange(0, 96, 24)}
        written_out = [(row.time_h + k * row.ii, row.amt) for row in given.loc[[key]].itertuples()
                       for k in range(row.addl + 1)]
        assert np.allclose(written_out, list(doses.items()), rtol=1e-14), key
        for sample in seen[(seen.replicate == key[0]) & (seen.pat == key[1])].itertuples():
            if sample.analyte == "AMOUNT":
                expected = amount(doses, changes, patient.CL, sample.time_h)
            else:  # a change at the time of the sample comes after it, but not at the start
                expected = clearance(patient.CL, at(changes, max(sample.time_h - 1e-9, 0)))
            worst = max(worst, abs(sample.TRUE - expected) / max(expected, 1))
        mine = told[(told.replicate == key[0]) & (told.pat == key[1])]
        weight = mine[mine.covariate == "WT"]
        assert np.array_equal(weight.time_h, WEIGHT_TIMES)
        assert np.allclose(weight.value, patient.WT * (1 - 0.03 * WEIGHT_TIMES / 24), rtol=1e-14)
        taken = mine[mine.covariate == "INHIBITOR"]
        assert list(taken.time_h) == [0, 30, 70] and list(taken.value) == [0, 1, 0]
    print(f"{path}: {len(weights)} patients, {len(seen)} values, largest relative error {worst:.1e}")
    assert worst < 1e-7 and len(weights) == 120


for file in sys.argv[1:]:
    check(file)

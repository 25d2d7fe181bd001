# SPDX-License-Identifier: GPL-3.0-or-later
"""Differences of means by scenario, and their paired changes, from the rows of a results file."""
import json
import sys

import h5py
import numpy

results, analysis = sys.argv[1:]
with open(analysis, encoding="utf-8") as file:
    report = json.load(file)
with h5py.File(results, "r") as file:
    assert report["inputs_sha256"] == file.attrs["inputs_sha256"].decode()
    replicate = file["/pd/ttr/replicate"][:]
    arm, value = file["/pd/ttr/arm"][:], file["/pd/ttr/AVAL"][:]
    scenario = file["/study/replicates/scenario"][:]
    within = file["/study/replicates/within"][:]

difference = numpy.array([value[(replicate == r) & (arm == 0)].mean()
                          - value[(replicate == r) & (arm == 1)].mean()
                          for r in range(1, len(scenario) + 1)])
told = report["scenarios"]
assert len(told) == scenario.max() + 1 == 8
for number, one in enumerate(told):
    own = difference[scenario == number]
    effect = one["analyses"][0]["effect"]
    assert numpy.isclose(effect["mean"], own.mean(), rtol=1e-12)
    assert numpy.isclose(effect["mcse"], own.std(ddof=1) / len(own) ** 0.5, rtol=1e-9)
    if number == 0:
        continue
    assert (within[scenario == number] == within[scenario == 0]).all()
    change = own - difference[scenario == 0]
    paired = one["analyses"][0]["difference_from_first_scenario"]
    assert numpy.isclose(paired["mean"], change.mean(), rtol=1e-9)
    assert numpy.isclose(paired["mcse"], change.std(ddof=1) / len(change) ** 0.5, rtol=1e-9)
effects = [one["analyses"][0]["effect"]["mean"] for one in told]
whole = report["ranges"][0]
assert whole["low"] == min(effects) and whole["high"] == max(effects)
print(f"{len(told)} scenarios, differences of means {min(effects):.2f} to {max(effects):.2f}")

# SPDX-License-Identifier: GPL-3.0-or-later
"""Amounts of a one-compartment model after late, spread and infused doses: sums of exponentials from
/truth/param and /dosing, against TRUE of /obs.
usage: delivery.py RESULTS"""
import sys
from collections import Counter

import numpy as np
import twintrial

PATIENT = ["replicate", "pat"]


def reached(p, arm, since):
    """Of 100 mg, given so long ago."""
    amount = 100 * (1 if arm == "half" else p.F)
    lag = {"late": p.LATE, "half": p.HALF, "spread": p.LATE, "pumped": p.HALF, "vein": 0,
           "late_vein": p.LATE}[arm]
    length = {"late": 0, "half": 0, "spread": p.LENGTH, "pumped": amount / p.SPEED}.get(arm, 10)
    since -= lag
    if abs(since) < 1e-9:
        since = 0  # a visit sees the dose that arrives at its time
    if since < 0:
        return 0
    if length == 0:
        return amount * np.exp(-p.K * since)
    gone = max(since - length, 0)
    return amount / length / p.K * (np.exp(-p.K * gone) - np.exp(-p.K * since))


path = sys.argv[1]
observations = dict(list(twintrial.read(path, "/obs").groupby(PATIENT)))
doses = dict(list(twintrial.read(path, "/dosing").groupby(PATIENT)))
arms = twintrial.read(path, "/randomisation").set_index(PATIENT).arm
worst, n, n_at_arrival = Counter(), Counter(), 0
for p in twintrial.read(path, "/truth/param").itertuples():
    key = p.replicate, p.pat
    arm = arms[key]
    given = [d.time_h + k * d.ii for d in doses[key].itertuples() for k in range(d.addl + 1)]
    for seen in observations[key].itertuples():
        # A dose without a lag comes after the visit of its time.
        expected = sum(reached(p, arm, seen.time_h - time) for time in given
                       if time < seen.time_h - 1e-9)
        worst[arm] = max(worst[arm], abs(seen.TRUE - expected) / max(expected, 1))
        n[arm] += 1
        n_at_arrival += arm == "half" and any(abs(seen.time_h - t - p.HALF) < 1e-9 for t in given)
for arm, error in worst.items():
    print(f"{arm:10} {n[arm]:4} amounts, largest relative error {error:.1e}")
assert len(worst) == 6 and min(n.values()) > 100 and n_at_arrival > 50
assert max(worst.values()) < 1e-8, "at a relative tolerance of 1e-10"

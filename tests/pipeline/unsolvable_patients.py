# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the runs of unsolvable_patients.sh. dX/dt = K X^2, X(0) = 1 has the solution 1 / (1 - K t),
so that exactly the patients with K >= 1/10 h have none until 10 h."""
import json
import re

import numpy as np
import twintrial

PATIENT = ["replicate", "pat"]
END_H = 10
ENDPOINTS = "/pd/final", "/pd/high", "/tte"


def patients(name):
    """Status, K and endpoints, one row for each patient."""
    frame = twintrial.read(f"{name}.h5", "/disposition")
    frame = frame.merge(twintrial.read(f"{name}.h5", "/truth/param"), on=PATIENT)
    for endpoint in ENDPOINTS:
        values = twintrial.read(f"{name}.h5", endpoint)[PATIENT + ["AVAL"]]
        frame = frame.merge(values.rename(columns={"AVAL": endpoint}), on=PATIENT)
    assert len(frame) == 600
    return frame


def reported(name):
    """Failures per arm in the text of `analyze`, and its total."""
    with open(f"{name}.txt") as file:
        text = file.read()
    arms = {m[1]: int(m[4]) for m in re.finditer(r"^  (\w+) +(\d+) +(\d+) +(\d+)  ", text, re.M)}
    total = re.search(r"Failures are counted: (\d+) of (\d+) patients", text)
    return arms, int(total[1]), int(total[2])


def check_counts(name, frame):
    failed = frame.status != "ok"
    arms, n_failed, n = reported(name)
    assert (n_failed, n) == (failed.sum(), len(frame)), name
    for arm, count in frame[failed].groupby("arm").size().items():
        assert arms[arm] == count, f"{name}, {arm}: {arms[arm]} told, {count} failed"
    with open(f"{name}.run.json") as file:
        assert json.load(file)["failed"] == failed.sum()


def check_truth(name):
    """Every value that was observed, of those who failed, too, until they failed."""
    seen = twintrial.read(f"{name}.h5", "/obs").merge(twintrial.read(f"{name}.h5", "/truth/param"), on=PATIENT)
    left = 1 - seen.K * seen.time_h
    keep = left > 0.01  # nearer to the pole its relative error grows without bound
    error = np.abs(seen.TRUE * left - 1)[keep].max()
    print(f"{name}: {keep.sum()} levels, largest relative error {error:.1e}")
    assert error < 1e-3 and keep.sum() > 4000


def blown_up():
    frame = patients("refused")
    failed = frame.status != "ok"
    assert (failed == (frame.K >= 1 / END_H)).all(), "those without a solution are those with a large K"
    assert 100 < failed.sum() < 300
    print(f"refused: {failed.sum()} of 600 failed: {dict(frame.status.value_counts()[lambda n: n > 0])}")
    assert set(frame.status[failed]) <= {"step too small", "state or output not finite"}
    # followed until the last hour before the pole
    assert (frame.time_h[failed] == np.ceil(1 / frame.K[failed]) - 1).all()
    assert (frame.time_h[~failed] == END_H).all()
    for endpoint in ENDPOINTS:
        assert (np.isnan(frame[endpoint]) == failed).all(), endpoint
    check_counts("refused", frame)
    check_truth("refused")


def the_same_when_allowed():
    for table in twintrial.tables("refused.h5"):
        assert twintrial.read("refused.h5", table).equals(twintrial.read("allowed.h5", table)), table


def too_many_steps():
    frame = patients("steps")
    failed = frame.status != "ok"
    print(f"steps: {dict(frame.status.value_counts()[lambda n: n > 0])}")
    assert (failed >= (frame.K >= 1 / END_H)).all() and (frame.status == "too many steps").sum() > 100
    assert (twintrial.read("steps.h5", "/numerics").nsteps <= 60).all()
    check_counts("steps", frame)


def nobody_is_left():
    frame = patients("nobody")
    assert (frame.status != "ok").all() and np.isnan(frame["/pd/final"]).all()
    check_counts("nobody", frame)


def without_an_eligible_draw():
    """Patient 3 is 80 years old: no covariates, no doses, no samples, but rows and a status."""
    path = "ineligible.h5"
    status = twintrial.read(path, "/disposition").status
    assert list(status) == ["ok", "ok", "no eligible patient drawn", "ok", "ok"]
    cohort = twintrial.read(path, "/cohort")
    assert len(cohort) == 5 and np.isnan(cohort.AGE[2]) and cohort.CYP2C9.isna()[2] and cohort.AGE[3] == 45
    for table in "/obs", "/dosing":
        assert set(twintrial.read(path, table).pat) == {1, 2, 4, 5}, table
    assert reported("ineligible")[1:] == (1, 5)


def with_an_undefined_dose():
    """Patient 4 is 45 years old: the square root has no value when the dose is due, on day 2."""
    path = "undefined.h5"
    disposition = twintrial.read(path, "/disposition")
    assert list(disposition.status) == ["ok", "ok", "ok", "dose undefined", "ok"]
    assert list(disposition.time_h) == [120, 120, 120, 24, 120]
    doses = twintrial.read(path, "/dosing")
    assert list(doses.pat) == [1, 2, 3, 5] and (doses.time_h == 24).all()
    assert np.allclose(doses.amt, np.sqrt(np.array([67, 67, 80, 60]) - 50), rtol=1e-14)
    assert reported("undefined")[1:] == (1, 5)


blown_up()
the_same_when_allowed()
too_many_steps()
nobody_is_left()
without_an_eligible_draw()
with_an_undefined_dose()
print("statuses, values, counts and exit codes agree")

# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the runs of variability.sh. What is drawn is in the results, and follows from what else is
there: parameters from typical values, categories and random effects, doses from measured values."""
import numpy as np
import twintrial

PATIENT = ["replicate", "pat"]
CLEARANCE = {"slow": 1, "fast": 4}


def individuals(path):
    """Parameters and etas of each patient, with the thetas of the replicate (0 when certain)."""
    frame = twintrial.read(path, "/truth/param").merge(twintrial.read(path, "/truth/eta"), on=PATIENT,
                                                       suffixes=("", "_eta"))
    thetas = {}
    if "/truth/population" in twintrial.tables(path):
        thetas = twintrial.read(path, "/truth/population").pivot(index="replicate", columns="parameter",
                                                                 values="theta")
    for name in "CL", "V", "F", "BASE":
        frame[f"{name}_theta"] = thetas[name].loc[frame.replicate].to_numpy() if len(thetas) else 0.0
    return frame


def parameters_follow(path):
    frame = individuals(path)
    typical = frame.METABOLISER.astype(str).map(CLEARANCE)
    logit = np.log(0.7 / 0.3) + frame.F_eta + frame.F_theta
    expected = {"CL": typical * np.exp(frame.CL_eta + frame.CL_theta),
                "V": 20 * np.exp(frame.V_eta + frame.V_theta),
                "F": 1 / (1 + np.exp(-logit)),
                "BASE": 10 + frame.BASE_eta + frame.BASE_theta}
    for name, values in expected.items():
        assert np.allclose(frame[name], values, rtol=1e-13), f"{path}: {name}"
    slow = (frame.METABOLISER == "slow").mean()
    assert abs(slow - 0.25) < 4.5 * np.sqrt(0.25 * 0.75 / len(frame)), slow
    print(f"{path}: {len(frame)} patients have the parameters of their effects; {slow:.1%} are slow")


def each_replicate_has_its_population():
    drawn = twintrial.read("ranks_1.h5", "/truth/population")
    assert len(drawn) == 8 * 4
    thetas = drawn.pivot(index="replicate", columns="parameter", values="theta")
    typical = drawn.pivot(index="replicate", columns="parameter", values="typical")
    assert (thetas.nunique() == 8).all()
    assert np.isnan(typical.CL).all()  # by category
    assert np.allclose(typical.V, 20 * np.exp(thetas.V), rtol=1e-14)
    assert np.allclose(typical.F, 1 / (1 + 0.3 / 0.7 * np.exp(-thetas.F)), rtol=1e-14)
    assert np.allclose(typical.BASE, 10 + thetas.BASE, rtol=1e-14)
    assert "/truth/population" not in twintrial.tables("certain.h5")
    for name in "/cohort", "/truth/eta", "/randomisation":
        assert twintrial.read("ranks_1.h5", name).equals(twintrial.read("certain.h5", name)), name
    certain, uncertain = (twintrial.read(f, "/truth/param") for f in ("certain.h5", "ranks_1.h5"))
    assert certain.METABOLISER.equals(uncertain.METABOLISER) and not (certain.V == uncertain.V).any()


def limits_are_what_is_told():
    seen = twintrial.read("ranks_1.h5", "/obs")
    by = {name: seen[seen.analyte == name] for name in ("CP", "TOTAL", "MARKER")}
    assert (by["CP"].LLOQ == 0.1).all() and by["TOTAL"].LLOQ.isna().all()
    assert (by["MARKER"].ULOQ == 13).all() and by["CP"].ULOQ.isna().all()
    low, high = seen[seen.BLQ == 1], seen[seen.ALQ == 1]
    assert len(low) > 200 and (low.DV == low.LLOQ).all() and (low.analyte == "CP").all()
    assert len(high) > 50 and (high.DV == high.ULOQ).all() and (high.analyte == "MARKER").all()
    within = seen[(seen.BLQ == 0) & (seen.analyte == "CP")]
    assert (within.DV >= 0.1).all() and (low["TRUE"].between(0, 0.25)).all()
    print(f"{len(low)} of {len(by['CP'])} concentrations below, {len(high)} of {len(by['MARKER'])} markers above")


def rules_see_the_limit():
    """A trough below the limit is read as the limit: 20 mg, never the 40 mg of a lower value."""
    troughs = twintrial.read("ranks_1.h5", "/obs").query("analyte == 'CP' and time_h in (24, 48)")
    doses = twintrial.read("ranks_1.h5", "/dosing")
    given = {}
    for dose in doses.itertuples():
        for k in range(dose.addl + 1):
            given[dose.replicate, dose.pat, dose.time_h + k * dose.ii] = dose.amt
    assert len(troughs) == 1600
    for seen in troughs.itertuples():
        amount = given[seen.replicate, seen.pat, seen.time_h]
        assert amount == (20 if seen.BLQ else 5), (seen, amount)


def errors_are_correlated():
    seen = twintrial.read("ranks_1.h5", "/obs").query("time_h == 1 and BLQ == 0")
    cp, total = (seen[seen.analyte == name].set_index(PATIENT) for name in ("CP", "TOTAL"))
    total = total.loc[cp.index]
    first = (cp.DV - cp["TRUE"]) / np.sqrt((0.1 * cp["TRUE"]) ** 2 + 0.02 ** 2)
    second = np.log(total.DV / total["TRUE"]) / 0.2
    got, n = (first * second).mean(), len(cp)
    assert n > 600 and abs(got - 0.8) < 4.5 * np.sqrt((1 + 0.8 ** 2) / n), (got, n)
    print(f"correlation of the errors of two outputs: {got:.3f} of {n} pairs, 0.8 declared")


for run in "ranks_1.h5", "certain.h5":
    parameters_follow(run)
each_replicate_has_its_population()
limits_are_what_is_told()
rules_see_the_limit()
errors_are_correlated()

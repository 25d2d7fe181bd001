# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs variants of two protocols and compares with == what a change must leave alone. Every variant is
a protocol of a few lines that extends the original."""
import os
import subprocess

import numpy as np
import twintrial

SOURCE, PROGRAM = os.environ["SOURCE_DIR"], os.environ["TWINTRIAL"]
THREE = f"{SOURCE}/tests/protocols/three_arms.yaml"
EU_PACT = f"{SOURCE}/protocols/eu_pact.yaml"
VARIANTS = f"{SOURCE}/protocols/eu_pact_variants.yaml"
VARIABILITY = f"{SOURCE}/tests/protocols/variability.yaml"
PATIENT = ["replicate", "pat"]
SAMPLE = PATIENT + ["time_h", "analyte"]
WHO = ["/cohort", "/truth/param", "/truth/eta"]
n_compared = 0


def simulated(name, base, keys="", *options):
    """Path of the results of `base` with these top-level keys replaced."""
    protocol = base
    if keys:
        protocol = f"{name}.yaml"
        with open(protocol, "w") as file:
            file.write(f"schema: 1\nextends: {base}\n{keys}\n")
    done = subprocess.run([PROGRAM, "run", protocol, "-o", f"{name}.h5", "--progress", "none",
                           *options], capture_output=True, text=True)
    assert done.returncode == 0, f"{name}: {done.stderr}"
    return f"{name}.h5"


def table(path, name):
    """Codes as their texts: adding a visit or an arm may number them anew."""
    frame = twintrial.read(path, name)
    for column in frame.columns[frame.dtypes == "category"]:
        frame[column] = frame[column].astype(object)
    return frame


def differences(first, second, columns):
    """Rows in which any of these columns differs; NaN equals NaN."""
    different = np.zeros(len(first), bool)
    for column in columns:
        a, b = first[column].to_numpy(), second[column].to_numpy()
        different |= ~((a == b) | ((a != a) & (b != b)))
    return int(different.sum())


def assert_equal(what, first, second):
    """Two frames, row by row."""
    global n_compared
    assert list(first.columns) == list(second.columns), what
    assert len(first) == len(second) > 0, f"{what}: {len(first)} and {len(second)} rows"
    n = differences(first, second, first.columns)
    assert n == 0, f"{what}: {n} of {len(first)} rows differ"
    n_compared += first.size


def shared(path, other, name, keys):
    """The rows of both with equal keys, as two frames in the same order."""
    both = table(path, name).merge(table(other, name), on=keys, suffixes=("", "_other"))
    columns = [c for c in both.columns if not c.endswith("_other")]
    first = both[columns]
    second = both[keys + [c + "_other" for c in columns if c not in keys]]
    second.columns = keys + [c for c in columns if c not in keys]
    return first, second[columns]


def with_equal_doses(path, other):
    """Patients whose whole dosing history is the same, as a set."""
    def histories(file):
        doses = table(file, "/dosing").drop(columns="rule")
        return {key: rows.drop(columns=PATIENT).to_numpy().tolist()
                for key, rows in doses.groupby(PATIENT)}
    first, second = histories(path), histories(other)
    everybody = set(map(tuple, table(path, "/randomisation")[PATIENT].to_numpy()))
    return {key for key in everybody if first.get(key) == second.get(key)}


def assert_same_people(what, path, other):
    for name in WHO:
        assert_equal(f"{what}: {name}", table(path, name), table(other, name))


def assert_same_samples(what, path, other, least_share, outputs=None):
    """Truth and measurement at times that both have, of patients with the same doses."""
    same = with_equal_doses(path, other)
    first, second = shared(path, other, "/obs", SAMPLE)
    keep = [tuple(key) in same for key in first[PATIENT].to_numpy()]
    if outputs:
        keep = first.analyte.isin(outputs)
    assert np.mean(keep) >= least_share, f"{what}: only {np.mean(keep):.0%} can be compared"
    columns = SAMPLE + ["TRUE", "DV"]
    assert_equal(f"{what}: /obs", first.loc[keep, columns], second.loc[keep, columns])


def report(what):
    print(f"{what}: equal")


def a_visit_more(base):
    other = simulated("visit", THREE, """
encounters:
  - {times: [30 min, PT1H, 90 min, 2 h, 4 h, 8 h, 10 h, 12 h, P1D, 25 h, 30 h, 40 h, P2D, 60 h, P3D], measure: CP}
  - {days: [1, 2, 3, 4], measure: [CP, MARKER]}""")
    assert_same_people("visits", base, other)
    assert_equal("visits", table(base, "/randomisation"), table(other, "/randomisation"))
    assert_same_samples("visits", base, other, 0.75)
    assert_same_samples("visits", base, other, 0.1, ["MARKER"])
    assert len(table(other, "/obs")) > len(table(base, "/obs"))
    report("four visits more")


def visits_in_another_order(base):
    other = simulated("order", THREE, """
encounters:
  - {days: [4, 1, 2], measure: [MARKER, CP]}
  - {times: [P3D, 25 h, P2D, 30 h, P1D, 12 h, 4 h, 8 h, PT1H, 2 h, 30 min], measure: CP}""")
    for name in WHO + ["/randomisation", "/disposition", "/dosing", "/pd/trough", "/pd/exposure", "/pd/high",
                       "/pd/drift", "/tte", "/numerics"]:
        assert_equal(f"order of visits: {name}", table(base, name), table(other, name))
    first, second = shared(base, other, "/obs", SAMPLE)
    assert len(first) == len(table(base, "/obs"))
    assert_equal("order of visits: /obs", first, second)
    report("visits in another order")


def an_analyte_more():
    base = simulated("inr", EU_PACT, "", "-R", "2", "-N", "150")
    other = simulated("conc", EU_PACT, """
encounters:
  - {days: [1, 4, 6, 8, 15, 22, 29, 43, 57, 71, 85], measure: [CONC, INR]}""", "-R", "2", "-N", "150")
    for name in WHO + ["/randomisation", "/dosing", "/pd/ttr", "/tte", "/numerics"]:
        assert_equal(f"analyte: {name}", table(base, name), table(other, name))
    assert_same_samples("analyte", base, other, 1)
    assert set(table(other, "/obs").analyte) == {"INR", "CONC"}
    report("an analyte more")


def an_arm_more(base):
    with open(THREE) as file:
        text = file.read()
    arms = text[text.index("arms:\n"):text.index("allocation:")]
    other = simulated("arm", THREE, arms + """  - name: untreated
allocation: {ratio: [2, 1, 1, 1], block_sizes: [5, 10], strata: [SEX]}""")
    assert_same_people("arm", base, other)
    assert_same_samples("arm", base, other, 0.1)
    assert_same_samples("arm", base, other, 0.1, ["MARKER"])
    assert "untreated" in set(table(other, "/randomisation").arm)
    report("an arm more")


def more_replicates_and_patients(base):
    replicates = simulated("replicates", THREE, "", "-R", "8")
    patients = simulated("patients", THREE, "", "-N", "140")
    for what, other in ("replicates", replicates), ("patients", patients):
        for name, keys in ((*[(n, PATIENT) for n in WHO + ["/randomisation", "/disposition", "/pd/trough"]],
                            ("/obs", SAMPLE), ("/tte", PATIENT + ["PARAMCD"]),
                            ("/dosing", PATIENT + ["time_h", "amt", "rate"]))):
            first, second = shared(base, other, name, keys)
            assert len(first) == len(table(base, name)), f"{what}: {name} lacks rows"
            assert_equal(f"{what}: {name}", first, second)
    report("more replicates, more patients")


def scenarios():
    path = simulated("scenarios", VARIANTS, "", "-R", "2", "-N", "80")
    plan = table(path, "/study/replicates").set_index("replicate")
    frames = {}
    for name in WHO + ["/randomisation", "/obs"]:
        frame = table(path, name)
        frame["scenario"] = plan.scenario[frame.replicate].to_numpy()
        frame["replicate"] = plan.within[frame.replicate].to_numpy()
        frames[name] = {s: f.drop(columns="scenario").reset_index(drop=True)
                        for s, f in frame.groupby("scenario")}
    first = "published"
    names = list(plan.scenario.unique())
    assert len(names) == 8 and first in names, names
    for scenario in names:
        for name in ["/cohort", "/randomisation"]:
            assert_equal(f"{scenario}: {name}", frames[name][first].drop(columns="USUBJID", errors="ignore"),
                         frames[name][scenario].drop(columns="USUBJID", errors="ignore"))
        if scenario != "hamberg_2010":  # another model has other parameters
            assert_equal(f"{scenario}: etas", frames["/truth/eta"][first], frames["/truth/eta"][scenario])
    # at time 0 the true INR is 1, so that the log of the measured one is SD times the draw
    draws = {s: np.log(f[f.time_h == 0].DV.to_numpy()) for s, f in frames["/obs"].items()}
    assert np.array_equal(draws[first], draws["visits_17"])
    assert np.allclose(draws[first] / 0.0325, draws["noise_10"] / 0.10, rtol=1e-9, atol=1e-12)
    assert np.std(draws[first]) > 0.02
    report("scenarios: covariates, allocation, random effects, draws of the measurement")


def the_same_cohort(base):
    path = simulated("same", THREE, "simulation: {replicates: 3, seed: 4711, cohort: same}")
    for name in WHO:
        frame = table(path, name).drop(columns="USUBJID", errors="ignore")
        first = frame[frame.replicate == 1].drop(columns="replicate").reset_index(drop=True)
        for replicate in 2, 3:
            assert_equal(f"same cohort: {name}", first, frame[frame.replicate == replicate]
                         .drop(columns="replicate").reset_index(drop=True))
    marker = table(path, "/obs").query("analyte == 'MARKER'")
    values = [marker[marker.replicate == r].DV.to_numpy() for r in (1, 2, 3)]
    assert not np.any(values[0] == values[1]) and not np.any(values[1] == values[2])
    assert np.array_equal(*[marker[marker.replicate == r].TRUE.to_numpy() for r in (1, 2)])
    arms = table(path, "/randomisation")
    assert (arms[arms.replicate == 1].arm.to_numpy() != arms[arms.replicate == 2].arm.to_numpy()).any()
    fresh = table(base, "/cohort")
    assert not (fresh[fresh.replicate == 1].WT.to_numpy() == fresh[fresh.replicate == 2].WT.to_numpy()).any()
    report("the same cohort in each replicate, with other measurements")


def errors_in_time():
    """An error that is correlated in time does not depend on which other times are looked at."""
    base = simulated("correlated", VARIABILITY)
    other = simulated("correlated_more", VARIABILITY, """
encounters:
  - {times: [1 h, 6 h, 12 h], measure: [CP, TOTAL]}
  - {times: [P1D, 25 h, 33 h, P2D, 50 h, P3D], measure: [CP, TOTAL, MARKER]}""")
    assert_same_people("errors in time", base, other)
    assert_same_samples("errors in time", base, other, 0.15, ["MARKER"])
    report("errors that are correlated in time")


def another_seed_is_another_trial(base):
    path = simulated("seed", THREE, "simulation: {replicates: 5, seed: 4712}")
    for name, column in ("/cohort", "WT"), ("/truth/eta", "CL"), ("/obs", "DV"):
        first, second = table(base, name), table(path, name)
        if name == "/obs":
            first, second = (frame[frame.analyte == "MARKER"] for frame in (first, second))
        n = min(len(first), len(second))
        assert not (first[column].to_numpy()[:n] == second[column].to_numpy()[:n]).any(), name
    report("another seed is another trial; the comparisons above can fail")


def main():
    base = simulated("base", THREE)
    a_visit_more(base)
    visits_in_another_order(base)
    an_analyte_more()
    an_arm_more(base)
    more_replicates_and_patients(base)
    scenarios()
    the_same_cohort(base)
    errors_in_time()
    another_seed_is_another_trial(base)
    print(f"{n_compared} values compared with ==")


main()

# SPDX-License-Identifier: GPL-3.0-or-later
"""Event records to rows with `twintrial model simulate`, in the present folder.
usage: simulate.py TWINTRIAL REPOSITORY"""
import io
import math
import os
import random
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

TWINTRIAL, REPOSITORY = sys.argv[1], Path(sys.argv[2])
NMTESTS = REPOSITORY / "tests/protocols/models/advan2_dosing.yaml"
SOLVERS = ["auto", "linear", "explicit", "rosenbrock", "switching", "petsc"]
FULL = "TWINTRIAL_FULL" in os.environ
COPIES = 18 if FULL else 9  # of the scenarios: more patients than one rank takes at a time
SOUND = "ID,TIME,EVID,AMT\n1,0,1,100\n1,1,0,0\n2,0,1,50\n2,1,0,0\n"

WEIGHTED = """schema: 1
model: weighted
title: A bolus that leaves by weight
covariates: {WT: {unit: kg}}
parameters:
  K: {value: 0.1 1/h, source: chosen for the test}
  W0: {value: 70 kg, source: chosen for the test}
states: {A: {unit: mg, rate: -K * WT / W0 * A}}
routes: {in: {state: A}}
outputs: {AMOUNT: {unit: mg, expression: A}}
"""
ABSORPTION = """schema: 1
model: absorption
title: Amounts of a one-compartment model with absorption
parameters:
  KA: {value: 1.2 1/h, source: chosen for the test}
  CL: {value: 10 L/h, source: chosen for the test}
  V: {value: 80 L, source: chosen for the test}
states:
  DEPOT: {unit: mg, rate: -KA * DEPOT}
  CENTRAL: {unit: mg, rate: KA * DEPOT - CL / V * CENTRAL}
routes: {oral: {state: DEPOT}}
outputs: {A1: {unit: mg, expression: DEPOT}, A2: {unit: mg, expression: CENTRAL}}
"""


def run(*arguments, ranks=1, code=0, **more):
    """Standard output and error of `model simulate`, which must end so."""
    launch = ["mpirun", "-n", str(ranks)] if ranks > 1 else []
    done = subprocess.run([*launch, TWINTRIAL, "model", "simulate", *map(str, arguments)],
                          check=False, capture_output=True, text=True, timeout=300, **more)
    assert done.returncode == code, \
        f"{arguments} on {ranks} ranks: exit code {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout, done.stderr


def rows(*arguments, **more):
    return pd.read_csv(io.StringIO(run(*arguments, **more)[0]), dtype={"ID": str})


def write(name, text):
    Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return name


def check_nothing_left(names):
    left = [str(p) for p in Path(".").iterdir()
            if p.name in names or p.suffix in (".partial", ".journal", ".sha256")]
    assert not left, f"left behind: {left}"


def check_scenarios():
    folder = os.environ.get("TWINTRIAL_REFERENCE_DATA")
    if not folder:
        print("the scenarios of NONMEM: not checked, TWINTRIAL_REFERENCE_DATA is not set")
        return
    for name in ("events", "expected"):
        table = pd.read_csv(f"{folder}/nonmem-dosing/{name}.csv", dtype=str)
        copies = [table.assign(ID=table.ID + f"-{k}") for k in range(COPIES)]
        pd.concat(copies).to_csv(f"{name}.csv", index=False)
    n_rows = len(table) * COPIES
    for solver in SOLVERS:
        arguments = NMTESTS, "--events", "events.csv", "--solver", solver
        for ranks in (1, 2, 3) if FULL or solver == "auto" else (1, 3):
            said, _ = run(*arguments, "--expected", "expected.csv", "--tolerance", "6e-5",
                          "-o", f"{ranks}.csv", ranks=ranks)
            lines = said.splitlines()
            assert len(lines) == 29 * COPIES + 2 and lines[-1].startswith("largest deviation")
            assert sum(int(line.split()[1]) for line in lines[1:-1]) == n_rows
            same = (ranks == 1 or (Path("1.csv").read_bytes() == Path(f"{ranks}.csv").read_bytes()
                                   and said == first))
            assert same, f"{solver}: {ranks} ranks give other rows than one"
            first = said
        print(f"{solver:<10} {n_rows} rows on 1 to 3 ranks, {lines[-1]}")
    check_formats(n_rows)
    check_comparison()


def check_formats(n_rows):
    """HDF5 has the numbers of the CSV, and the same bytes on any number of ranks."""
    for ranks in (1, 2, 3):
        run(NMTESTS, "--events", "events.csv", "-o", f"{ranks}.h5", ranks=ranks)
        assert Path("1.h5").read_bytes() == Path(f"{ranks}.h5").read_bytes(), f"{ranks} ranks"
    run(NMTESTS, "--events", "events.csv", "-o", "1.csv")
    table = pd.read_csv("1.csv", dtype={"ID": str}, float_precision="round_trip")
    with h5py.File("1.h5") as file:
        records = file["records"]
        assert len(table) == n_rows == len(records["TIME"])
        for name in ("TIME", "EVID", "CP"):
            assert np.array_equal(records[name][:], table[name].to_numpy(), equal_nan=True), name
        assert [i.decode() for i in records["ID"][:]] == list(table.ID)
        assert not records["STATUS"][:].any()
        assert records["CP"].attrs["units"] in ("ug/L", b"ug/L")
    check_nothing_left([])


def check_comparison():
    arguments = NMTESTS, "--events", "events.csv", "--expected", "changed.csv"
    lines = Path("expected.csv").read_text().splitlines(keepends=True)
    peak = max(range(1, 300), key=lambda i: float(lines[i].split(",")[2]))
    patient, time, value = lines[peak].split(",")
    changed = [(lines[:-1], 2, "changed.csv:", "fewer rows than there are event records"),
               (lines + lines[-1:], 2, f":{len(lines) + 1}:1: ", "more rows than there are"),
               ([*lines[:3], lines[3].replace("-0", "-1"), *lines[4:]], 2, ":4:1: ", "another ID"),
               ([*lines[:3], lines[3].replace(",1.0", ",1.5"), *lines[4:]], 2, ":4:5: ",
                "another TIME"),
               ([*lines[:3], lines[3].replace("E+", "X+"), *lines[4:]], 2, ":4:5: ",
                "not a number"),
               ([*lines[:3], "1-0,2\n", *lines[4:]], 2, ":4:1: ", "not as many cells"),
               (["ID,TIME,Q\n", *lines[1:]], 2, ":1:1: ", "no column is an output"),
               ([], 2, ":1:1: ", "the file is empty"),
               ([*lines[:peak], f"{patient},{time},{1.001 * float(value)}\n", *lines[peak + 1:]], 7,
                "the largest deviation is beyond 6e-05", "")]
    for i, (text, code, place, words) in enumerate(changed):
        for ranks in (1, 2) if FULL else (1 + i % 2,):
            write("changed.csv", "".join(text))
            _, told = run(*arguments, "--tolerance", "6e-5", "-o", "no.csv", ranks=ranks, code=code)
            assert place in told and words in told, told
            if code == 7:  # the rows are those that were asked for
                Path("no.csv").unlink()
            check_nothing_left(["no.csv"])
    print("rows that are not the expected ones: told")


def check_steady_state():
    """Infusions of 16 h every 12 h, for ever; to the printed digits of the depot and the central
    amounts, and against the sum of their exponentials."""
    write("absorption.yaml", ABSORPTION)
    write("steady.csv", "ID,TIME,EVID,AMT,RATE,II,SS,CMT\n1,0,1,1200,75,12,1,1\n" +
          "".join(f"1,{t},0,,,,,\n" for t in (0.25, 0.5, 4)))
    printed = [(62.5042, 724.7889), (78.70197, 723.4747), (90.70158, 726.331),
               (124.48568, 870.0308)]
    for solver in SOLVERS:
        got = rows("./absorption.yaml", "--events", "steady.csv", "--solver", solver)
        for (a1, a2), row in zip(printed, got.itertuples(), strict=True):
            assert abs(row.A1 - a1) < 6e-6 and abs(row.A2 - a2) < 6e-5, (solver, row)
            exact = overlapping(row.TIME)
            assert abs(row.A1 / exact[0] - 1) < 1e-7 and abs(row.A2 / exact[1] - 1) < 1e-7, solver
    print("the steady state of overlapping infusions: as printed, by every solver")


def overlapping(time, ka=1.2, k=10 / 80, rate=75, length=16, interval=12):
    """Every infusion that has begun, summed: dA1 = R - ka A1, dA2 = ka A1 - k A2."""
    a1 = a2 = 0
    for n in range(200):
        since = time + interval * n
        gone = max(since - length, 0)
        fast = rate / ka * (math.exp(-ka * gone) - math.exp(-ka * since))
        slow = rate / k * (math.exp(-k * gone) - math.exp(-k * since))
        a1 += fast
        a2 += ka / (ka - k) * slow - ka / (ka - k) * fast
    return a1, a2


def check_columns():
    """A weight that changes, as a covariate and as a parameter that the file gives."""
    times, weights = [0, 1, 2.5, 4, 7, 11], [70, 90, 50, 120, 70, 35]
    write("weighted.yaml", WEIGHTED)
    for column, scale in (("WT", 1), ("k", 0.1 / 70)):
        given = "" if column == "WT" else ",WT"
        write("changing.csv", f"ID,TIME,EVID,AMT,{column}{given}\n" + "".join(
            f"1,{t},{int(i == 0)},{100 * (i == 0)},{w * scale!r}{',70' if given else ''}\n"
            for i, (t, w) in enumerate(zip(times, weights))))
        for rule, first in (("nocb", 1), ("locf", 0)):
            got = rows("./weighted.yaml", "--events", "changing.csv", "--covariates", rule)
            amount = 100
            assert got.AMOUNT[0] == 100
            for i in range(1, len(times)):
                amount *= math.exp(-0.1 * weights[i - 1 + first] / 70 * (times[i] - times[i - 1]))
                assert abs(got.AMOUNT[i] / amount - 1) < 1e-7, (column, rule, i)
        assert got.AMOUNT.equals(
            rows("./weighted.yaml", "--events", "changing.csv", "--covariates", "locf",
                 ranks=2).AMOUNT)
    print("covariates and parameters as columns, nocb and locf: as the closed form")


def malformed():
    yield from {"nothing": "", "UTF-16": SOUND.encode("utf-16"), "a mark": b"\xef\xbb\xbf" +
                SOUND.encode(), "NUL": SOUND.encode() + b"\0\n", "old Mac": SOUND.replace("\n", "\r"),
                "semicolons": SOUND.replace(",", ";"), "a wrong cell": SOUND + "3,x,0,0\n",
                "time back": SOUND + "2,0.5,0,0\n", "short": SOUND + "3,1\n",
                "no TIME": SOUND.replace("TIME", "WHEN"), "noise": random.Random(1).randbytes(50000)}.items()


def check_malformed():
    """Exit code 2 and a place, and nothing is left, whatever the output and the ranks."""
    for name, text in malformed():
        write("bad.csv", text)
        for output in ([], ["-o", "no.csv"], ["-o", "no.h5"]) if FULL else (["-o", "no.csv"],):
            ranks = 2 if FULL and output == ["-o", "no.h5"] else 1
            said, told = run("pk_1cmt", "--events", "bad.csv", *output, ranks=ranks, code=2)
            assert not said and "bad.csv:" in told and ": error: " in told, (name, told)
            check_nothing_left(["no.csv", "no.h5"])
    os.mkfifo("pipe")
    write("empty_model.yaml", "")
    write("events.csv", SOUND)
    write("impossible.csv", "ID,TIME,EVID,AMT,CMT,RATE,F\n1,0,1,100,oral,0,-1\n")
    write("late.csv", "ID,TIME,EVID,AMT,CMT,II,SS,LAGT,BIOAV,RAT2,DUR2\n1,0,1,100,2,12,1,12,1,1,1\n")
    for i, (model, events, words) in enumerate((
            ("pk_1cmt", "pipe", "it is not an ordinary file"),
            ("pk_1cmt", ".", "cannot read .: Is a directory"),
            ("pk_1cmt", "nowhere.csv", "No such file"),
            ("pk_1cm", "events.csv", "did you mean 'pk_1cmt'?"),
            ("./empty_model.yaml", "events.csv", "empty_model.yaml:1:1: error"),
            ("pk_1cmt", "impossible.csv", "impossible.csv:2:7: error: ID 1: the lag, fraction"),
            (NMTESTS, "late.csv", "--steady-lag=clamp takes the dose as just given"))):
        for ranks in (1, 2) if FULL else (1 + i % 2,):
            _, told = run(model, "--events", events, "-o", "no.csv", ranks=ranks, code=2)
            assert words in told, told
            check_nothing_left(["no.csv"])
    print("malformed files: told, and nothing is left")


def check_outputs():
    write("sound.csv", SOUND)
    write("long.csv", "ID,TIME\n" + "".join(f"1,{t}\n" for t in range(50000)))
    sound = "pk_1cmt", "--events", "sound.csv"
    unwritable = (("no.txt", 2, "should end in .csv or .h5"),
                  ("sound.csv", 2, "is a file that is read"),
                  ("nowhere/no.csv", 5, "cannot write nowhere/no.csv.partial"),
                  ("nowhere/no.h5", 5, "cannot create nowhere/no.journal"),
                  ("folder.csv", 5, "cannot rename folder.csv.partial"),
                  ("folder.h5", 2, "folder.h5 is there and is no file"))
    for i, (output, code, words) in enumerate(unwritable):
        if output.startswith("folder"):
            Path(output).mkdir()
        for ranks in (1, 2) if FULL else (2 - i % 2,):
            assert words in run(*sound, "-o", output, ranks=ranks, code=code)[1]
            check_nothing_left(["no.csv", "no.h5"])
    assert Path("sound.csv").read_text() == SOUND
    write("header.csv", "ID,TIME\n")
    for ranks in (1, 2):
        said, told = run("pk_1cmt", "--events", "header.csv", ranks=ranks)
        assert said == "ID,TIME,EVID,CP,STATUS\n" and "0 records of 0 patients" in told, said
        assert "nan" not in told and "inf" not in told, told
    for output in ("no.csv", "no.h5"):  # a disk of 16 KiB; MPI must need no file of its own
        done = subprocess.run(["bash", "-c", f'ulimit -f 16; exec "{TWINTRIAL}" model simulate '
                               f"pk_1cmt --events long.csv -o {output} 2>&1 | cat; "
                               "exit ${PIPESTATUS[0]}"], check=False, capture_output=True, text=True,
                              timeout=60, env={**os.environ, "PMIX_MCA_gds": "hash"})
        assert done.returncode == 5 and "cannot write" in done.stdout, done
        check_nothing_left([output])
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([TWINTRIAL, "model", "simulate", *sound], check=False, stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 5 and done.stderr.splitlines()[-1].endswith(
        "cannot write standard output: No space left on device"), done
    done = subprocess.run(["bash", "-c", f'"{TWINTRIAL}" model simulate pk_1cmt --events long.csv '
                           "| head -n 1"], check=False, capture_output=True, text=True, timeout=60)
    assert done.stdout == "ID,TIME,EVID,CP,STATUS\n" and "error" not in done.stderr.lower(), done
    print("outputs that cannot be written: told, and nothing is left")


def check_failures():
    """X = 1 / (1 - K t) is infinite at 1 / K: who comes there is not followed further."""
    blow_up = REPOSITORY / "tests/protocols/models/blow_up.yaml"
    write("blow_up.csv", "ID,TIME,K\n" + "".join(
        f"{p},{t},{0.3 if p % 3 == 1 else 0.05}\n" for p in range(600) for t in range(8)))
    outputs = []
    for ranks in (1, 3):
        _, told = run(blow_up, "--events", "blow_up.csv", "-o", "out.csv", ranks=ranks, code=4)
        assert "200 of 600 patients could not be simulated to their end" in told
        outputs.append(Path("out.csv").read_bytes())
        run(blow_up, "--events", "blow_up.csv", "-o", f"out{ranks}.h5", ranks=ranks, code=4)
    assert outputs[0] == outputs[1]
    assert Path("out1.h5").read_bytes() == Path("out3.h5").read_bytes()
    got = pd.read_csv("out.csv")
    fails = (got.ID % 3 == 1) & (got.TIME >= 4)
    assert got.LEVEL.isna().equals(fails) and (got.STATUS != "ok").equals(fails)
    k = np.where(got.ID % 3 == 1, 0.3, 0.05)
    exact = 1 / (1 - k * got.TIME.where(~fails))
    assert (abs(got.LEVEL / exact - 1)[~fails] < 1e-6).all()
    print(f"patients who fail: {got[fails].STATUS.unique()}, the others' rows are there")


check_scenarios()
check_steady_state()
check_columns()
check_malformed()
check_outputs()
check_failures()

# SPDX-License-Identifier: GPL-3.0-or-later
"""Patients per second and measured error, ours beside CVODE's and PETSc's, on one core in one run.

All rates are patients per second of processor time, the best of several rounds. relS is the largest
error against the reference trajectories over 50 patients, all times and outputs, relative to the
value or to a thousandth of the patient's peak, whichever is larger. A ratio compares the fastest of
our tolerances whose error is not larger than CVODE's with the fastest method of CVODE at a relative
tolerance of 1e-6."""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

WORKLOADS = ["W1", "W2", "W3", "W4", "W5b", "W6"]
METHODS = {"W1": "linear", "W2": "linear", "W3": "linear", "W4": "rosenbrock",
           "W5b": "rosenbrock", "W6": "linear"}
GOALS = {"W1": 1500, "W2": 250, "W3": 100, "W4": 120, "W5b": 120, "W6": 350, "W1 explicit": 180}
GRID = ["1e-06", "1.3e-06", "2e-06", "5e-06", "1e-05", "1.2e-05", "2e-05", "3e-05", "4e-05", "1e-04"]
CURVE = ["1e-03", "1e-04", "1e-05", "1e-06", "1e-07", "1e-08", "1e-09", "1e-10"]


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--kernels", required=True)
    parser.add_argument("--seconds", default="0.5")
    parser.add_argument("parts", nargs="*",
                        default=["machine", "ratios", "precision", "interpreter", "petsc", "costs",
                                 "records", "ranks"])
    return parser.parse_args()


def measured(lines):
    """The lines of the measuring programs as dictionaries; relS is the largest over outputs."""
    results = []
    for line in lines.splitlines():
        if not re.match(r"(cvode|twintrial) W", line):
            continue
        words = line.split()
        values = dict(word.split("=", 1) for word in words if "=" in word)
        errors = [float(v) for k, v in values.items() if k.startswith("relS")]
        results.append({"workload": words[1], "method": words[2],
                        "rate": float(values["best_round"]), "error": max(errors),
                        "rtol": values["rtol"]})
    return results


def output_of(command, environment=None):
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          env={**os.environ, **(environment or {})})
    if done.returncode:
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


class Programs:
    def __init__(self, options):
        self.options = options

    def cvode(self, workload, rtol="1e-6"):
        program = f"{self.options.build}/tests/benchmark_cvode"
        if not os.path.exists(program):
            return []
        methods = "bdf,bdf-jacobian" if workload in ("W4", "W5b") else "bdf,bdf-jacobian,adams"
        return measured(output_of([program, "-w", workload, "-r", rtol, "-m", methods,
                                   "-s", self.options.seconds]))

    def ours(self, workload, solver, rtol, compiled=True, simd=None, petsc=None):
        command = [f"{self.options.build}/tests/benchmark_patients", f"--workload={workload}",
                   f"--solver={solver}", f"--rtol={rtol}", f"--seconds={self.options.seconds}"]
        if compiled:
            command.append(f"--kernels={self.options.kernels}")
        if petsc:
            command.append(f"--petsc-type={petsc}")
        return measured(output_of(command, {"TWINTRIAL_SIMD": simd} if simd else None))[0]


def show_machine():
    with open("/proc/cpuinfo", encoding="ascii") as file:
        names = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
        file.seek(0)
        flags = file.read()
    print(f"{names[0]}, {len(names)} cores, {'AVX-512' if 'avx512f' in flags else 'AVX2'}; "
          f"{output_of(['cc', '--version']).splitlines()[0]}")


def fastest_within(programs, workload, solver, error, simd=None):
    """The fastest of the tolerances whose error is not larger; the tightest if none is."""
    tried = []
    for rtol in GRID:
        tried.append(programs.ours(workload, solver, rtol, simd=simd))
        if tried[-1]["error"] > 3 * error:
            break
    good = [one for one in tried if one["error"] <= error]
    return max(good, key=lambda one: one["rate"]) if good else tried[0]


def show_ratios(programs):
    print("\nOne core, error not larger than CVODE's at rtol 1e-6 (fastest of BDF, BDF with "
          "Jacobian, Adams)\n")
    print(f"{'':12}{'CVODE/s':>9} {'method':<13}{'error':>8}   {'ours/s':>9} {'method':<11}"
          f"{'rtol':>8}{'error':>9}{'ratio':>7}{'goal':>6}   {'AVX2/s':>8}{'ratio':>7}")
    for name in [*WORKLOADS, "W1 explicit"]:
        workload = name.split()[0]
        solver = "explicit" if "explicit" in name else METHODS[workload]
        peers = programs.cvode(workload)
        if not peers:
            return
        peer = max(peers, key=lambda one: one["rate"])
        ours = fastest_within(programs, workload, solver, peer["error"])
        narrow = programs.ours(workload, solver, ours["rtol"], simd="avx2")
        print(f"{name:12}{peer['rate']:9.0f} {peer['method']:<13}{peer['error']:8.1e}   "
              f"{ours['rate']:9.0f} {ours['method']:<11}{ours['rtol']:>8}{ours['error']:9.1e}"
              f"{ours['rate'] / peer['rate']:7.0f}{GOALS[name]:6}   {narrow['rate']:8.0f}"
              f"{narrow['rate'] / peer['rate']:7.0f}", flush=True)


def show_precision(programs):
    print("\nWork-precision: patients/s at error, for rtol 1e-3 to 1e-10")
    for workload in WORKLOADS:
        solvers = ["explicit", "rosenbrock"]
        if METHODS[workload] == "linear":
            solvers.insert(0, "linear")
        for solver in solvers:
            if workload == "W4" and solver == "explicit":
                solver = "switching"
            curve = [programs.ours(workload, solver, rtol) for rtol in CURVE]
            print(f"{workload:4} {solver:<12}" +
                  " ".join(f"{one['rate']:8.0f}@{one['error']:.0e}" for one in curve), flush=True)
        for method in ("bdf", "adams"):
            curve = [one for rtol in CURVE[1:-1] for one in programs.cvode(workload, rtol)
                     if one["method"] == method]
            if curve:
                print(f"{workload:4} {'cvode ' + method:<12}{'':17} " +
                      " ".join(f"{one['rate']:8.0f}@{one['error']:.0e}" for one in curve),
                      flush=True)


def show_interpreter(programs):
    print("\nCompiled against interpreted, rtol 1e-6")
    for workload in WORKLOADS:
        compiled = programs.ours(workload, METHODS[workload], "1e-6")
        interpreted = programs.ours(workload, METHODS[workload], "1e-6", compiled=False)
        print(f"{workload:4}{compiled['rate']:10.0f}{interpreted['rate']:10.0f}"
              f"{compiled['rate'] / interpreted['rate']:6.1f}x", flush=True)


def show_petsc(programs):
    print("\nPETSc TS, one patient at a time, rtol 1e-6")
    for workload in WORKLOADS:
        kind = "bdf" if workload in ("W4", "W5b") else "rk"
        one = programs.ours(workload, "petsc", "1e-6", petsc=kind)
        print(f"{workload:4} {kind:4}{one['rate']:8.0f}/s  error {one['error']:.1e}", flush=True)


def show_costs(options):
    print("\nCost against states and samples (benchmark_solver)")
    print(output_of([f"{options.build}/tests/benchmark_solver"]))


def simulate_seconds(options, folder, protocol, ranks, *more):
    result = f"{folder}/{ranks}.h5"
    output_of(["mpirun", "-n", str(ranks), f"{options.build}/bin/twintrial", "run", protocol,
               "-o", result, "--progress", "none", *more])
    with open(f"{folder}/{ranks}.run.json", encoding="utf-8") as file:
        return json.load(file)


def find_seconds(record):
    """simulate_s wherever the record keeps it."""
    if isinstance(record, dict):
        if "simulate_s" in record:
            return record["simulate_s"]
        for value in record.values():
            found = find_seconds(value)
            if found is not None:
                return found
    return None


def show_ranks(options):
    print("\nTwo ranks against one (efficiency = time of one / (2 x time of two))")
    for name, protocol in (("EU-PACT", "protocols/eu_pact.yaml"),
                           ("1 % of the patients cost 100 times more",
                            "tests/benchmark/uneven.yaml")):
        with tempfile.TemporaryDirectory() as folder:
            times = [find_seconds(simulate_seconds(options, folder, protocol, ranks, "--fresh"))
                     for ranks in (1, 2)]
        print(f"{name}: {times[0]:.2f} s, {times[1]:.2f} s, "
              f"{100 * times[0] / (2 * times[1]):.0f} %", flush=True)


RECORD_PATIENTS, RECORDS = 10000, 100


def write_records(path):
    """A dose a day and a sample an hour, as in W1."""
    with open(path, "w", encoding="ascii") as file:
        file.write("ID,TIME,EVID,AMT,CMT,II,ADDL\n")
        samples = "".join(f"%d,{hour},0,.,.,.,.\n" for hour in range(1, RECORDS))
        for patient in range(RECORD_PATIENTS):
            file.write(f"{patient},0,1,100,oral,24,3\n")
            file.write(samples.replace("%d", str(patient)))


def show_records(programs):
    """Wall time of the whole command, from the file that is read to the one that is written."""
    samples = 673  # of a patient of W1
    per_sample = 1e6 / (samples * programs.ours("W1", "linear", "1e-6")["rate"])
    print(f"\n`model simulate` of {RECORD_PATIENTS * RECORDS} records of {RECORD_PATIENTS} patients, "
          f"one core; the solver alone needs {per_sample:.3f} us a sample (W1, linear, rtol 1e-6)")
    with tempfile.TemporaryDirectory() as folder:
        write_records(f"{folder}/events.csv")
        for output in ("rows.csv", "rows.h5"):
            child = subprocess.Popen(
                [f"{programs.options.build}/bin/twintrial", "model", "simulate", "pk_2cmt",
                 "--events", f"{folder}/events.csv", "--seed", "1", "--solver", "linear",
                 "--rtol", "1e-6", "-o", f"{folder}/{output}"],
                stderr=subprocess.PIPE, text=True,
                env={**os.environ, "TWINTRIAL_KERNELS": programs.options.kernels})
            said = child.stderr.read()
            _, status, used = os.wait4(child.pid, 0)
            if status:
                sys.exit(said)
            spent = re.search(r"([0-9.]+) us a record; solving took ([0-9.]+) us", said)
            print(f"{output[5:]:4} {spent[1]} us a record, of it solving {spent[2]} us; "
                  f"peak memory {used.ru_maxrss / 1024:.0f} MiB", flush=True)


def main():
    options = arguments()
    programs = Programs(options)
    parts = {"machine": show_machine, "ratios": lambda: show_ratios(programs),
             "precision": lambda: show_precision(programs),
             "interpreter": lambda: show_interpreter(programs),
             "petsc": lambda: show_petsc(programs), "costs": lambda: show_costs(options),
             "records": lambda: show_records(programs),
             "ranks": lambda: show_ranks(options)}
    for part in options.parts:
        if part not in parts:
            sys.exit(f"no part '{part}'; there are {', '.join(parts)}")
        parts[part]()


main()

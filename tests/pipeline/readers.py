# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what Python and R have read and computed with `twintrial analyze --json`."""
import json
import re

TOLERANCE = 1e-8


def close(a, b):
    return abs(a - b) <= TOLERANCE * max(1, abs(b))


def quantities(replicate, method):
    if method == "Kaplan-Meier":
        return {"guided": replicate["arms"][0]["centre"], "standard": replicate["arms"][1]["centre"]}
    low, high = replicate["confidence_interval"]
    return {"estimate": replicate["estimate"], "se": replicate["se"], "low": low, "high": high,
            "p": replicate["p"]}


with open("eu_pact.json") as file:
    analyses = json.load(file)["scenarios"][0]["analyses"]
with open("python.json") as file:
    python = json.load(file)
r = {}
with open("r.txt") as file:
    for line in file:
        replicate, method, quantity, value = line.rstrip("\n").split("\t")
        r.setdefault((int(replicate), method), {})[quantity] = float(value)

for arm in analyses[0]["arms"]:
    name, mean = arm["name"], arm["centre"]["mean"]
    print(f"{name}: analyze {mean:.10f}, Python {python[name]:.10f}, R {r[0, 'means'][name]:.10f}")
    assert close(python[name], mean) and close(r[0, "means"][name], mean)
    for path in "readme_python.txt", "readme_r.txt":  # six digits of both
        with open(path) as file:
            printed = re.search(rf"{name}\s+([\d.]+)", file.read()).group(1)
        assert abs(float(printed) - mean) < 1e-4, f"{path}: {printed}"

n = 0
worst = 0
for analysis in analyses:
    method = analysis["method"]
    if analysis["interval"] == "miettinen_nurminen":
        continue  # not in R itself
    for replicate in analysis["replicates"]:
        ours = quantities(replicate, method)
        for quantity, value in r[replicate["replicate"], method].items():
            n += 1
            worst = max(worst, abs(ours[quantity] - value) / max(1, abs(value)))
            assert close(ours[quantity], value), \
                f"replicate {replicate['replicate']}, {method}, {quantity}: {ours[quantity]} and {value} in R"
print(f"{n} numbers of {len(analyses) - 1} analyses agree with R, the worst to {worst:.1e}")
assert n == 3 * (5 + 5 + 2 + 5 + 5 + 4), n

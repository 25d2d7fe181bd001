# SPDX-License-Identifier: GPL-3.0-or-later
"""The Python reader on eu_pact.h5: units, labels, categories, texts, and no MPI."""
import json

import twintrial

assert "libmpi" not in open("/proc/self/maps").read(), "h5py has loaded MPI"
tables = twintrial.tables("eu_pact.h5")
assert tables["/cohort"] == "Covariates at baseline" and "/pd/ttr" in tables and "/study/arms" in tables
ttr = twintrial.read("eu_pact.h5", "/pd/ttr")
assert ttr.attrs["units"]["AVAL"] == "%" and ttr.attrs["labels"]["AVAL"] == "Time with INR 2.0 to 3.0"
assert list(ttr.arm.cat.categories) == ["guided", "standard"]
cohort = twintrial.read("eu_pact.h5", "/cohort")
assert cohort.attrs["units"]["WT"] == "kg" and cohort.attrs["labels"]["VKORC1"].startswith("VKORC1")
assert list(cohort.CYP2C9.cat.categories)[0] == "*1/*1" and cohort.USUBJID[0] == "1-00000001"
protocol = json.loads(twintrial.text("eu_pact.h5", "/protocol/resolved_json"))
assert protocol["study"]["id"] == "EU-PACT"
for table, label in tables.items():
    frame = twintrial.read("eu_pact.h5", table)
    assert label and all(frame.attrs["labels"].values()), f"{table} has columns without labels"
    for name in frame.columns[frame.dtypes == "float64"]:
        assert frame.attrs["units"][name] or table.startswith("/study"), f"{table}/{name} has no units"
with open("python.json", "w") as file:
    json.dump(ttr.groupby("arm").AVAL.mean().to_dict(), file)

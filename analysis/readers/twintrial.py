# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of a twintrial results file as pandas DataFrames.

    twintrial.tables("run.h5")               # {"/cohort": "Covariates at baseline", ...}
    ttr = twintrial.read("run.h5", "/pd/ttr")
    ttr.attrs["units"]["AVAL"], ttr.attrs["labels"]["AVAL"]
    protocol = twintrial.text("run.h5", "/protocol/resolved_json")

Codes become Categoricals in the order of the file, a missing code NaN; fixed texts become str.
"""
import h5py
import numpy
import pandas


def _decoded(value):
    """An attribute of fixed-length texts, as str or a list of str."""
    if isinstance(value, numpy.ndarray):
        return [_decoded(item) for item in value]
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def _column(dataset):
    values = dataset[()]
    if "categories" in dataset.attrs:
        return pandas.Categorical.from_codes(values, _decoded(dataset.attrs["categories"]))
    if values.dtype.kind == "S":
        return numpy.char.decode(values, "utf-8").astype(object)
    return values


def read(path, table):
    """The table, one column per dataset; units and labels by column name are in DataFrame.attrs."""
    with h5py.File(path, "r") as file:
        group = file[table]
        names = _decoded(group.attrs["column-order"])
        frame = pandas.DataFrame({name: _column(group[name]) for name in names}, columns=names)
        frame.attrs["label"] = _decoded(group.attrs.get("label", b""))
        for plural, attribute in (("units", "units"), ("labels", "label")):
            frame.attrs[plural] = {
                name: _decoded(group[name].attrs.get(attribute, b"")) for name in names}
    return frame


def tables(path):
    """Paths of all tables with their labels."""
    found = {}

    def visit(name, item):
        if isinstance(item, h5py.Group) and "column-order" in item.attrs:
            found["/" + name] = _decoded(item.attrs.get("label", b""))

    with h5py.File(path, "r") as file:
        file.visititems(visit)
    return found


def text(path, dataset):
    with h5py.File(path, "r") as file:
        return bytes(file[dataset][()]).decode("utf-8")

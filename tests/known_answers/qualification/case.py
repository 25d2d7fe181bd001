# SPDX-License-Identifier: GPL-3.0-or-later
"""One case of a qualification file: what is done to a patient, and what must come out."""
import math
import re


def text_of(value):
    """A number of an event file, so that it is read as the same number."""
    if isinstance(value, str):
        return value
    short = format(value, ".12g")
    return short if float(short) == value else repr(float(value))


class Case:
    """Records are rows of an event file; answers belong to the record that came last."""

    def __init__(self, name, model, source, columns=(), relative=1e-7, stiff=False):
        if len(name) > 32:
            raise SystemExit(f"a name has at most 32 characters: {name}")
        self.name, self.model, self.source = name, model, source
        self.relative, self.stiff = relative, stiff
        self.columns = dict(columns)  # name: value, the same in every record unless it says another
        self.records, self.answers, self.patient = [], [], 1

    def record(self, time, evid=0, **items):
        row = dict(ID=self.patient, TIME=time, EVID=evid, **self.columns)
        row.update(items)
        self.records.append(row)
        return self

    def dose(self, time, amount, cmt, **items):
        return self.record(time, items.pop("EVID", 1), AMT=amount, CMT=cmt, **items)

    def observe(self, time, answers, absolute=0, **items):
        """`answers` is output: value."""
        self.record(time, **items)
        return self.expect(answers, absolute)

    def expect(self, answers, absolute=0):
        for output, value in answers.items():
            if not math.isfinite(value):
                raise SystemExit(f"{self.name}: {output} is {value}")
            self.answers.append((len(self.records), self.records[-1]["TIME"], output, value,
                                 absolute))
        return self

    def lines(self):
        names = list(dict.fromkeys(name for row in self.records for name in row))
        yield f"  {self.name}:"
        yield f"    model: {self.model}"
        yield f'    source: "{self.source}"'
        if self.stiff:
            yield "    stiff: true"
        yield "    events: |"
        yield "      " + ",".join(names)
        for row in self.records:
            yield "      " + ",".join(text_of(row.get(name, 0)) for name in names)
        yield "    expected: |"
        yield "      RECORD,TIME,OUTPUT,VALUE,RELATIVE,ABSOLUTE"
        for record, time, output, value, absolute in self.answers:
            yield (f"      {record},{text_of(time)},{output},{value:.12g},{self.relative:g},"
                   f"{absolute:g}")


def file_lines(section, title, cases):
    yield "# SPDX-License-Identifier: GPL-3.0-or-later"
    yield "# Written by tests/known_answers/qualification/derive.py, which derives every number."
    yield "schema: 1"
    yield f"section: {section}"
    yield f"title: {title}"
    yield "cases:"
    for case in cases:
        yield from case.lines()


def is_printed(value, printed):
    """Whether a value has the digits of a published table."""
    digits = re.sub(r"e.*", "", printed)
    decimals = len(digits.partition(".")[2])
    style = "e" if "e" in printed else "f"
    return float(format(value, f".{decimals}{style}")) == float(printed)


def require_printed(what, value, printed):
    if not is_printed(value, printed):
        raise SystemExit(f"{what}: {value!r} is not the published {printed}")

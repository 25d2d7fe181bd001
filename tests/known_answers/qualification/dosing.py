# SPDX-License-Identifier: GPL-3.0-or-later
"""Event records as NONMEM means them, on one compartment with a depot, by superposition: what is in the
body is a sum over the doses since the last reset, each a sum of exponentials, and repeated doses of a
steady state are a geometric series. Nothing is led from one time to the next."""
import math
from dataclasses import dataclass
from decimal import Decimal

from case import Case, require_printed

DEFAULTS = {"KA": 0.8, "CL": 6.0, "V": 40.0, "F1": 1.0, "F2": 1.0, "LAG1": 0.0, "LAG2": 0.0, "D2": 2.0,
            "R2": 10.0}


def after(start, n, step):
    """start + n * step of the decimal numbers that stand in the file: 0.1 and 0.2 h later is 0.3."""
    return float(Decimal(repr(start)) + n * Decimal(repr(step)))


@dataclass
class Given:
    """A dose, or, before > 0, that many doses before it, `interval` apart (infinity: for ever)."""
    arrives: float
    cmt: int
    amount: float
    duration: float = 0.0
    interval: float = 0.0
    before: float = 0.0


class Body:
    def __init__(self, p):
        self.ka, self.k = p["KA"], p["CL"] / p["V"]

    def terms(self, cmt):
        """Exponents and weights of depot and centre after a unit bolus."""
        if cmt == 2:
            return [(self.k, 0.0, 1.0)]
        ratio = self.ka / (self.ka - self.k)
        return [(self.k, 0.0, ratio), (self.ka, 1.0, -ratio)]

    def single(self, dose, since):
        """(depot, centre) `since` after the arrival."""
        depot = centre = 0.0
        if since < 0:
            return depot, centre
        for exponent, in_depot, in_centre in self.terms(dose.cmt):
            if dose.duration == 0:
                size = dose.amount * math.exp(-exponent * since)
            else:
                on = min(since, dose.duration)
                size = (dose.amount / dose.duration * math.exp(-exponent * (since - on))
                        * -math.expm1(-exponent * on) / exponent)
            depot += in_depot * size
            centre += in_centre * size
        return depot, centre

    def train(self, dose, now):
        """All doses before: 1, 2, ... intervals before the arrival."""
        depot = centre = 0.0
        n = 1
        while now - (dose.arrives - n * dose.interval) < dose.duration:  # still running
            one = self.single(dose, now - (dose.arrives - n * dose.interval))
            depot, centre, n = depot + one[0], centre + one[1], n + 1
        since = now - (dose.arrives - n * dose.interval)
        if since < 0:
            raise SystemExit("a dose before is after")
        for exponent, in_depot, in_centre in self.terms(dose.cmt):
            size = dose.amount * math.exp(-exponent * since)
            if dose.duration > 0:
                size *= math.expm1(exponent * dose.duration) / (exponent * dose.duration)
            size /= -math.expm1(-exponent * dose.interval)
            depot += in_depot * size
            centre += in_centre * size
        return depot, centre


class Regimen:
    """Writes records and, after each, what must be in the body."""

    def __init__(self, name, source, **parameters):
        self.p = {**DEFAULTS, **parameters}
        self.body = Body(self.p)
        self.given = []
        self.case = Case(name, "problems/oral.yaml", source, columns=parameters, relative=1e-9)

    def amounts(self, now):
        depot = centre = 0.0
        for dose in self.given:
            if dose.before:
                one = self.body.train(dose, now)
            elif dose.arrives <= now:
                one = self.body.single(dose, now - dose.arrives)
            else:
                continue
            depot, centre = depot + one[0], centre + one[1]
        return depot, centre

    def expect(self, now):
        depot, centre = self.amounts(now)
        self.case.expect({"DEPOT": depot, "CENTRAL": centre, "CP": centre / self.p["V"]}, absolute=1e-9)
        return self

    def observe(self, *times):
        for now in times:
            self.case.record(now)
            self.expect(now)
        return self

    def reset(self, now):
        self.given.clear()
        self.case.record(now, evid=3)
        return self.expect(now)

    def endless(self, now, rate, cmt=2):
        """An infusion that has lasted for ever and ends here: RATE > 0, AMT = 0, II = 0, SS = 1."""
        centre = rate / self.body.k
        depot = rate / self.body.ka if cmt == 1 else 0.0
        self.given.clear()
        if depot:
            self.given.append(Given(now, 1, depot))
        self.given.append(Given(now, 2, centre))
        self.case.dose(now, 0, cmt, RATE=rate, SS=1)
        return self.expect(now)

    def dose(self, now, amount, cmt=1, rate=0, addl=0, ii=0, ss=0, evid=1):
        items = {"RATE": rate} if rate else {}
        items.update({"ADDL": addl} if addl else {})
        items.update({"II": ii} if ii else {})
        items.update({"SS": ss} if ss else {})
        self.case.dose(now, amount, cmt, EVID=evid, **items)
        taken = self.p[f"F{cmt}"] * amount
        duration = {0: 0.0, -1: taken / self.p["R2"], -2: self.p["D2"]}.get(rate, taken / (rate or 1))
        arrives = after(now, 1, self.p[f"LAG{cmt}"])
        if ss == 1 or evid == 4:
            self.given.clear()
        if ss:
            self.given.append(Given(arrives, cmt, taken, duration, ii, math.inf))
        for n in range(addl + 1):
            self.given.append(Given(after(arrives, n, ii), cmt, taken, duration))
        return self.expect(now)


def cases():
    superposition = "closed form: superposition of exponentials"
    series = "closed form: superposition, and a geometric series for the doses before"

    def regimen(name, source=superposition, **parameters):
        made = Regimen(name, source, **parameters)
        built.append(made)
        return made

    built = []
    regimen("bolus_addl").dose(0, 120, addl=3, ii=12).observe(0, 1.5, 12, 13, 24, 36, 40, 60)
    regimen("bolus_lag_f", F2=.6, LAG2=1.5).dose(0, 100, 2).observe(
        1, 1.5, 2, 8).dose(10, 50, 2).observe(11, 11.5, 20)
    regimen("infusion_addl").dose(0, 100, 2, rate=25, addl=2, ii=12).observe(
        0, 2, 4, 5, 12, 14, 16, 24, 28, 40)
    regimen("infusion_f", F2=.45).dose(0, 100, 2, rate=20).observe(1, 2.25, 3, 5, 12)
    regimen("infusion_f_duration", F2=.45, D2=5.0).dose(0, 100, 2, rate=-2).observe(
        1, 2.25, 5, 6, 12)
    regimen("infusion_depot_addl").dose(0, 80, 1, rate=40, addl=2, ii=8).observe(
        1, 2, 3, 8, 9, 10, 17, 30)
    regimen("infusion_addl_lag", LAG2=1.25).dose(0, 90, 2, rate=30, addl=2, ii=6).observe(
        1, 1.25, 3, 4.25, 6, 7.25, 12, 14, 16.25, 24)
    regimen("infusion_lag_f", F2=.7, LAG2=.75).dose(0, 100, 2, rate=35).observe(
        .5, .75, 2, 2.75, 4, 10)
    regimen("ss_infusion_lag_f", series, F2=.7, LAG2=2.0).dose(
        0, 100, 2, rate=35, ii=12, ss=1).observe(0, 1, 2, 3, 4, 6, 12, 24)
    regimen("ss_infusion_f", series, F2=.7).dose(
        0, 100, 2, rate=35, ii=12, ss=1, addl=1).observe(0, 1, 2, 5, 12, 13, 14, 30)
    regimen("ss_infusion_lag", series, LAG2=2.5).dose(0, 100, 2, rate=50, ii=12, ss=1).observe(
        0, 2, 2.5, 4, 4.5, 8, 20)
    regimen("ss_infusion_beyond_interval", series).dose(
        0, 400, 2, rate=25, ii=12, ss=1, addl=2).observe(0, 2, 4, 8, 12, 16, 20, 28, 36, 40, 44, 60)
    regimen("ss_infusion_of_interval_f", series, F2=.6).dose(
        0, 100, 2, rate=5, ii=12, ss=1, addl=1).observe(0, 6, 12, 18, 24, 30)
    regimen("ss_infusion_of_interval", series).dose(0, 120, 2, rate=10, ii=12, ss=1).observe(
        0, 6, 12, 18, 24)
    regimen("ss_bolus_lag_f", series, F1=.4, LAG1=3.0).dose(
        0, 100, 1, ii=12, ss=1, addl=2).observe(0, 1, 3, 5, 12, 15, 20, 40)
    regimen("boluses_lag_f", F1=.4, LAG1=5.0).dose(0, 100).dose(2, 60).observe(
        4, 5, 6, 7, 8, 20)
    regimen("bolus_then_infusion").dose(0, 100, 1).dose(3, 60, 2, rate=20).observe(3, 4, 6, 8, 15)
    regimen("modelled_duration_lag_f", F2=.8, LAG2=1.0, D2=3.0).dose(
        0, 100, 2, rate=-2, addl=1, ii=10).observe(.5, 1, 2, 4, 5, 11, 14, 20)
    regimen("modelled_rate", F2=.8, R2=16.0).dose(0, 100, 2, rate=-1).observe(1, 5, 6, 12)
    regimen("ss_modelled_duration_f", series, F2=.8, D2=3.0).dose(
        0, 100, 2, rate=-2, ii=8, ss=1).observe(0, 1, 3, 5, 8, 16)
    regimen("evid4_addl").dose(0, 100, addl=5, ii=6).observe(1, 7).dose(
        15, 50, evid=4, addl=1, ii=10).observe(15, 18, 25, 26, 40)
    regimen("evid4_ss", series).dose(0, 100, addl=5, ii=6).observe(7).dose(
        15, 50, ii=8, ss=1, evid=4).observe(15, 17, 23, 30)
    regimen("evid4_ss_addl", series).dose(0, 100, addl=5, ii=6).observe(7).dose(
        15, 50, ii=8, ss=1, evid=4, addl=2).observe(15, 17, 23, 31, 40)
    regimen("evid4_ss_lag", series, LAG1=2.0).dose(0, 100, addl=5, ii=6).observe(1, 2, 7).dose(
        13, 50, ii=8, ss=1, evid=4).observe(13, 14, 15, 20, 30)
    regimen("evid4_ss_addl_lag", series, LAG1=2.0).dose(0, 100, addl=5, ii=6).observe(7).dose(
        13, 50, ii=8, ss=1, evid=4, addl=2).observe(13, 15, 21, 23, 31, 50)
    regimen("evid4_ss_lag_several", series, LAG1=2.0).dose(0, 100, ii=8, ss=1).observe(
        1, 3).dose(13, 50, ii=8, ss=1, evid=4).observe(14, 15).dose(20, 70, ii=12, ss=1, evid=4).observe(
            20, 22, 30)
    regimen("reset_addl").dose(0, 100, addl=5, ii=6).observe(1, 7).reset(13).observe(14, 18, 30).dose(
        31, 40).observe(32, 40)
    regimen("reset_addl_lag", LAG1=2.0).dose(0, 100, addl=5, ii=6).observe(1, 7).reset(13).observe(
        14, 18, 20, 30)
    regimen("ss_1_and_2", series).dose(0, 100, ii=12, ss=1).dose(4, 50, ii=12, ss=2).observe(
        4, 5, 12, 20, 36)
    regimen("ss_1_cancels", series, LAG1=1.0).dose(0, 100, addl=5, ii=6).observe(7).dose(
        14.5, 50, ii=8, ss=1).observe(15, 15.5, 18, 19, 25, 30)
    regimen("ss_endless_infusion").endless(0, 12).observe(0, 2, 10).endless(24, 30).observe(25, 40)
    regimen("ss_endless_infusion_depot").endless(0, 12, cmt=1).observe(0, 1, 2, 10)

    ties = regimen("ties_follow_the_rows")
    ties.observe(0).dose(0, 100).observe(0).dose(12, 100, addl=1, ii=12).observe(24)
    ties.dose(24, 30, 2).observe(24).reset(36).dose(36, 80).observe(36, 40)
    late = regimen("ties_at_100000_hours", LAG2=.1)
    late.dose(99999.9, 100, 2).observe(100000).dose(100000, 10, 2, addl=2, ii=.1).observe(
        100000.1, 100000.2, 100000.3, 100001)

    overlap = Regimen("ss_infusions_overlap", series, KA=1.2, CL=10.0, V=80.0)
    overlap.dose(0, 1200, 1, rate=75, ii=12, ss=1)
    published = {0: ("62.5042", "724.7889"), .25: ("78.70197", "723.4747"), .5: ("90.70158", "726.331"),
                 4: ("124.48568", "870.0308")}
    overlap.observe(*published)
    built.append(overlap)
    for now, digits in published.items():
        for what, value, printed in zip(("depot", "centre"), overlap.amounts(now), digits):
            require_printed(f"overlapping infusions, {what} at {now} h", value, printed)
    return [made.case for made in built]

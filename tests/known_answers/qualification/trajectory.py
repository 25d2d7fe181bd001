# SPDX-License-Identifier: GPL-3.0-or-later
"""Solutions that owe nothing to the engine: two integrators of SciPy that must agree, and the matrix
exponential."""
import numpy
from scipy.integrate import solve_ivp
from scipy.linalg import expm

AGREEMENT = 3e-9  # of the two integrators, relative to the largest value that a state has had


class Trajectory:
    """y' = rates(t, y), with doses (time, state, amount, duration); duration 0 is a bolus. Values at
    the time of a bolus are those after it."""

    def __init__(self, rates, initial, doses=(), methods=("DOP853", "Radau"), scale=1.0):
        self.rates, self.doses, self.methods = rates, sorted(doses), methods
        self.initial = numpy.array(initial, float)
        self.scale = scale

    def _segment(self, method, begin, end, y, times):
        inflow = numpy.zeros_like(y)
        for time, state, amount, duration in self.doses:
            if time <= begin < time + duration:
                inflow[state] += amount / duration
        tolerance = 1e-13 if method == "DOP853" else 1e-12
        solution = solve_ivp(lambda t, x: numpy.asarray(self.rates(t, x)) + inflow, (begin, end), y,
                             method=method, rtol=tolerance, atol=1e-14 * self.scale,
                             t_eval=sorted({*times, end}), max_step=numpy.inf)
        if solution.status != 0:
            raise SystemExit(f"{method}: {solution.message}")
        return dict(zip(solution.t, solution.y.T))

    def _run(self, method, times):
        stops = {0.0, *(float(t) for t in times)}
        for time, _, _, duration in self.doses:
            stops |= {float(time), float(time + duration)}
        stops = sorted(stop for stop in stops if stop <= max(times))
        y, values = self.initial.copy(), {}
        for begin, end in zip(stops, [*stops[1:], None]):
            for time, state, amount, duration in self.doses:
                if time == begin and duration == 0:
                    y = y.copy()
                    y[state] += amount
            values[begin] = y
            if end is not None:
                y = self._segment(method, begin, end, y, [])[end]
        return numpy.array([values[float(t)] for t in times])

    def at(self, times):
        """[time][state]"""
        first, second = (self._run(method, times) for method in self.methods)
        largest = numpy.maximum(numpy.abs(first).max(axis=0), 1e-300)
        worst = (numpy.abs(first - second) / largest).max()
        if worst > AGREEMENT:
            raise SystemExit(f"{self.methods[0]} and {self.methods[1]} differ by {worst:.1e}")
        return first if self.methods[0] == "DOP853" else second


def linear(matrix, times, doses):
    """States of y' = matrix y after doses (time, state, amount, duration), by the exponential of the
    matrix: [time][state]."""
    matrix = numpy.array(matrix, float)
    n = len(matrix)

    def impulse(t):
        return expm(matrix * t)

    def step(t):  # integral of the impulse response from 0 to t
        wide = numpy.zeros((2 * n, 2 * n))
        wide[:n, :n], wide[:n, n:] = matrix, numpy.eye(n)
        return expm(wide * t)[:n, n:]

    values = []
    for t in times:
        y = numpy.zeros(n)
        for time, state, amount, duration in doses:
            if t < time:
                continue
            if duration == 0:
                y += impulse(t - time)[:, state] * amount
                continue
            since = t - time
            y += step(since)[:, state] * amount / duration
            if since > duration:
                y -= step(since - duration)[:, state] * amount / duration
        values.append(y)
    return numpy.array(values)

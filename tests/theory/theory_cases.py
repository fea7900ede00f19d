"""What theory says of each scenario in scenarios/theory: metric by metric, in SI units, by `queueing` alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import queueing as q
from scipy import stats

Exact = Mapping[str, float]

TAILS = ("p90", "p95", "p99")


def times(name: str, law: q.Phase, statistics: Sequence[str] = ("mean", *TAILS)) -> Exact:
    """Mean and quantiles of a time as metrics."""
    return {f"{name}.{each}": law.mean if each == "mean" else law.quantile(quantile(each)) for each in statistics}


def quantile(statistic: str) -> float:
    """p95 is 0.95, p999 is 0.999."""
    return float(f"0.{statistic[1:]}")


def markovian(servers: int, rate: float, mu: float) -> Exact:
    """M/M/c: waits, sojourns, and by Little's law how many wait and are there."""
    wait = q.mmc_wait(servers, rate, mu)
    sojourn = wait.then(q.exponential(mu))
    return {
        **times("call.wait", wait),
        **times("call.latency", sojourn, ("mean", "p50", *TAILS)),
        "call.wait.probability": wait.tail(0.0),
        "call.in_flight.mean": rate * sojourn.mean,
        "station.desk.queue.mean": rate * wait.mean,
        "station.desk.utilization.mean": rate / mu / servers,
    }


def phased(rate: float, service: q.Phase) -> Exact:
    """M/PH/1."""
    wait = q.mg1_wait(rate, service)
    return {
        **times("call.wait", wait),
        **times("call.latency", wait.then(service)),
        "call.wait.sd": wait.deviation,
        "call.wait.probability": rate * service.mean,
        "station.desk.queue.mean": rate * wait.mean,
        "station.desk.utilization.mean": rate * service.mean,
    }


def constant(load: float) -> Exact:
    """M/D/1 with service 1 s."""
    mean, tails = q.md1_wait_mean(load), {each: q.md1_wait_quantile(load, quantile(each)) for each in TAILS}
    return {
        "call.wait.mean": mean,
        "call.latency.mean": mean + 1.0,
        **{f"call.wait.{each}": value for each, value in tails.items()},
        **{f"call.latency.{each}": value + 1.0 for each, value in tails.items()},
        "call.wait.sd": q.md1_wait_deviation(load),
        "call.wait.probability": load,
        "station.desk.queue.mean": load * mean,
        "station.desk.utilization.mean": load,
    }


def regular(gap: float, mu: float) -> Exact:
    """D/M/1."""
    sigma = q.dm1_sigma(gap, mu)
    return {
        **times("call.latency", q.exponential(mu * (1.0 - sigma))),
        "call.wait.mean": sigma / (mu * (1.0 - sigma)),
        "call.wait.probability": sigma,
    }


def bounded(room: int, rate: float, mu: float) -> Exact:
    """M/M/1/K."""
    inside, wait = q.mmck(1, room, rate, mu), q.mm1k_wait(room, rate, mu)
    return {
        "call.rejected.ratio": float(inside[-1]),
        "call.throughput.rate": rate * (1.0 - float(inside[-1])),
        "call.in_flight.mean": float(np.arange(room + 1) @ inside),
        "call.latency.mean": wait.mean + 1.0 / mu,
        **times("call.wait", wait, ("mean", "p95", "p99")),
    }


def losing(servers: int, load: float) -> Exact:
    """M/G/c/c."""
    blocked = q.erlang_b(servers, load)
    return {
        "call.rejected.ratio": blocked,
        "station.lines.utilization.mean": load * (1.0 - blocked) / servers,
    }


def impatient(servers: int, rate: float, mu: float, theta: float) -> Exact:
    """M/M/c+M; the wait is that of all, of those who gave up too."""
    inside = q.erlang_a(servers, rate, mu, theta)
    waiting = float(np.maximum(np.arange(len(inside)) - servers, 0) @ inside)
    return {
        "call.abandoned.ratio": theta * waiting / rate,
        "call.throughput.rate": rate - theta * waiting,
        "call.wait.probability": float(inside[servers:].sum()),
        "call.wait.mean": waiting / rate,
        "station.desk.queue.mean": waiting,
    }


def prioritised(rates: Sequence[float], mu: float) -> Exact:
    """Non-preemptive priorities, and the work that nobody can save."""
    classes = dict(zip(("urgent", "normal", "patient"), q.cobham(rates, mu), strict=True))
    together = q.mmc_wait(1, sum(rates), mu).mean
    return {**{f"{name}.wait.mean": wait for name, wait in classes.items()}, "station.desk.wait.mean": together}


def bursty(rate: float, size: int, mu: float) -> Exact:
    """Arrivals in batches."""
    sojourn = q.batches_sojourn(rate, size, mu)
    return {"job.latency.mean": sojourn, "job.in_flight.mean": rate * size * sojourn}


def unlimited(mean: float) -> Exact:
    """M/G/infinity: Poisson. Variance and the share of levels up to the 99 % point are taken from the series."""
    law = stats.poisson(mean)
    return {"call.in_flight.mean": mean, "levels.variance": mean, "levels.at_most_43": float(law.cdf(43))}


def retried(fails: float, retries: int) -> Exact:
    """Attempts of those that end, and how many succeed."""
    return {
        "call.attempts.mean": q.attempts(fails, retries),
        "call.completion.ratio": 1.0 - fails ** (retries + 1),
    }


def ticking(every: float) -> Exact:
    """A Poisson arrival falls anywhere between two ticks."""
    return {
        "assign.latency.mean": every / 2.0,
        "assign.latency.sd": every / math.sqrt(12.0),
        **{f"assign.latency.{p}": quantile(p) * every for p in TAILS},
    }


def failing(between: float, lasting: float) -> Exact:
    """A server that works and stands still by turns; who asks at random instants waits if it stands still just then."""
    return {"probe.wait.probability": lasting / (between + lasting)}


LONG = math.sqrt(0.6)
"""Balanced means of H2 with scv 4: p (1 +- sqrt((scv - 1) / (scv + 1))) / 2."""
TWICE = q.in_a_row([2.0, 2.0])
UNEQUAL = q.either([(1 + LONG) / 2, (1 - LONG) / 2], [1 + LONG, 1 - LONG])
"""The services of M/E2/1 and M/H2/1, 1 s on average."""

CASES: Mapping[str, Exact] = {
    "mm1_rho50": markovian(1, 5.0, 10.0),
    "mm1_rho80": {**markovian(1, 8.0, 10.0), **times("call.wait", q.mmc_wait(1, 8.0, 10.0), ("p50",))},
    "mmc_c2_rho75": markovian(2, 15.0, 10.0),
    "mmc_c3_rho80": markovian(3, 2.4, 1.0),
    "mmc_c10_rho80": markovian(10, 8.0, 1.0),
    "mmc_c100_rho95": markovian(100, 47.5, 0.5),
    "mm1k_k10_rho90": bounded(10, 9.0, 10.0),
    "erlang_b_c10_a8": losing(10, 8.0),
    "md1_rho80": constant(0.8),
    "me2_1_rho80": phased(0.8, TWICE),
    "mh2_1_scv4_rho80": phased(0.8, UNEQUAL),
    "dm1_rho80": regular(1.25, 1.0),
    "priorities_3class": prioritised([0.2, 0.3, 0.3], 1.0),
    "tandem3": times("call.latency", q.in_a_row([3.0, 5.0, 2.0])),
    "erlang_a_c10_rho110": impatient(10, 11.0, 1.0, 0.5),
    "batch4_mm1_rho80": bursty(0.2, 4, 1.0),
    "mginf": unlimited(30.0),
    "gg1_bound": {"call.wait.probability": q.e2_gamma(0.9, 0.5, 2.0)[1]},
    "forkjoin2_rho80": {"order_page.latency.mean": q.fork_join(8.0, 10.0)},
    "retry_p30_r3": retried(0.3, 3),
    "batch_window": ticking(30.0),
    "pickup_sync": times("pickup.latency", q.slower(1 / 600, 1 / 400)),
    "availability": failing(9.0, 1.0),
}
"""By the name of the scenario's file."""
BOUNDS: Mapping[str, Exact] = {"gg1_bound": {"call.wait.mean": q.kingman(0.9, 0.5 / 0.81, 2.0, 0.9)}}
"""What a mean may be at most; by the name of the scenario's file."""


def rare(wait: q.Phase, service: q.Phase) -> Exact:
    """What one wait, and one sojourn, of a thousand exceeds."""
    return {**times("call.wait", wait, ("p999",)), **times("call.latency", wait.then(service), ("p999",))}


def rare_mmc(servers: int, rate: float, mu: float) -> Exact:
    """The same of M/M/c."""
    return rare(q.mmc_wait(servers, rate, mu), q.exponential(mu))


def rare_md1(load: float) -> Exact:
    """The same of M/D/1."""
    wait = q.md1_wait_quantile(load, 0.999)
    return {"call.wait.p999": wait, "call.latency.p999": wait + 1.0}


RARE: Mapping[str, Exact] = {
    "mm1_rho50": rare_mmc(1, 5.0, 10.0),
    "mm1_rho80": rare_mmc(1, 8.0, 10.0),
    "mmc_c2_rho75": rare_mmc(2, 15.0, 10.0),
    "mmc_c3_rho80": rare_mmc(3, 2.4, 1.0),
    "mmc_c10_rho80": rare_mmc(10, 8.0, 1.0),
    "mmc_c100_rho95": rare_mmc(100, 47.5, 0.5),
    "md1_rho80": rare_md1(0.8),
    "me2_1_rho80": rare(q.mg1_wait(0.8, TWICE), TWICE),
    "mh2_1_scv4_rho80": rare(q.mg1_wait(0.8, UNEQUAL), UNEQUAL),
    "dm1_rho80": times("call.latency", q.exponential(1.0 - q.dm1_sigma(1.25, 1.0)), ("p999",)),
    "tandem3": times("call.latency", q.in_a_row([3.0, 5.0, 2.0]), ("p999",)),
}
"""Points beyond which one in a thousand lies. How many do is asked, and not where the point lies: a run of this length
sees too few for that, and a quantile of few comes out too low."""
LONGER = {"mm1_rho80": "14000 s", "mmc_c3_rho80": "48000 s", "me2_1_rho80": "110000 s", "mmc_c100_rho95": "45000 s"}
"""Runs that must last longer than a user's for their rare times, or, of M/M/100, for any wait: its queue comes and goes
over minutes."""
DEPARTURES: Mapping[str, Exact] = {name: {"departures.scv": 1.0} for name in ("mm1_rho50", "mm1_rho80")}
"""Squared coefficient of variation of the time between departures: they are Poisson again (Burke 1956)."""
CITY: Exact = {
    **{f"assign_opt_n{size}.greedy.mean": q.nearest_first(size) for size in (1, 2, 10)},
    **{f"assign_opt_n{size}.optimum.mean": q.best_together(size) for size in (1, 2, 10)},
    "nearest.mean": q.nearest_mean(4.0),
    "nearest.p99": q.nearest_quantile(4.0, 0.99),
    "sine.arrivals": q.half_a_sine(100.0, 0.6, 24.0),
    "courier.idle.mean": q.slower(1 / 600, 1 / 400).mean - 400.0,
    "courier.idle.share": 600.0 / (600.0 + 400.0),
}
"""What the parts of a city are held against, in `test_theory_city`: km, s, and costs of mean 1."""
VALUES = sum(len(exact) for part in (CASES, BOUNDS, RARE, DEPARTURES) for exact in part.values()) + len(CITY)
"""How many are asked in all."""

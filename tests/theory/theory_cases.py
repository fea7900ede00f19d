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
    """p95 is 0.95."""
    return int(statistic[1:]) / 100


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


def pooled() -> Exact:
    """M/M/100 without the moments of its wait, for which the runs are too short."""
    every = markovian(100, 47.5, 0.5)
    moments = [name for name in every if name.startswith(("call.wait.", "station.desk.queue"))]
    return {name: value for name, value in every.items() if name not in moments or name == "call.wait.probability"}


def phased(rate: float, service: q.Phase) -> Exact:
    """M/PH/1."""
    wait = q.mg1_wait(rate, service)
    return {
        **times("call.wait", wait),
        **times("call.latency", wait.then(service)),
        "call.wait.probability": rate * service.mean,
        "station.desk.queue.mean": rate * wait.mean,
    }


def constant(load: float) -> Exact:
    """M/D/1 with service 1 s."""
    mean, tails = q.md1_wait_mean(load), {each: q.md1_wait_quantile(load, quantile(each)) for each in TAILS}
    return {
        "call.wait.mean": mean,
        "call.latency.mean": mean + 1.0,
        **{f"call.wait.{each}": value for each, value in tails.items()},
        **{f"call.latency.{each}": value + 1.0 for each, value in tails.items()},
        "call.wait.probability": load,
        "station.desk.queue.mean": load * mean,
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
    return {"assign.latency.mean": every / 2.0, **{f"assign.latency.{p}": quantile(p) * every for p in TAILS}}


LONG = math.sqrt(0.6)
"""Balanced means of H2 with scv 4: p (1 +- sqrt((scv - 1) / (scv + 1))) / 2."""

CASES: Mapping[str, Exact] = {
    "mm1_rho50": markovian(1, 5.0, 10.0),
    "mm1_rho80": markovian(1, 8.0, 10.0),
    "mmc_c2_rho75": markovian(2, 15.0, 10.0),
    "mmc_c3_rho80": markovian(3, 2.4, 1.0),
    "mmc_c10_rho80": markovian(10, 8.0, 1.0),
    "mmc_c100_rho95": pooled(),
    "mm1k_k10_rho90": bounded(10, 9.0, 10.0),
    "erlang_b_c10_a8": losing(10, 8.0),
    "md1_rho80": constant(0.8),
    "me2_1_rho80": phased(0.8, q.in_a_row([2.0, 2.0])),
    "mh2_1_scv4_rho80": phased(0.8, q.either([(1 + LONG) / 2, (1 - LONG) / 2], [1 + LONG, 1 - LONG])),
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
}
"""By the name of the scenario's file."""
BOUNDS: Mapping[str, Exact] = {"gg1_bound": {"call.wait.mean": q.kingman(0.9, 0.5 / 0.81, 2.0, 0.9)}}
"""What a mean may be at most; by the name of the scenario's file."""
VALUES = sum(len(exact) for exact in (*CASES.values(), *BOUNDS.values()))
"""How many are asked in all."""

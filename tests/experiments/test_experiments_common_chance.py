"""Common random numbers: what does not differ differs by exactly 0; and one run has nothing like an interval."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from test_experiments_sequential import QUEUE

from swifteats_sim.experiments import Rehearsal, rehearse, save
from swifteats_sim.experiments.comparing import Side, compare
from swifteats_sim.experiments.saving_comparison import data
from swifteats_sim.results.pairing import difference
from swifteats_sim.scenario import Scenario, load

WAIT = "call.wait.mean"


def queue(service: str = "exponential(100 ms)", *settings: tuple[str, str], replications: int = 8) -> Scenario:
    """M/M/1, 10 arrivals a second short of 8: the desk takes this long."""
    fixed = [("warmup", "60 s"), ("duration", "600 s"), ("replications", str(replications)), ("targets", "{}")]
    return load(QUEUE, [*fixed, ("stack.flows.call.steps.0.service", service), *settings])


@pytest.fixture(scope="module")
def base() -> Rehearsal:
    return rehearse(queue())


@pytest.mark.parametrize(
    "settings",
    [(), (("name", "another"),), (("question", "what of it?"),), (("stack.stations.unused", "{}"),)],
    ids=["itself", "another name", "another question", "a station that nobody visits"],
)
def test_what_is_the_same_differs_by_exactly_0(base: Rehearsal, settings: tuple[tuple[str, str], ...]) -> None:
    found = compare(Side.of(base, "a"), Side.of(rehearse(queue("exponential(100 ms)", *settings)), "b"))
    of_both = [each for each in found.contrasts if not each.metric.startswith("station.unused")]
    assert len(of_both) > 20
    assert {value for each in of_both for value in each.difference.per_replication} == {0.0}
    assert all(each.difference.ci95 == (0.0, 0.0) and each.relative == 0 for each in of_both)


def test_a_little_faster_desk_is_told_from_chance_by_common_random_numbers() -> None:
    """10 services a second against 10.5: the difference varies a fifth of what other seeds would give, or less."""
    a, b = (rehearse(queue(service, replications=30)) for service in ("exponential(100 ms)", "exponential(95.238 ms)"))
    other = rehearse(queue("exponential(95.238 ms)", ("seed", "77"), replications=30))
    paired, apart = (difference(each.measured, a.measured, WAIT) for each in (b, other))
    assert paired is not None
    assert apart is not None
    own = sum(float(np.var([run[WAIT] for run in each.measured], ddof=1)) for each in (a, b))
    spread = float(np.var(paired.per_replication, ddof=1))
    assert own / spread >= 5
    assert np.var(apart.per_replication, ddof=1) / spread >= 5
    assert paired.ci95 is not None
    assert paired.ci95[1] < 0


def intervals_in(content: object) -> list[object]:
    """Whatever stands under a key that names an interval."""
    if isinstance(content, dict):
        here = [value for key, value in content.items() if "ci95" in str(key) or "interval" in str(key)]
        return here + [found for value in content.values() for found in intervals_in(value)]
    return [found for value in content for found in intervals_in(value)] if isinstance(content, list) else []


def test_one_replication_shows_nothing_like_an_interval_anywhere(tmp_path: Path) -> None:
    judged = ("targets", '{call.wait: ["mean < 10 s", "p99 < 1 ms"]}')
    once = rehearse(queue("exponential(100 ms)", judged, replications=1))
    folder = save(once, tmp_path)
    kept = intervals_in(json.loads((folder / "summary.json").read_text(encoding="utf-8")))
    assert len(kept) > 20
    assert set(kept) == {None}
    rows = (folder / "verdict.md").read_text(encoding="utf-8").splitlines()[2:]
    assert len(rows) == 2
    assert all(row.split("|")[3].strip() == "none" for row in rows)
    assert "single-replication" in {each.id for each in once.findings}
    both = data(compare(Side.of(once, "a"), Side.of(once, "b")))
    assert set(intervals_in(both)) == {None}
    assert all(each["moved"] is None for each in both["metrics"].values())


def test_a_quantile_is_one_value_a_replication_and_its_interval_is_of_those(base: Rehearsal) -> None:
    values = [each["call.wait.p99"] for each in base.measured]
    found = base.estimates["call.wait.p99"]
    assert found.per_replication == tuple(values)
    assert found.value == pytest.approx(float(np.mean(values)))

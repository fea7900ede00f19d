"""One warm-up cut for all replications: where it lies, when it is believed, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from results_records import bare_run, flow, run, series

from swifteats_sim.results.evidence import Evidence
from swifteats_sim.results.find_warmup import cut_of, warmup
from swifteats_sim.results.saturation import Growth
from swifteats_sim.results.tables import Tables
from swifteats_sim.results.warmup_cut import Cut, mser5, warmup_cut

MINUTES = 120
JOBS = "in_flight.call"


def levels(filling: int, chance: np.random.Generator, spread: float = 10.0) -> NDArray[np.float64]:
    """A backlog that begins at 0 and is about 100 after so many minutes, by a straight line."""
    line = np.minimum(np.arange(1, MINUTES + 1) / max(filling, 1), 1.0) * 100
    return np.maximum(line + spread * chance.standard_normal(MINUTES), 0)


def replications(filling: int, count: int = 20, warmup: int = 0, spread: float = 10.0) -> list[Tables]:
    """Records of a flow `call` whose jobs fill up like that. warmup : minutes, as declared."""
    chance = np.random.default_rng(7)
    return [
        bare_run(warmup * 60, MINUTES * 60, series=series(**{JOBS: levels(filling, chance, spread).tolist()}),
                 paths={"call": (JOBS,)})
        for _ in range(count)
    ]  # fmt: skip


def found(tables: list[Tables]) -> Cut:
    cut = warmup_cut(tables, ["call.latency.mean"])
    assert cut is not None
    return cut


def said(tables: list[Tables]) -> tuple[str, str]:
    """Id and text of the finding."""
    finding = warmup(Evidence(tables, {}, [{}] * len(tables), ("call.latency.mean",)))
    assert finding is not None
    return finding.id, finding.text


def test_the_cut_leaves_out_what_fills_and_hardly_more() -> None:
    assert 20 <= found(replications(filling=25)).at / 60e9 <= 30


def test_a_level_that_is_there_from_the_start_needs_none() -> None:
    cut = found(replications(filling=0))
    assert (cut.at, cut.too_short, cut.eats_much) == (0, False, False)


def test_mser_finds_a_step() -> None:
    """40 zeros, then 60 ones that vary a little: what it leaves out are the zeros."""
    ones = 1 + 0.01 * np.random.default_rng(1).standard_normal(60)
    assert mser5(np.append(np.zeros(40), ones)) == 40


def test_too_few_minutes_or_replications_tell_nothing() -> None:
    assert mser5(np.zeros(49)) is None
    assert warmup_cut(replications(25, count=4), ["call.latency.mean"]) is None


def test_a_city_of_a_few_minutes_tells_nothing_either() -> None:
    few = [run(0, 120, series=series(placed=[500.0, 510.0], open_orders=[3.0, 4.0])) for _ in range(8)]
    assert warmup_cut(few, ["orders.delivered.rate"]) is None


def test_what_fills_longer_than_half_the_run_is_never_level() -> None:
    assert warmup_cut(replications(filling=100, spread=1.0), ["call.latency.mean"]) is None


def test_one_run_by_itself_has_no_cut() -> None:
    """Each run's own minimum wanders; that of the average is one, and the same for all."""
    tables = replications(filling=25, count=20, spread=60.0)
    own = {mser5(each.series[JOBS].to_numpy(dtype=np.float64)) for each in tables}
    assert len(own) > 3
    assert 15 <= found(tables).at / 60e9 <= 35


def test_a_peak_of_demand_is_no_warm_up() -> None:
    placed = [500.0] * 60 + [1500.0] * 60
    tables = [run(0, MINUTES * 60, series=series(placed=placed, open_orders=placed)) for _ in range(6)]
    assert warmup_cut(tables, ["orders.delivered.rate"]) is None
    even = np.random.default_rng(1).poisson(500, (6, MINUTES)).astype(float).tolist()
    steady = [run(0, MINUTES * 60, series=series(placed=each, open_orders=each)) for each in even]
    assert warmup_cut(steady, ["orders.delivered.rate"]) is not None


def test_a_warm_up_that_is_too_short_is_said_with_what_it_costs() -> None:
    """Filling takes 25 of 120 minutes at half the level on average: a tenth below it, where none is declared."""
    name, text = said(replications(filling=25))
    assert name == "warmup-too-short"
    assert "over the average of 20 replications jobs of call in flight are level from 2" in text
    assert "The declared warm-up of 0 s ends before: its measured mean is 10" in text
    assert text.endswith(" % below that level.")


def test_a_warm_up_that_is_long_enough_is_said_to_be() -> None:
    name, text = said(replications(filling=25, warmup=40))
    assert name == "warmup"
    assert text.endswith("The declared warm-up is long enough.")
    assert "begin no other way than they go on, up to chance" in said(replications(filling=0))[1]


def test_what_is_left_out_too_late_by_little_does_not_matter() -> None:
    assert found(replications(filling=25, warmup=21)).too_short is False


def test_a_cut_that_eats_more_than_a_third_is_said() -> None:
    name, text = said(replications(filling=45, count=30, warmup=60))
    assert name == "warmup"
    assert "of the run, which should be longer." in text


def test_what_still_grows_has_no_level_to_come_to() -> None:
    tables = replications(filling=25)
    growing = [{JOBS: Growth(JOBS, 3.0, 10.0, True)}] * len(tables)
    assert warmup(Evidence(tables, {}, growing, ("call.latency.mean",))) is None


def test_without_targets_every_flow_is_looked_at() -> None:
    tables = replications(filling=25)
    flows = {"call": flow([], 0)}
    with_flows = [bare_run(0, MINUTES * 60, series=each.series, flows=flows, paths=each.paths) for each in tables]
    cut = cut_of(Evidence(with_flows, {}, [{}] * len(tables)))
    assert cut is not None
    assert cut.backlog == JOBS


@pytest.mark.parametrize("replicated", [5, 30])
def test_where_there_is_nothing_to_find_hardly_anything_is_found(replicated: int) -> None:
    """200 times a level backlog whose minutes hang together (AR(1), 0.7): a cut in no more than 5 % of them."""
    chance, cuts = np.random.default_rng(3), 0
    for _ in range(200):
        noise = chance.standard_normal((replicated, MINUTES + 50))
        for minute in range(1, noise.shape[1]):
            noise[:, minute] += 0.7 * noise[:, minute - 1]
        every = [series(**{JOBS: (100 + 5 * each[50:]).tolist()}) for each in noise]
        tables = [bare_run(0, MINUTES * 60, series=each, paths={"call": (JOBS,)}) for each in every]
        cut = warmup_cut(tables, ["call.latency.mean"])
        cuts += cut is not None and cut.at > 0
    assert cuts <= 10

"""Metrics as published, by hand; effects in pairs; tables and the file of instances."""

from __future__ import annotations

import csv
import dataclasses
import io
import math

import pytest
from mdrp_examples import DATA, plain, street

from swifteats_sim.mdrp.effects import of_factors, of_policy
from swifteats_sim.mdrp.metrics import Performance, mean_performance, measure
from swifteats_sim.mdrp.published import EFFECTS, TABLE_4
from swifteats_sim.mdrp.solution import Assignment
from swifteats_sim.mdrp.tabulating import effects_table, gaps_table, instances_csv, means_table

DONE = (
    Assignment("c1", "r1", "o1", 16, 21, 21, ("o1", "o2"), (28, 33)),
    Assignment("c1", "r2", "o3", 36, 40, 40, ("o3",), (76,)),
)


def made(**changes: float) -> Performance:
    values = dict.fromkeys(Performance.__slots__, 0.0) | changes
    return Performance(**values)


def test_every_measure_by_hand() -> None:
    """Click-to-door 18, 22, 46; food waits 1, 0, 0; o4 stays. c1 drives 2 + 3 + 1 and 2 + 32 minutes in two hours."""
    day = street([(10, 20, 0, 5), (11, 21, 0, 6), (30, 40, 1, 40), (50, 60, 1, 1)], [2, 8], [(0, 120, 0), (0, 60, 0)])
    found = measure(day, DONE)
    assert (found.orders, found.delivered, found.undelivered_pct) == (4, 3, 25)
    assert (found.click_to_door, found.overage, found.ready_to_pickup) == pytest.approx((86 / 3, 2, 1 / 3))
    assert (found.click_to_door_p90, found.ready_to_pickup_p90) == pytest.approx((22 + 0.8 * 24, 0.8))
    assert found.utilisation == pytest.approx(((6 + 34 + 2 * 4 + 3 * 4) / 120 + 0) / 2)
    assert found.cost == (30 + 15) / 4  # c1: three orders, or two hours at 15; c2: an hour on shift without any
    assert found.bundle == 1.5


def test_a_day_without_deliveries_has_costs_and_no_times() -> None:
    found = measure(plain(), ())
    assert (found.undelivered_pct, found.cost, found.utilisation) == (100, 30, 0)
    assert math.isnan(found.click_to_door)
    assert math.isnan(found.bundle)


def test_means_weigh_instances_alike() -> None:
    assert mean_performance([made(orders=1, cost=10), made(orders=99, cost=12)]) == made(orders=50, cost=11)


def test_effects_pair_what_differs_in_one_part_of_the_name() -> None:
    times = {"0o50t100s1p100": 33.0, "0o50t100s2p100": 32.0, "1o50t100s1p100": 30.0, "1o50t100s2p100": 28.0}
    changes = of_factors({name: made(click_to_door=value) for name, value in times.items()})
    assert {change.effect for change in changes} == {"shifts s1 to s2"}
    (found,) = (change for change in changes if change.measure == "click_to_door")
    assert (found.pairs, found.a, found.b, found.difference.value) == (2, 31.5, 30.0, -1.5)
    assert found.published == (33.70, 32.38)


@pytest.mark.parametrize(("longer", "agrees"), [((1.0, 1.1), "yes"), ((-1.0, -1.1), "no"), ((-1.0, 1.1), "unclear")])
def test_a_sign_is_the_paper_s_only_where_the_interval_is_clear_of_zero(
    longer: tuple[float, float], agrees: str
) -> None:
    """Without bundles food waits 0.58 min longer in the paper."""
    base = {name: made(ready_to_pickup=2.0) for name in "ab"}
    arm = {name: made(ready_to_pickup=2.0 + more) for name, more in zip("ab", longer, strict=True)}
    (found,) = (each for each in of_policy(base, arm, arm)[:4] if each.measure == "ready_to_pickup")
    assert found.agrees == agrees


def test_strange_names_have_no_pairs() -> None:
    assert of_factors({"monday": made(), "s1": made()}) == ()


def test_table_4_stands_beside_ours_with_its_mean_and_gap() -> None:
    assert gaps_table({"monday": made()}) is None
    table = gaps_table({"0o50t100s1p100": made(click_to_door=29.81, ready_to_pickup=1.0), "monday": made()})
    assert table is not None
    assert table.rows == (
        ("0o50t100s1p100", "29.81", "31.19", "29.81", "1.00", "2.52", "1.46", "+0.0 % (+4.6 %)"),
        ("mean of 1", "29.81", "31.19", "29.81", "1.00", "2.52", "1.46", "+0.0 % (+4.6 %)"),
    )


def test_means_and_effects_are_named_with_their_units() -> None:
    means = means_table({"a": made(cost=10.0, utilisation=0.5)})
    assert ("cost per order", "10.00", "11.42") in means.rows
    assert ("click-to-door, min", "0.00", "32.74") in means.rows
    arms = {"a": made(cost=11.0)}, {"a": made(cost=10.5)}
    rows = effects_table(of_policy(arms[0], arms[1], arms[1])).rows
    wanted = ("bundling on to off", "1", "cost per order", "11.00", "10.50", "-0.50", "none", "-0.16", "unclear")
    assert wanted in rows


def test_what_nothing_has_is_called_none() -> None:
    assert ("click-to-door, min", "none", "32.74") in means_table({"a": measure(plain(), ())}).rows


def test_no_cell_of_the_file_is_a_formula() -> None:
    rows = list(csv.reader(io.StringIO(instances_csv({"=cmd|x": made(cost=0.1), "@a": made(), "o,k": made()}))))
    assert rows[0] == ["instance", *(field.name for field in dataclasses.fields(Performance))]
    assert [row[0] for row in rows[1:]] == ["'=cmd|x", "'@a", "o,k"]
    assert rows[1][rows[0].index("cost")] == "0.1"


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data with the published numbers is absent")
def test_the_published_numbers_are_copied_right() -> None:
    with (DATA / "published_table4.csv").open() as stream:
        rows = [(row.pop("instance"), tuple(map(float, row.values()))) for row in csv.DictReader(stream)]
    order = (0, 1, 2, 3)
    assert {name: tuple(gap[at] for at in order) for name, gap in TABLE_4.items()} == dict(rows)
    with (DATA / "published_effects.csv").open() as stream:
        effects = [tuple(map(float, list(row.values())[1:])) for row in csv.DictReader(stream)]
    assert [tuple(value for pair in effect for value in pair) for effect in EFFECTS.values()] == effects

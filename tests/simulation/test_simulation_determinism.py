"""One scenario and one seed, one record: parts that a run does not use, and others that it has more, change no draw.

Where it is run changes nothing either, see `test_simulation_anywhere.py`.
"""

from __future__ import annotations

import pandas as pd
from both_engines import differences, record
from small_city import CITY, run, scenario_of
from swarm import scenario_of as swarming

from swifteats_sim.experiments import rehearse
from swifteats_sim.experiments.rehearsal import declared
from swifteats_sim.results import digest

SHORT = ("duration=10 min", "demand.orders.rate=6/min")


def digest_of(*settings: str) -> str:
    scenario = scenario_of(CITY, *SHORT, *settings)
    return digest([run(*SHORT, *settings)], declared(scenario))


def test_another_seed_is_another_run() -> None:
    assert digest_of() != digest_of("seed=4")


def test_replications_differ_from_each_other_and_repeat() -> None:
    scenario = scenario_of(CITY, *SHORT, "replications=2")
    first, second = rehearse(scenario), rehearse(scenario)
    assert first.digest == second.digest
    one, two = first.tables
    assert one.orders["placed"].tolist() != two.orders["placed"].tolist()


def test_an_added_driver_leaves_every_customer_as_it_was() -> None:
    few, more = (run(*SHORT, f"city.geos.centre.drivers={count}") for count in (30, 31))
    columns = ["order", "geo", "restaurant", "placed", "lines"]
    pd.testing.assert_frame_equal(few.orders[columns], more.orders[columns])
    assert few.shifts["driver"].tolist() == more.shifts["driver"].tolist()[:30]


def test_another_policy_leaves_every_customer_and_every_fix_as_it_was() -> None:
    fit, nearest = (run(*SHORT, f"assignment.policy={name}") for name in ("arrival_fit", "nearest"))
    columns = ["order", "geo", "restaurant", "placed", "lines", "answered", "paid"]
    pd.testing.assert_frame_equal(fit.orders[columns], nearest.orders[columns])
    assert fit.flows["gps"].latency == nearest.flows["gps"].latency


def test_an_unused_station_leaves_the_run_as_it_was() -> None:
    plain, more = (record(scenario_of(CITY, *SHORT, *spare), "compiled") for spare in ((), (SPARE,)))
    assert {name.split(":")[0].split(".")[0] for name in differences(plain, more)} == {"stations", "series"}
    used = more.tables.stations[more.tables.stations["station"] != "spare"].reset_index(drop=True)
    pd.testing.assert_frame_equal(plain.tables.stations, used)
    pd.testing.assert_frame_equal(plain.tables.series, more.tables.series[[*plain.tables.series]])


SPARE = "stack.stations.spare={instances: 3}"
ROOMY = (
    ("stack.stations.server", "{concurrency: 1000}"), ("stack.topics.fixes.handlers", "unawaited"),
    ("demand.orders.rate", "1/min"), ("duration", "5 min"), ("city.geos.east", "{kind: sparse, area: 9 km2, "
    "restaurants: 3, drivers: 4}"), ("city.geos.west", "{kind: sparse, area: 9 km2, restaurants: 3, drivers: 4}"),
)  # fmt: skip
"""Three geos (centre has ten drivers) and stations where nobody waits: what a fix takes is what is drawn for it."""
CENTRE, EAST, WEST = range(10), range(10, 14), range(14, 18)


def fixes(drivers: range, *settings: tuple[str, str]) -> list[tuple[int, int, int]]:
    """(driver, sent, done) of the drivers' fixes, counted from the first of these."""
    jobs = record(swarming((*ROOMY, *settings)), "compiled").jobs["gps"]
    return sorted((driver - drivers.start, born, done) for driver, born, done in jobs if driver in drivers)


def moved(drivers: range) -> range:
    """The same drivers, by the numbers they have where there is one more before them."""
    return range(drivers.start + 1, drivers.stop + 1)


def test_a_driver_more_leaves_every_fix_of_those_before_him_as_it_was_to_the_bit() -> None:
    """Drivers are numbered by geo, in order of name: in his own geo and those before it nobody is renumbered."""
    for geo, same in (("centre", CENTRE), ("west", range(18)), ("east", range(14))):
        more = (f"city.geos.{geo}.drivers", f"{11 if geo == 'centre' else 5}")
        assert fixes(same) == fixes(same, more)


def test_in_the_geos_after_his_fixes_are_sent_as_before_and_take_other_draws() -> None:
    """The stated exception: they are renumbered."""
    more = ("city.geos.centre.drivers", "11")
    for geo in (EAST, WEST):
        before, after = fixes(geo), fixes(moved(geo), more)
        assert [each[:2] for each in before] == [each[:2] for each in after]
        assert before != after


def test_a_geo_more_that_comes_first_leaves_what_is_ordered_where_and_when() -> None:
    """The other exception: orders have other numbers, so that what is drawn for their payment is another."""
    other = "{kind: sparse, area: 9 km2, restaurants: 5, drivers: 9}"
    alone, both = run(*SHORT), run(*SHORT, f"city.geos.annex={other}", "demand.orders.rate=12/min")
    centre = both.orders[both.orders["geo"] == 1].reset_index(drop=True)
    assert centre["placed"].tolist() == alone.orders["placed"].tolist()
    assert (centre["restaurant"] - 5).tolist() == alone.orders["restaurant"].tolist()
    assert centre["lines"].tolist() == alone.orders["lines"].tolist()
    assert (centre["order"] - (1 << 40)).tolist() == alone.orders["order"].tolist()


def test_a_geo_more_leaves_the_others_as_they_were() -> None:
    alone = run(*SHORT)
    other = "{kind: sparse, area: 9 km2, restaurants: 5, drivers: 9}"
    both = run(*SHORT, f"city.geos.suburb={other}", "demand.orders.rate=12/min")
    centre = both.orders[both.orders["geo"] == 0].reset_index(drop=True)
    assert centre["placed"].tolist() == alone.orders["placed"].tolist()
    assert centre["restaurant"].tolist() == alone.orders["restaurant"].tolist()


def test_orders_and_fixes_are_offered_as_declared() -> None:
    tables = run("demand.orders.rate=10/min", "city.geos.centre.drivers=20", "warmup=5 min", "duration=60 min")
    placed = (tables.orders["placed"] >= tables.warmup).sum()
    assert abs(placed - 600) <= 4 * 600**0.5  # Poisson
    assert tables.flows["gps"].born == 20 * 720  # a fix every 5 s from each driver, exactly

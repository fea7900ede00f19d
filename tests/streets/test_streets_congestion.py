"""How long an arc takes: whole milliseconds, by hour of the day and class of road."""

from __future__ import annotations

import numpy as np
import pytest
from made_maps import Arc, made, rush

from swifteats_sim.streets.congestion import HOUR, Congestion, congestion_of, free_flow
from swifteats_sim.streets.street_map import ROADS, StreetMap

BUSY = {"motorway": 0.5, "residential": 0.8}


@pytest.fixture
def two_roads() -> StreetMap:
    """1,000 m of motorway at 25 m/s there, 100 m of a street at 7 m/s back."""
    return made([(0, 0), (1000, 0)], [Arc(0, 1, 1000.0, 25.0, "motorway"), Arc(1, 0, 100.0, 7.0)])


def test_free_streets_take_length_over_speed_to_the_millisecond(two_roads: StreetMap) -> None:
    congestion = free_flow()
    assert congestion.slots == 1
    assert congestion.arc_ms(two_roads, 0).tolist() == [40_000, 14_286]
    assert congestion.arc_ms(two_roads, 0).dtype == np.uint32


def test_each_class_of_road_has_its_own_factor(two_roads: StreetMap) -> None:
    congestion = congestion_of({8: BUSY})
    assert congestion.all_ms(two_roads).tolist() == [[40_000, 14_286], [80_000, 17_857]]


def test_hours_with_equal_factors_share_a_slot_and_slots_are_numbered_through_the_day() -> None:
    congestion = congestion_of({7: BUSY, 8: BUSY, 16: {"primary": 0.9}, 17: BUSY})
    assert congestion.slots == 3
    assert congestion.slot_of_hour.tolist() == [0] * 7 + [1, 1] + [0] * 7 + [2, 1] + [0] * 6


def test_an_instant_is_in_the_slot_of_its_hour_on_every_day() -> None:
    congestion = rush(h0=0.5, h23=0.5)
    instants = (0, HOUR - 1, HOUR, 23 * HOUR - 1, 23 * HOUR, 24 * HOUR, 25 * HOUR)
    assert [congestion.slot_at(instant) for instant in instants] == [0, 0, 1, 1, 0, 0, 1]


def test_an_arc_takes_a_millisecond_at_least() -> None:
    touching = made([(0, 0), (0, 0)], [Arc(0, 1, 0.0), Arc(1, 0, 0.004)])
    assert free_flow().arc_ms(touching, 0).tolist() == [1, 1]


def test_an_arc_that_takes_weeks_is_refused_before_it_overflows() -> None:
    slow = made([(0, 0), (9, 0)], [Arc(0, 1, 10.0), Arc(1, 0, 5e6, 1.0)])
    with pytest.raises(OverflowError, match=r"arc 1 of made takes 5e\+06 s"):
        free_flow().arc_ms(slow, 0)


@pytest.mark.parametrize("factor", [0.0, -1.0, np.nan, np.inf])
def test_a_factor_must_be_above_0(factor: float) -> None:
    with pytest.raises(ValueError, match=r"the factor of primary at 8 h must be above 0, not"):
        congestion_of({8: {"primary": factor}})


def test_a_wrong_name_hour_or_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no roads of class 'highway': motorway, trunk"):
        congestion_of({8: {"highway": 0.5}})
    with pytest.raises(ValueError, match=r"an hour of the day is 0 \.\. 23, not 24"):
        congestion_of({24: {"primary": 0.5}})
    with pytest.raises(ValueError, match=r"must be \[24 hours, 10 roads\], not \(24, 3\)"):
        Congestion(np.ones((24, 3)))
    assert len(ROADS) == 10

"""How messages spread over partitions, with a topic for each geo and with one for all of them."""

from __future__ import annotations

import pytest

from swifteats_sim.forecast.spreading import partition_shares
from swifteats_sim.scenario.topics import Topic

KINDS = {"centre": "dense", "outer": "sparse"}
WEIGHTS = {"centre": 0.75, "outer": 0.25}


def topic(**keys: object) -> Topic:
    return Topic.model_validate({"partitions": {"dense": 3, "sparse": 2}, "placement": "round_robin", **keys})


def test_each_geo_has_partitions_of_its_own() -> None:
    assert partition_shares(topic(), KINDS, WEIGHTS, None) == pytest.approx([0.25, 0.25, 0.25, 0.125, 0.125])


@pytest.mark.parametrize(("placement", "shares"), [("round_robin", [1 / 3] * 3), ("pinned", [1.0, 0.0, 0.0])])
def test_one_topic_for_all_geos_spreads_whoever_sends(placement: str, shares: list[float]) -> None:
    one = topic(per="platform", placement=placement)
    assert partition_shares(one, KINDS, WEIGHTS, None) == pytest.approx(shares)


def test_few_senders_by_key_are_in_few_partitions_of_the_one_topic() -> None:
    one = topic(per="platform", placement="keyed")
    assert partition_shares(one, KINDS, WEIGHTS, 4) == pytest.approx([0.5, 0.25, 0.25])

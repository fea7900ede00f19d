"""Scenarios ranked by a metric: who is picked, who leaves when, and what is said of it."""

from __future__ import annotations

import json

import pytest
from test_experiments_sequential import QUEUE

from swifteats_sim.experiments.ranking import Alternative, NoValue, Question, Ranking, rank
from swifteats_sim.experiments.ranking_words import data, more_than, rows, sentences
from swifteats_sim.scenario import load

WAIT = "call.wait.mean"
ASKED = Question(WAIT, True, 0.05, relative=False)


def desks(*services: str, duration: str = "300 s") -> list[Alternative]:
    """A queue for each mean service, on one seed."""
    return [
        Alternative(service, load(QUEUE, [("stack.flows.call.steps.0.service", f"exponential({service})"),
                                          ("warmup", "60 s"), ("duration", duration), ("targets", "{}")]))
        for service in services
    ]  # fmt: skip


@pytest.fixture(scope="module")
def three() -> Ranking:
    """Three desks, of which the second is the fastest."""
    return rank(desks("90 ms", "50 ms", "100 ms"), ASKED)


def test_the_fastest_desk_has_the_least_wait(three: Ranking) -> None:
    assert three.best == 1
    assert three.order[0] == 1
    assert three.runners[1].left_after is None
    assert [three.runners[number].left_after for number in (0, 2)] == [
        len(three.runners[number].values) for number in (0, 2)
    ]


def test_replication_k_of_all_has_the_same_random_numbers() -> None:
    same = rank(desks("90 ms", "90 ms"), Question(WAIT, least=True))
    assert set(more_than(*same.runners).per_replication) == {0.0}
    assert (same.best, len(same.runners[0].values)) == (0, 10)
    assert ", 2 % of the best after the first replications, is worth seeing." in sentences(same)[0]


def test_most_is_the_other_way_round() -> None:
    assert rank(desks("50 ms", "90 ms"), Question(WAIT, least=False)).best == 1


def test_the_number_of_processes_changes_nothing(three: Ranking) -> None:
    again = rank(desks("90 ms", "50 ms", "100 ms"), ASKED, workers=2)
    assert (again.digest, again.order) == (three.digest, three.order)
    assert [each.values for each in again.runners] == [each.values for each in three.runners]


def test_at_the_cap_nobody_is_picked_and_it_is_said_what_it_would_take() -> None:
    close = rank(desks("90 ms", "89.9 ms"), Question(WAIT, True, 1e-6, relative=False, most=12))
    assert close.best is None
    assert [len(each.values) for each in close.runners] == [12, 12]
    assert sentences(close)[1].startswith(
        "Not enough evidence: after 12 replications, the most allowed, nothing tells 90 ms and 89.9 ms apart with a "
        "probability of 95 %; "
    )
    assert data(close)["best"] is None


def test_the_words_name_the_probability_and_the_difference_worth_seeing(three: Ranking) -> None:
    asked, picked = sentences(three)
    assert asked.startswith("Which of 3 has the least call.wait.mean? A difference of 50 ms is worth seeing. ")
    assert asked.endswith("(seed 1).")
    assert picked.startswith("50 ms is the best, after ")
    assert "a probability of at least 95 %" in picked
    (first, *_), *others = rows(three)
    assert first == "50 ms"
    assert all(row[3].startswith("+") and row[-1].startswith("after ") for row in others)
    assert json.loads(json.dumps(data(three)))["alternatives"][0]["label"] == "50 ms"


def test_an_overloaded_desk_is_named() -> None:
    found = rank(desks("140 ms", "50 ms", duration="1200 s"), Question(WAIT, True, 10.0, relative=False))
    assert found.runners[0].saturated
    assert sentences(found)[-1] == (
        "140 ms is saturated: a longer run would show another value, and might another order."
    )


def test_a_replication_without_a_value_is_no_ranking() -> None:
    idle = [each.scenario.model_copy(update={"duration": 10**9, "warmup": 0}) for each in desks("50 ms")]
    rare = load(
        QUEUE,
        [
            ("stack.flows.call.arrivals", "exponential(100 s)"),
            ("warmup", "0 s"),
            ("duration", "5 s"),
            ("targets", "{}"),
        ],
    )
    with pytest.raises(NoValue, match=r"rare has no call\.wait\.mean in replication 1"):
        rank([Alternative("rare", rare), Alternative("idle", idle[0])], Question(WAIT, least=True))

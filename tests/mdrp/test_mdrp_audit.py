"""The audit: a day that keeps the rules passes, and each rule that is broken is named."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mdrp_examples import Scripted, days, street

from swifteats_sim.mdrp.audit import RULES, audit
from swifteats_sim.mdrp.dispatching import dispatch
from swifteats_sim.mdrp.instance import Instance
from swifteats_sim.mdrp.policy import Load, Send
from swifteats_sim.mdrp.rolling_horizon import RollingHorizon
from swifteats_sim.mdrp.routes import travel
from swifteats_sim.mdrp.smallest import smallest_instance
from swifteats_sim.mdrp.solution import Assignment, read_solution, write_solution
from swifteats_sim.scenario import ScenarioError


def day() -> Instance:
    """Two orders of r1 that go together, one of r2; a courier who does all, and one who does nothing."""
    orders = [(10, 20, 0, 5), (11, 21, 0, 6), (30, 40, 1, 9)]
    return street(orders, [2, 8], [(5, 50, 0), (5, 50, 0)])


def kept() -> tuple[Assignment, ...]:
    """What keeps every rule: reckoned by hand."""
    return (
        Assignment("c1", "r1", "o1", 16, 21, 21, ("o1", "o2"), (28, 33)),
        Assignment("c1", "r2", "o3", 36, 40, 40, ("o3",), (45,)),
    )


def broken(row: int, **changes: Any) -> set[str]:
    """The rules that are broken when one assignment is another."""
    assignments = list(kept())
    assignments[row] = dataclasses.replace(assignments[row], **changes)
    return {violation.rule for violation in audit(day(), assignments)}


def test_a_day_by_the_rules_passes_and_is_what_dispatching_makes_of_it() -> None:
    script: dict[int, list[Send | Load]] = {
        16: [Send(0, 0)], 21: [Load(0, (0, 1))], 36: [Send(0, 2)], 40: [Load(0, (2,))],
    }  # fmt: skip
    assert dispatch(day(), Scripted(script)) == kept()
    assert audit(day(), kept()) == ()


def test_to_deliver_nothing_breaks_no_rule() -> None:
    assert audit(day(), ()) == ()


@pytest.mark.parametrize(
    ("row", "changes", "rules"),
    [
        (0, {"courier": "c9"}, {"known names"}),
        (0, {"restaurant": "r9"}, {"known names"}),
        (0, {"sent_for": "o9"}, {"known names"}),
        (0, {"orders": ("o1", "o9")}, {"known names"}),
        (0, {"orders": ("o1",)}, {"known names"}),  # one order, two drop-offs
        (0, {"decided": 15, "sent": 8}, {"sent for an order"}),
        (0, {"sent_for": "o3"}, {"sent for an order"}),
        (0, {"sent": 4, "sent_for": "o1"}, {"sent for an order", "within the shift"}),
        (0, {"decided": 10, "sent": 10}, {"known when decided"}),
        (0, {"decided": 15}, {"decided in time"}),
        (0, {"decided": 22}, {"decided in time", "travel and services"}),
        (0, {"picked_up": 20, "decided": 20, "dropped_off": (27, 32)}, {"ready when picked up", "travel and services"}),
        (0, {"picked_up": 22}, {"travel and services"}),
        (0, {"sent": 18, "decided": 21}, {"travel and services"}),  # there at 20, and parks until 22
        (0, {"dropped_off": (27, 33)}, {"travel and services"}),
        (0, {"dropped_off": (28, 32)}, {"travel and services"}),
        (0, {"dropped_off": (33, 28)}, {"travel and services", "drop-offs in order"}),
        (0, {"orders": ("o2", "o1")}, {"travel and services"}),
        (0, {"dropped_off": (28, 34)}, {"travel and services"}),
        (1, {"sent": 34}, {"one place at a time"}),
        (1, {"sent": 47, "decided": 47, "picked_up": 51, "dropped_off": (56,)}, {"within the shift"}),
        (1, {"orders": ("o1",), "dropped_off": (47,)}, {"one assignment an order", "one restaurant a bundle"}),
        (1, {"restaurant": "r1"}, {"sent for an order", "one restaurant a bundle", "travel and services"}),
    ],
)  # fmt: skip
def test_each_rule_that_is_broken_is_named(row: int, changes: dict[str, Any], rules: set[str]) -> None:
    assert rules <= broken(row, **changes)
    assert broken(row, **changes) - rules <= {"travel and services"}  # times that follow from what was changed


def test_every_rule_is_broken_by_one_of_these() -> None:
    (marks,) = (mark for mark in test_each_rule_that_is_broken_is_named.pytestmark if mark.name == "parametrize")
    assert set().union(*(rules for _, _, rules in marks.args[1])) == set(RULES)


def test_nobody_is_sent_for_food_that_was_given_to_another() -> None:
    late = Assignment("c2", "r1", "o1", 30, 34, 34, ("o3",), (45,))
    rules = {violation.rule for violation in audit(day(), (kept()[0], late))}
    assert "sent for an order" in rules


def test_to_take_over_what_another_was_sent_for_is_allowed() -> None:
    """Two couriers wait; each may leave with either order, as long as it is not gone when he sets out."""
    waiting = (
        Assignment("c1", "r1", "o1", 16, 21, 21, ("o2",), (29,)),
        Assignment("c2", "r1", "o2", 16, 20, 20, ("o1",), (27,)),
    )
    assert audit(day(), waiting) == ()


def test_a_violation_says_which_assignment_and_which_minutes() -> None:
    assignments = (kept()[0], dataclasses.replace(kept()[1], sent=34))
    (violation,) = audit(day(), assignments)
    assert (violation.row, violation.text) == (1, "c1 is sent at 34, but is free at 35 only")


def test_the_audit_does_not_care_in_which_order_rows_stand() -> None:
    assert audit(day(), kept()[::-1]) == ()


@given(st.tuples(*[st.integers(-40_000_000, 40_000_000)] * 4), st.integers(1, 60_000))
def test_both_arithmetics_agree_to_the_minute(places: tuple[int, int, int, int], speed: int) -> None:
    """The policy's is compiled and takes roots of floats; the audit's is exact. Theory: the least k that is enough."""
    x0, y0, x1, y1 = places
    square = (x0 - x1) ** 2 + (y0 - y1) ** 2
    minutes = travel(x0, y0, x1, y1, speed)
    assert (minutes * speed) ** 2 >= square
    assert minutes == 0 or ((minutes - 1) * speed) ** 2 < square


@pytest.mark.parametrize(("metres", "minutes"), [(0, 0), (1, 1), (320, 1), (321, 2), (640, 2)])
def test_a_begun_minute_counts(metres: int, minutes: int) -> None:
    assert travel(0, 0, metres, 0, 320) == minutes
    instance = dataclasses.replace(smallest_instance(), door=smallest_instance().kitchen + metres)
    (made,) = dispatch(instance, RollingHorizon())
    assert audit(instance, (made,)) == ()


@settings(max_examples=150, deadline=None)
@given(days(), st.sampled_from([1, 3]), st.booleans(), st.booleans())
def test_whatever_the_day_the_policy_keeps_the_rules(
    drawn: Instance, every: int, bundles: bool, two_stage: bool
) -> None:
    policy = RollingHorizon(every=every, bundles=bundles, two_stage=two_stage)
    made = dispatch(drawn, policy)
    assert audit(drawn, made) == ()
    assert bundles or all(len(each.orders) == 1 for each in made)
    assert two_stage or all(each.sent == each.decided for each in made)


def test_a_solution_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "solution.tsv"
    write_solution(kept(), path)
    assert read_solution(path) == kept()
    assert path.read_text().splitlines()[1] == "c1\tr1\to1\t16\t21\t21\to1 o2\t28 33"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("c1\tr1\to1\t16.5\t21\t21\to1\t28", "solution.tsv:2: sent: must be whole minutes (got '16.5')"),
        ("c1\tr1\to1\tsoon\t21\t21\to1\t28", "solution.tsv:2: sent: must be a number (got 'soon')"),
        ("c1\tr1\to1\t16\t21\t21\to1 o2\t28", "dropped_off: must be a minute for each of the 2 orders (got '28')"),
        ("c1\tr1\to1\t16\t21\t21\t\t", "dropped_off: must be a minute for each of the 0 orders"),
        ("c1\tr1\to1\t16\t21\tnan\to1\t28", "picked_up: must be from"),
        ("c1\tr1\to1\t16\t21", "has 5 columns, not 8"),
    ],
)
def test_a_file_that_is_no_solution_is_refused(tmp_path: Path, row: str, said: str) -> None:
    path = tmp_path / "solution.tsv"
    write_solution((), path)
    path.write_text(path.read_text() + row + "\n")
    with pytest.raises(ScenarioError) as refused:
        read_solution(path)
    assert said in str(refused.value)

"""Orders that nobody serves and nobody looks after: what counts as being looked after."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from swifteats_sim.domain.effects import Insert
from swifteats_sim.domain.messages import ORDERS, AssignmentRequest
from swifteats_sim.engine.publishing import Leaders
from swifteats_sim.simulation.stranded import stranded
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.store import Store

FIRST, SECOND = AssignmentRequest(7, 0, 1), AssignmentRequest(7, 0, 2)


def count(
    *came: AssignmentRequest,
    logged: bool = False,
    held: tuple[int, ...] = (),
    offers: tuple[int, ...] = (),
    paid: int = 5,
    closed: int = -1,
    asked: int = 1,
) -> int:
    """Of one order, number 7. offers : when its drivers had nothing more to do with it."""
    orders = pd.DataFrame({"order": [7], "paid": [paid], "closed": [closed]})
    offer_log = pd.DataFrame({"order": [7] * len(offers), "done": list(offers)}, dtype="int64")
    store, topic = Store(), Topic("assignment", (2,), "keyed")
    store.apply((Insert(ORDERS, 7, {"request": asked}),))
    for message in came:
        topic.append(10, 0, message.order, message)
    if not logged:
        for log in topic.logs:
            log.clear()
    consumer: Any = SimpleNamespace(holds=lambda: iter(held))
    found = stranded(orders, offer_log, store, topic, [consumer])
    assert found in ([], [7])
    return len(found)


def test_a_paid_order_whose_request_is_gone_is_stranded() -> None:
    assert count(FIRST) == 1


@pytest.mark.parametrize("offers", [(20,), (20, 30)])
def test_so_is_one_whose_drivers_declined_and_that_does_not_ask_again(offers: tuple[int, ...]) -> None:
    assert count(FIRST, offers=offers) == 1


@pytest.mark.parametrize(
    "state",
    [
        {"logged": True}, {"held": (7,)}, {"offers": (20, -1)}, {"paid": -1}, {"closed": 40}, {"asked": 0},
        {"asked": 2, "offers": (20,)},
    ],
    ids=["in a log", "in hand", "a driver under way", "unpaid", "closed", "not asked yet", "asking again"],
)  # fmt: skip
def test_it_is_not_while_somebody_looks_after_it(state: dict[str, Any]) -> None:
    assert count(FIRST, **state) == 0


def test_a_request_on_its_way_to_the_broker_is_not_lost_and_one_that_was_missed_is() -> None:
    assert count(asked=1) == 0
    assert count(FIRST, asked=2) == 0
    assert count(FIRST, SECOND, asked=2) == 1
    topic, store = Topic("assignment", (1,), "keyed", leaders=Leaders(((100, 50),), unsafe=10)), Store()
    store.apply((Insert(ORDERS, 7, {"request": 1}),))
    topic.append(95, 0, 7, FIRST)  # dies with the only leader that has it (A26)
    orders = pd.DataFrame({"order": [7], "paid": [5], "closed": [-1]})
    assert stranded(orders, pd.DataFrame({"order": [], "done": []}, dtype="int64"), store, topic, []) == [7]

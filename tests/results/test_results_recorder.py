"""The recorder: what a log keeps of what it is told."""

from __future__ import annotations

from swifteats_sim.results.recorder import OfferLog, OrderLog


def test_an_order_that_has_ended_stays_as_it_ended_whatever_is_written_over_it() -> None:
    log = OrderLog()
    log.place(7, geo=0, restaurant=3, lines=1, placed=10, promised=-1)
    log.changed(7, "ready_pickup")
    assert log.table()["state"].tolist() == ["ready_pickup"]
    log.close(7, 20, "cancelled", "patience")
    log.changed(7, "assigned_driver")
    assert log.table()[["state", "reason", "closed"]].to_numpy().tolist() == [["cancelled", "patience", 20]]


def test_a_driver_is_held_until_each_of_his_offers_is_released() -> None:
    log = OfferLog()
    rows = [log.commit(driver=driver) for driver in (4, 9, 4)]
    assert log.holding() == [4, 9, 4]
    log.release(rows[0], 30)
    assert log.holding() == [9, 4]


def test_a_row_begins_with_nothing_counted_and_no_instant_and_keeps_what_is_noted() -> None:
    log = OrderLog()
    log.place(7, geo=0, restaurant=3, lines=1, placed=10, promised=-1)
    log.place(9, geo=1, restaurant=4, lines=2, placed=11, promised=40)
    log.note(7, "answered", 12)
    log.add(9, "offers")
    log.add(9, "offers")
    columns = ["order", "restaurant", "placed", "promised", "answered", "paid", "offers", "handed", "driver"]
    assert log.table()[columns].to_numpy().tolist() == [
        [7, 3, 10, -1, 12, -1, 0, 0, -1], [9, 4, 11, 40, -1, -1, 2, 0, -1],
    ]  # fmt: skip
    assert (log.answered, len(log)) == (1, 2)

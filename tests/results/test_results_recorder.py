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

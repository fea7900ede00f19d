"""A driver has at most one order at any time, and an order at most one driver; each thing is done to an order once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from swifteats_sim.domain.effects import Key
from swifteats_sim.domain.messages import ACTIVE, DRIVERS, ORDERS
from swifteats_sim.domain.states import CLOSED, OrderState
from swifteats_sim.live.history.conservation import Paths
from swifteats_sim.live.history.trails import State, Violation

_OTHER = {DRIVERS: "order", ORDERS: "driver"}
"""By table, the field that names the other one."""


class _Meant(NamedTuple):
    """A field that must have this value at the end, as the record of `table` and `key` says."""

    table: str
    key: Key
    other: str
    other_key: Key
    field: str
    value: object


def shared(paths: Paths) -> Iterator[Violation]:
    """A driver given an order while he has another, and the same of orders: by versions, so at any time."""
    for trail, links in paths:
        field = _OTHER.get(trail.name[0], "")
        for link, before, after in trail.contents(links) if field else ():
            had, has = before.get(field), after.get(field)
            if had is not None and has is not None and had != has:
                text = f"{link.deed.told} gave {trail.told} {field} {has}, while it had {field} {had}"
                yield Violation("drivers", trail.name, text)


def repeated(paths: Paths) -> Iterator[Violation]:
    """Orders delivered twice, and requests that got two drivers (one for each version, A37)."""
    for trail, links in paths:
        done = dict[str, str]()
        for link, _, after in trail.contents(links) if trail.name[0] == ORDERS else ():
            acts = []
            if link.fields.get("state") == OrderState.DELIVERED:
                acts.append("was delivered")
            if link.fields.get("driver") is not None and link.fields.get("state") == OrderState.ASSIGNED_DRIVER:
                acts.append(f"got a driver for version {after.get('request')} of its request")
            for act in acts:
                if act in done:
                    text = f"{trail.told} {act} by {done[act]} and again by {link.deed.told}"
                    yield Violation("twice", trail.name, text)
                done[act] = link.deed.told


def unmatched(end: State) -> Iterator[Violation]:
    """At the end: who names another and is not named by him. Driver and order do, and driver and guard say the same."""
    for meant in _meant(end):
        record = end.get((meant.other, meant.other_key))
        named = None if record is None else record.fields.get(meant.field)
        if named != meant.value:
            text = f"at the end {meant.table} {meant.key} needs {meant.field} {meant.value} in {meant.other}"
            text = f"{text} {meant.other_key}, where it is {named}"
            yield Violation("drivers", (meant.table, meant.key), text)


def _meant(end: State) -> Iterable[_Meant]:
    for (table, key), record in end.items():
        order, driver = record.fields.get("order"), record.fields.get("driver")
        if table == DRIVERS and order is not None:
            yield _Meant(table, key, ORDERS, order, "driver", key)
            yield _Meant(table, key, ACTIVE, key, "order", order)
        elif table == ACTIVE:
            yield _Meant(table, key, DRIVERS, key, "order", order)
        elif table == ORDERS and driver is not None and record.fields["state"] not in CLOSED:
            yield _Meant(table, key, DRIVERS, driver, "order", key)

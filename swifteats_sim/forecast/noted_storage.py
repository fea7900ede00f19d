"""What the notes say of storage, beside what the owner's figures come to."""

from __future__ import annotations

from dataclasses import dataclass

from swifteats_sim.forecast.owners_figures import OWNER, OwnersFigures
from swifteats_sim.forecast.storage import Holding, Storage, storage_of_the_country

ROUNDING = 0.05
"""The notes round: what differs by no more than this holds."""
WINDOWS = (30, 90)
"""Days of orders that the notes keep (#166)."""
NOTED_FIX = 200
"""Bytes of a fix in the notes' sums (#116)."""
MB, GB, TB = 10**6, 10**9, 10**12
NOTED_TOTALS = (11 * TB, 33 * TB)
"""With indexes, and with three copies of that (#161)."""


@dataclass(frozen=True)
class Noted:
    """A figure of the notes. unit : B, or place for a rank; noted, reckoned : theirs and ours."""

    ref: str
    what: str
    unit: str
    noted: float
    reckoned: float

    @property
    def off(self) -> float:
        """How much more ours is, as a share of theirs."""
        return self.reckoned / self.noted - 1

    @property
    def holds(self) -> bool:
        """Whether it is right, as roundly as notes are written."""
        return abs(self.off) <= ROUNDING


def noted_storage(owner: OwnersFigures = OWNER) -> tuple[Noted, ...]:
    """Each figure of the notes, by its number in the ledger."""
    country = storage_of_the_country(WINDOWS[-1], owner)
    return (*_standing(country), *_orders(country), *_totals(owner), *_with_indexes(country, owner), *_fixes(country))


def days_that_fill(noted: float, copies: float, owner: OwnersFigures = OWNER) -> float:
    """Days of orders with which everything but fixes, `copies` times, is as much as `noted` bytes."""
    country = storage_of_the_country(owner=owner)
    assert country.orders is not None
    return (noted / copies - country.raw_standing) / country.orders.raw_a_day


def _standing(country: Storage) -> tuple[Noted, ...]:
    by_name = _by_name(country)
    return (
        Noted("#156", "restaurants", "B", 45 * GB, by_name["restaurants"].raw),
        Noted("#157", "drivers", "B", 800 * GB, by_name["drivers"].raw),
        Noted("#158", "customers", "B", 3 * TB, by_name["customers"].raw),
        Noted("#160", "items", "B", 750 * GB, by_name["items"].raw),
        Noted("#162", "items, by size, without orders", "place", 2, _place(country, "items")),
    )


def _place(country: Storage, name: str) -> int:
    largest = sorted(country.standing, key=lambda table: -table.raw)
    return [table.name for table in largest].index(name) + 1


def _orders(country: Storage) -> tuple[Noted, ...]:
    assert country.orders is not None
    a_day = country.orders.raw_a_day
    return (
        Noted("#159", "orders, a minute at the peak", "B", 100 * MB, a_day / (24 * 60)),
        Noted("#159", "orders, an hour", "B", 6 * GB, a_day / 24),
        Noted("#159", "orders, a day", "B", 144 * GB, a_day),
        Noted("#159", "orders, a year", "B", 52 * TB, country.orders.raw_a_year),
    )


def _totals(owner: OwnersFigures) -> tuple[Noted, ...]:
    """#161 names no window of orders: it holds with none of those that the notes keep."""
    index, replicas = owner.copies.index[1], owner.copies.replicas
    cases = [("without orders", 0), *((f"{days} d of orders", days) for days in WINDOWS)]
    raws = [(case, storage_of_the_country(days, owner).raw_with_orders) for case, days in cases]
    with_indexes, copied = NOTED_TOTALS
    return (
        *(Noted("#161", f"all, 2x index, {case}", "B", with_indexes, raw * index) for case, raw in raws),
        *(Noted("#161", f"all, 2x index, x3, {case}", "B", copied, raw * index * replicas) for case, raw in raws),
    )


def _with_indexes(country: Storage, owner: OwnersFigures) -> tuple[Noted, ...]:
    assert country.orders is not None
    index, replicas, by_name = owner.copies.index[1], owner.copies.replicas, _by_name(country)
    hot = country.orders.full.raw
    return (
        Noted("#163", "90 d of orders", "B", 12.9 * TB, hot),
        Noted("#163", "90 d of orders, 2x index", "B", 25 * TB, hot * index),
        Noted("#163", "90 d of orders, 2x index, x3", "B", 75 * TB, hot * index * replicas),
        Noted("#165", "drivers, 2x index", "B", 1.6 * TB, by_name["drivers"].raw * index),
        Noted("#165", "customers, 2x index", "B", 6 * TB, by_name["customers"].raw * index),
    )


def _fixes(country: Storage) -> tuple[Noted, ...]:
    assert country.fixes is not None
    fixes = country.fixes
    sizes = (NOTED_FIX, fixes.size)
    return (
        *(Noted("#116", f"fixes of {size} B, a day", "B", 34 * GB, fixes.rows_a_day * size) for size in sizes),
        *(Noted("#136", f"fixes of {size} B, 90 d", "B", 3.1 * TB, fixes.full.rows * size) for size in sizes),
    )


def _by_name(country: Storage) -> dict[str, Holding]:
    return {table.name: table for table in country.standing}

"""What tables of storage do not show, in sentences: what is assumed, the archive, where the notes went wrong."""

from __future__ import annotations

from collections.abc import Iterator

from swifteats_sim.forecast.noted_storage import NOTED_FIX, NOTED_TOTALS, WINDOWS, days_that_fill
from swifteats_sim.forecast.owners_figures import OWNER
from swifteats_sim.forecast.rates import order_rate
from swifteats_sim.forecast.storage import DAY, YEAR, Growth, Storage, registered, storage_of_the_country
from swifteats_sim.forecast.storage_tables import FULLY, LEAST_INDEX, MOST_INDEX, weight
from swifteats_sim.scenario import Scenario, format_value

STEADY = (100, 200)
"""Orders a minute of an ordinary hour, as the notes assume (#3)."""


def storage_notes(scenario: Scenario, own: Storage | None, country: Storage) -> tuple[str, ...]:
    """Every note."""
    return (
        *_scale(),
        *_of_scenario(scenario, own),
        *_of_owner(country),
        *_archive(own, country),
        *_of_notes(),
        *_of_fixes(country),
    )


def _scale() -> Iterator[str]:
    copies, sizes = OWNER.copies, OWNER.sizes
    yield f"Units are decimal: 1 MB is 10^6 B. Rows have the owner's sizes (F6, F9), a fix {sizes.fix} B (#116)."
    yield (
        f"Indexes make {LEAST_INDEX:g} to {MOST_INDEX:g} bytes of a raw one, and {copies.replicas} copies serve "
        f"(#164): {FULLY:g} bytes at most."
    )


def _of_scenario(scenario: Scenario, own: Storage | None) -> Iterator[str]:
    if own is None:
        yield "The scenario has neither a city nor drivers who send fixes: all figures are the owner's."
    elif scenario.city is None:
        yield "The scenario has no city: of what is kept it has fixes alone. All else is the owner's."
    else:
        yield _demand_of(scenario)
        known = registered(scenario.city)
        more = f", of {known:,} whom the owner's densities register on its area (F6)" if known is not None else ""
        yield f"The scenario's drivers are those who come on shift{more}. A scenario declares no customers."


def _demand_of(scenario: Scenario) -> str:
    rate, orders = order_rate(scenario), scenario.demand.orders
    if rate is None or orders is None:
        demand = scenario.demand
        as_scaled = ", as scaled" if (demand.scale, demand.fleet_scale) != (1, 1) else ""
        return f"In the scenario each day is like the recorded one{as_scaled}, and each shift is another driver's."
    peak = ", its curve's peak," if orders.curve else ""
    return f"In the scenario {format_value(rate * 60, '')} orders/min{peak} come all day."


def _of_owner(country: Storage) -> Iterator[str]:
    orders = country.orders
    assert orders is not None
    least, most = (rate * (DAY // 60) * orders.size for rate in STEADY)
    yield (
        f"The owner's {OWNER.orders_a_minute} orders/min are a peak and not steady (F11): all day they are an upper "
        f"bound. {STEADY[0]} to {STEADY[1]}/min (#3) are {weight(least)} to {weight(most)} a day, and in {orders.days} "
        f"days {weight(least * orders.days)} to {weight(most * orders.days)}, raw."
    )
    backup = country.raw_with_orders * MOST_INDEX * OWNER.copies.backup
    yield f"A backup of the owner's tables is one copy more (#164): {weight(backup)} with orders."


def _archive(own: Storage | None, country: Storage) -> Iterator[str]:
    """Of the scenario where it has other orders than the owner."""
    if own is not None and own.orders is not None and own.orders != country.orders:
        yield from _archive_of("The scenario's", own.orders)
    if country.orders is not None:
        yield from _archive_of("The owner's", country.orders)


def _archive_of(whose: str, orders: Growth) -> Iterator[str]:
    freed = weight(orders.raw_a_day * FULLY)
    yield (
        f"{whose} orders leave for the archive (F7) after {orders.days} days: {orders.rows_a_day:,} rows a day, "
        f"{weight(orders.raw_a_day)} raw, which frees {freed} of the database. Parquet has no indexes; how tightly it "
        "packs, arithmetic does not say."
    )
    if orders.days < YEAR:
        held, all_of_them = weight(orders.full.raw * FULLY), weight(orders.raw_a_year * FULLY)
        moved = weight(orders.raw_a_day * (YEAR - orders.days))
        yield (
            f"After a year {moved} of them, raw, are in the archive, and the database has {held} of orders; "
            f"without an archive {all_of_them}."
        )


def _of_notes() -> Iterator[str]:
    index, copied = NOTED_TOTALS
    days = {f"{days_that_fill(*total):.1f}" for total in ((index, MOST_INDEX), (copied, FULLY))}
    yield (
        f"The notes' {weight(index)} and {weight(copied)} (#161) are right with {' and '.join(sorted(days))} days of "
        f"orders; they keep {WINDOWS[0]} to {WINDOWS[1]} (#166), and the owner said {OWNER.hot_days} (F7)."
    )
    hot = storage_of_the_country(OWNER.hot_days).orders
    assert hot is not None
    yield (
        f"{hot.days} days of orders alone are {weight(hot.full.raw * FULLY)} with all copies (#163), and so more than "
        f"the {weight(copied)} of everything (#161)."
    )


def _of_fixes(country: Storage) -> Iterator[str]:
    assert country.fixes is not None
    rows, sizes = country.fixes.full.rows, (NOTED_FIX, country.fixes.size)
    at = " and ".join(f"{weight(rows * size)} at {size} B" for size in sizes)
    yield (
        f"The history of fixes is in no total of the notes: {at}. They keep it for {country.fixes.days} days in one "
        "place, and delete it with its order in another (#136)."
    )

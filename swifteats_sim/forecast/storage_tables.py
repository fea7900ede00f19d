"""Storage as rows of text: what is kept, what comes a day, and the notes' figures beside what is right."""

from __future__ import annotations

import math
from collections.abc import Iterator

from swifteats_sim.forecast.explaining_tables import BYTES, Row, Table
from swifteats_sim.forecast.noted_storage import Noted
from swifteats_sim.forecast.owners_figures import OWNER
from swifteats_sim.forecast.path_words import share
from swifteats_sim.forecast.storage import Growth, Holding, Storage

LEAST_INDEX, MOST_INDEX = OWNER.copies.index
FULLY = MOST_INDEX * OWNER.copies.replicas
"""Bytes of the database for a raw one, with indexes at most and all copies that serve."""
INDEXED, COPIED = f"{MOST_INDEX:g}x index", f"and x{OWNER.copies.replicas}"
HEAD = ("kept", "rows", "raw", f"{LEAST_INDEX:g}x index", INDEXED, COPIED, "a row")


def storage_tables(title: str, storage: Storage) -> Iterator[Table]:
    """What is kept, and what comes if anything does."""
    yield Table(title, HEAD, tuple(_kept(storage)), 5)
    if storage.growths():
        head = ("comes", "rows a day", "raw a day", INDEXED, COPIED, "raw a year", "kept for")
        yield Table(f"{title}: growth", head, tuple(_coming(growth) for growth in storage.growths()), 5)


def noted_table(noted: tuple[Noted, ...]) -> Table:
    """Claim by claim."""
    head = ("claim", "notes", "here", "holds", "what")
    return Table("The notes' figures, and what they come to", head, tuple(_beside(each) for each in noted), 2)


def weight(size: float) -> str:
    """Bytes to four digits, in decimal units: `12.96 TB`."""
    step, unit = next(((step, unit) for step, unit in BYTES if size >= step), (1.0, "B"))
    number = size / step
    decimals = max(0, 3 - math.floor(math.log10(number))) if number else 0
    text = f"{number:,.{decimals}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} {unit}"


def _kept(storage: Storage) -> Iterator[Row]:
    """Each table, and the sum so far wherever there is something to add."""
    yield from (_table(holding.name, holding) for holding in storage.standing)
    if storage.standing:
        yield _sum("without orders", storage.raw_standing)
    sums = ((storage.orders, storage.raw_with_orders), (storage.fixes, storage.raw))
    for growth, raw in sums:
        if growth is not None:
            yield _table(f"{growth.name}, {growth.days} d", growth.full)
            if storage.standing:
                yield _sum(f"with {growth.name}", raw)


def _table(name: str, holding: Holding) -> Row:
    return name, f"{holding.rows:,}", *_weights(holding.raw), weight(holding.size)


def _sum(name: str, raw: int) -> Row:
    return name, "", *_weights(raw), ""


def _weights(raw: int) -> Row:
    return tuple(weight(raw * times) for times in (1, LEAST_INDEX, MOST_INDEX, FULLY))


def _coming(growth: Growth) -> Row:
    sizes = tuple(growth.raw_a_day * times for times in (1, MOST_INDEX, FULLY))
    return (
        growth.name, f"{growth.rows_a_day:,}", *map(weight, (*sizes, growth.raw_a_year)), f"{growth.days} d",
    )  # fmt: skip


def _beside(noted: Noted) -> Row:
    said, right = (
        f"{figure:.0f}." if noted.unit == "place" else weight(figure) for figure in (noted.noted, noted.reckoned)
    )
    return noted.ref, said, right, _verdict(noted), noted.what


def _verdict(noted: Noted) -> str:
    if noted.holds:
        return "yes"
    return "no" if noted.unit == "place" else f"no: {share(abs(noted.off))} {'more' if noted.off > 0 else 'less'}"

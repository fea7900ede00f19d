"""Numbers in sentences: singular and plural, and units that fit the size."""

from __future__ import annotations

from swifteats_sim.scenario.units import format_value


def several(count: float, one: str, many: str) -> str:
    """A count with its word: "1 order was", "1,200 orders were"."""
    return f"{count:,.0f} {one if count == 1 else many}"


def spell(seconds: float) -> str:
    """A length of time: "2.5 min", "400 ms"."""
    return format_value(seconds, "s")


def pace(per_second: float, one: str = "", many: str = "") -> str:
    """A rate with its word, if any: "2.4 orders/min", "30/h"."""
    number, slash, unit = format_value(per_second, "/s").partition("/")
    word = one if number == "1" else many
    return f"{number} {word}{slash}{unit}" if word else f"{number}{slash}{unit}"


def listed(clauses: list[str]) -> str:
    """Clauses as a sentence has them: "a", "a and b", "a, b and c"."""
    *first, last = clauses
    return f"{', '.join(first)} and {last}" if first else last

"""What tables do not show, in sentences: orders' effects, the fleet, what is idle, and what was taken for granted."""

from __future__ import annotations

from collections.abc import Iterator

from swifteats_sim.forecast.facts import Facts
from swifteats_sim.forecast.objections import seconds
from swifteats_sim.scenario import format_value

NAMES = {
    "read": ("read", "s"), "compare_and_set": ("compare-and-set", "s"), "transaction": ("transaction", "s"),
    "insert": ("insert", "s"), "publish": ("publish", "es"), "find_drivers": ("driver search", "es"),
    "call_payment": ("payment call", "s"),
}  # fmt: skip
"""Effects in words, and the end of their plural."""


def notes_of(facts: Facts) -> tuple[str, ...]:
    """Every note."""
    return (*_effects(facts), *_fleet(facts), *_unknown(facts), *_idle(facts), *facts.assumed)


def _effects(facts: Facts) -> Iterator[str]:
    counts = [(*NAMES[kind], round(facts.effects[kind], 1)) for kind in NAMES if facts.effects.get(kind)]
    if counts:
        words = [f"{format_value(count, '')} {one}{'' if count == 1 else plural}" for one, plural, count in counts]
        yield f"An order costs about {_listed(words)}, from click to door."


def _fleet(facts: Facts) -> Iterator[str]:
    fleet = facts.fleet
    if fleet is not None:
        yield (
            f"{format_value(fleet.drivers, '')} drivers for {format_value(fleet.orders * 60, '')} orders/min allow a "
            f"mean driver cycle of {seconds(fleet.allowed)} (#17); answer, hand-overs and trip alone take "
            f"{seconds(fleet.least)}."
        )


def _unknown(facts: Facts) -> Iterator[str]:
    if facts.unknown:
        yield f"Rates unknown before the run, and left out: {', '.join(facts.unknown)}."


def _idle(facts: Facts) -> Iterator[str]:
    flows = [flow.name for flow in facts.flows if flow.rate == 0.0]
    stations = [station.name for station in facts.stations if not station.visits]
    parts = [f"flows {_listed(flows)}"] if flows else []
    parts += [f"stations {_listed(stations)}"] if stations else []
    if parts:
        yield f"{'No known load' if facts.unknown else 'Idle'}: {'; '.join(parts)}."


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"

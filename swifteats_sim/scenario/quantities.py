"""Numbers with units: which units there are, reading them exactly, and writing them back.

Inside, durations are whole nanoseconds and sizes whole bytes; everything else is a float: rates per second,
ratios 0..1, metres, km2, metres per second, bytes per second.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from swifteats_sim.scenario.errors import shown

NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
MAX_TEXT = 64
SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Quantity:
    """A kind of number that needs a unit.

    units : name and size (in the internal unit) of each, smallest first.
    home : the unit in which any internal value can be written exactly.
    reach : the largest magnitude that makes sense, as number and unit.
    examples : the first one's unit is the one to write 0 in.
    hints : what people write by mistake, and what to say.
    whole : what an internal whole number counts; "" where it is a float.
    """

    name: str
    units: tuple[tuple[str, Fraction], ...]
    home: str
    reach: tuple[int, str]
    examples: tuple[str, ...]
    hints: tuple[tuple[str, str], ...] = ()
    whole: str = ""

    @property
    def accepted(self) -> str:
        """The units in words: `m or km`."""
        *first, last = (unit for unit, _ in self.units)
        return f"{', '.join(first)} or {last}" if first else last

    @property
    def rule(self) -> str:
        """How it is written."""
        return f"{self.name} is written in {self.accepted}, like {self.examples[0]!r}"

    def size(self, unit: str) -> Fraction:
        """One `unit` in the internal unit; KeyError when there is no such unit."""
        return dict(self.units)[unit]


def _sizes(*units: tuple[str, int]) -> tuple[tuple[str, Fraction], ...]:
    return tuple((unit, Fraction(size)) for unit, size in units)


def _slips(right: str, *wrong: str) -> tuple[tuple[str, str], ...]:
    return tuple((unit, right) for unit in wrong)


DURATION = Quantity(
    "a duration",
    _sizes(
        ("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", SECOND), ("min", 60 * SECOND),
        ("h", 3_600 * SECOND), ("day", 86_400 * SECOND),
    ),
    home="ns",
    reach=(36_500, "day"),
    examples=("5 s", "200 ms", "2 min"),
    hints=_slips("min", "m", "mins", "minute", "minutes") + _slips("s", "sec", "secs", "second", "seconds")
    + _slips("h", "hr", "hrs", "hour", "hours") + _slips("day", "d", "days") + _slips("us", "µs", "μs"),
    whole="nanosecond",
)  # fmt: skip
RATE = Quantity(
    "a rate",
    (
        ("/day", Fraction(1, 86_400)),
        ("/h", Fraction(1, 3_600)),
        ("/min", Fraction(1, 60)),
        ("/s", Fraction(1)),
    ),
    home="/s",
    reach=(10**9, "/s"),
    examples=("500/min", "8.33/s"),
    hints=_slips("/min", "/m", "/minute") + _slips("/s", "/sec", "/second") + _slips("/h", "/hour"),
)
RATIO = Quantity("a ratio", (("%", Fraction(1, 100)),), home="%", reach=(10**6, "%"), examples=("80 %",))
LENGTH = Quantity(
    "a length", _sizes(("m", 1), ("km", 1000)), home="m", reach=(40_000, "km"), examples=("5 km", "300 m")
)
AREA = Quantity("an area", _sizes(("km2", 1)), home="km2", reach=(510_000_000, "km2"), examples=("500 km2",))
SPEED = Quantity(
    "a speed",
    (("km/h", Fraction(5, 18)), ("m/s", Fraction(1))),
    home="m/s",
    reach=(1000, "m/s"),
    examples=("30 km/h", "5 m/s"),
    hints=_slips("km/h", "kph", "kmh", "km"),
)
SIZE = Quantity(
    "a size",
    _sizes(("B", 1), ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000)),
    home="B",
    reach=(1000, "GB"),
    examples=("343 B", "0.5 kB"),
    hints=_slips("B", "b", "byte", "bytes") + _slips("kB", "KB", "kb", "Kb", "KiB", "k")
    + _slips("MB", "mb", "Mb", "MiB", "M") + _slips("GB", "gb", "Gb", "GiB", "G"),
    whole="byte",
)  # fmt: skip
BYTE_RATE = Quantity(
    "a byte rate",
    tuple((f"{unit}/s", size) for unit, size in SIZE.units),
    home="B/s",
    reach=(10**6, "GB/s"),
    examples=("9 MB/s", "500 kB/s"),
    hints=tuple((f"{wrong}/s", f"{right}/s") for wrong, right in SIZE.hints),
)


def parse(value: object, quantity: Quantity, *, signed: bool = False) -> Fraction:
    """The exact internal value of a text such as `5 s`; ValueError naming the value and the rule."""
    rule = quantity.rule
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f"{shown(value)} has no unit: {rule}")
    if not isinstance(value, str):
        raise ValueError(rule)
    match = re.fullmatch(rf"\s*({NUMBER})\s*(\S*)\s*", value) if len(value) <= MAX_TEXT else None
    if match is None:
        raise ValueError(f"{shown(value)} is no number with a unit: {rule}")
    exact = Fraction(Decimal(match[1])) * _size_of(value, match[1], match[2], quantity)
    number, unit = quantity.reach
    if abs(exact) > number * quantity.size(unit):
        raise ValueError(f"{shown(value)} is out of reach: {quantity.name} is at most {_joined(str(number), unit)}")
    if exact < 0 and not signed:
        raise ValueError(f"{shown(value)} is negative: {quantity.name} is 0 or more here")
    if quantity.whole and exact.denominator != 1:
        raise ValueError(f"{shown(value)} is finer than a {quantity.whole}")
    return exact


def _size_of(value: str, number: str, unit: str, quantity: Quantity) -> Fraction:
    if not unit:
        raise ValueError(f"{shown(value)} has no unit: {quantity.rule}")
    right = dict(quantity.hints).get(unit)
    if right is not None:
        raise ValueError(f"{shown(value)} is not {quantity.name}: write {_joined(number, right)!r}")
    sizes = dict(quantity.units)
    if unit not in sizes:
        raise ValueError(f"{shown(value)}: {shown(unit)} is no unit of {quantity.name}; use {quantity.accepted}")
    return sizes[unit]


def written(value: float, quantity: Quantity) -> str:
    """The text with the fewest digits that parses to exactly this internal value."""
    if quantity.whole:
        fits = (u for u, size in reversed(quantity.units) if int(value) % size == 0)
        unit = next(fits) if value else quantity.examples[0].split()[1]
        return _joined(str(int(value) // int(quantity.size(unit))), unit)
    home = _decimal(Fraction(Decimal(repr(float(value)))) / quantity.size(quantity.home))
    number, unit = min([(home, quantity.home), *_alternatives(value, quantity)], key=lambda pair: len(pair[0]))
    return _joined(number, unit)


def _alternatives(value: float, quantity: Quantity) -> Iterable[tuple[str, str]]:
    """Number and unit, for each unit in which 15 digits say the value exactly."""
    for unit, size in quantity.units:
        number = _decimal(Fraction(Decimal(f"{value / float(size):.15g}")))
        if float(Fraction(Decimal(number)) * size) == value:
            yield number, unit


def _decimal(value: Fraction) -> str:
    """A decimal fraction in plain digits (its denominator divides a power of ten)."""
    number = Decimal(value.numerator) / Decimal(value.denominator)
    return format(number.normalize(), "f") if -6 < number.adjusted() < 18 else str(number.normalize())


def _joined(number: str, unit: str) -> str:
    return f"{number}{unit}" if unit.startswith("/") else f"{number} {unit}"

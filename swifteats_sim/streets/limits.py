"""The `maxspeed` of a way, as mappers write it, in m/s."""

from __future__ import annotations

import re

KMH = 1 / 3.6
"""m/s"""
UNITS = {"": KMH, "km/h": KMH, "kmh": KMH, "kph": KMH, "mph": 1609.344 / 3600, "knots": 1852 / 3600}
WORDS = {"none": 130 * KMH, "walk": 7 * KMH}
"""What a car does there: the speed advised on German motorways without a limit, and a walk."""
ZONES = {"urban": 50, "rural": 90, "trunk": 110, "motorway": 130, "living_street": 10, "bicycle_road": 30}
"""km/h of a country's zone (`IS:urban`): the defaults of OSRM 5 (`maxspeed_table_default`)."""
SLOWEST, FASTEST = 1 * KMH, 160 * KMH
"""A limit beyond these is a slip of the pen, and counts as none."""

_NUMBER = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)\s*([a-z/]*)")
_ZONE = re.compile(r"[a-z]{2}:(?:zone:?)?([a-z_]+|\d{1,3})|zone:?(\d{1,3})")


def limit(text: str | None) -> float | None:
    """m/s, the mean of a list (`50;30`, `['50', '30']`); None where none is said or understood."""
    parts = re.split(r"[;|,]", (text or "")[:200].strip("[] "))
    known = [speed for speed in map(_one, parts) if speed is not None and SLOWEST <= speed <= FASTEST]
    return sum(known) / len(known) if known else None


def _one(text: str) -> float | None:
    word = text.strip(" '\"").lower()
    if word in WORDS:
        return WORDS[word]
    if number := _NUMBER.fullmatch(word):
        unit = UNITS.get(number[2])
        return unit and float(number[1]) * unit
    if zone := _ZONE.fullmatch(word):
        name = zone[1] or zone[2]
        return float(name) * KMH if name.isdigit() else ZONES[name] * KMH if name in ZONES else None
    return None

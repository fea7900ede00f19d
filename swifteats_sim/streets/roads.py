"""What tags say of a way: its class of road, whether cars may use it, which way, and how fast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from swifteats_sim.streets.limits import KMH, limit
from swifteats_sim.streets.street_map import ROADS

SPEEDS = {
    "motorway": 90, "trunk": 85, "primary": 65, "secondary": 55, "tertiary": 40, "unclassified": 25, "residential": 25,
    "living_street": 10, "service": 15, "road": 10, "motorway_link": 45, "trunk_link": 40, "primary_link": 30,
    "secondary_link": 25, "tertiary_link": 20,
}  # fmt: skip
"""km/h where no limit is tagged: the car profile of OSRM 5 (its `speeds`; `road` is its default)."""
NO_CARS = ("no", "private", "agricultural", "forestry", "emergency", "bus", "psv", "bicycle")
PERMITS = ("motorcar", "motor_vehicle", "vehicle", "access")
"""Who may use a way, the closest to a car first."""
YARDS = ("parking_aisle", "parking", "driveway", "private", "emergency_access", "drive-through", "bus")
"""`service=` of ways that lead to one door or parking space only."""
ROUND = ("roundabout", "circular")
FORWARD, BACKWARD = ("yes", "true", "1"), ("-1", "reverse")
ONE_WAY = ("oneway:motorcar", "oneway:motor_vehicle", "oneway")


@dataclass(frozen=True)
class Rules:
    """How cars may use a way.

    road : number in ROADS. forward, backward : m/s along and against the way's points; 0 where it is forbidden.
    tagged : whether a limit was tagged.
    """

    road: int
    forward: float
    backward: float
    tagged: bool


def rules(tags: Mapping[str, str]) -> Rules | None:
    """What these tags permit; None if it is no way for cars."""
    highway = tags.get("highway", "")
    if highway not in SPEEDS or not _for_cars(tags):
        return None
    ahead, back = _directions(tags, highway)
    usual = SPEEDS[highway] * KMH
    both = limit(tags.get("maxspeed")) or limit(tags.get("maxspeed:type"))
    forward = limit(tags.get("maxspeed:forward")) or both
    backward = limit(tags.get("maxspeed:backward")) or both
    return Rules(
        _class(highway), (forward or usual) * ahead, (backward or usual) * back, bool((forward or not ahead) and
        (backward or not back)),
    )  # fmt: skip


def _for_cars(tags: Mapping[str, str]) -> bool:
    permit = next((tags[key] for key in PERMITS if key in tags), "yes")
    barred = permit in NO_CARS or tags.get("area") == "yes" or tags.get("impassable") == "yes"
    return not barred and tags.get("service") not in YARDS and tags.get("oneway") != "reversible"


def _directions(tags: Mapping[str, str], highway: str) -> tuple[bool, bool]:
    """Whether it may be driven along its points, and against them."""
    said = next((tags[key] for key in ONE_WAY if key in tags), "")
    if said in BACKWARD:
        return False, True
    implied = said != "no" and (tags.get("junction") in ROUND or highway in ("motorway", "motorway_link"))
    return True, not (said in FORWARD or implied)


def _class(highway: str) -> int:
    name = highway.removesuffix("_link")
    return ROADS.index(name if name in ROADS else "other")

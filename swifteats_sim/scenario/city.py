"""The city a scenario declares: geographic areas, kitchens, drivers and customers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from swifteats_sim.scenario.distributions import DurationLaw, LengthLaw
from swifteats_sim.scenario.errors import KeyProblems
from swifteats_sim.scenario.frozen import Frozen, Name, default
from swifteats_sim.scenario.streets import GRID, STRAIGHT, Cells, MapName, Rush, TimeOfDay
from swifteats_sim.scenario.units import Area, Duration, Length, PositiveDuration, Ratio, SignedRatio, Speed

KIND_DEFAULTS: dict[str, dict[str, Any]] = {
    "dense": {"speed": "25 km/h", "detour": 1.3, "trip": "lognormal(median=1.4 km, p95=3.6 km)"},
    "sparse": {"speed": "35 km/h", "detour": 1.2, "trip": "lognormal(median=2.1 km, p95=5.4 km)"},
}


class Shift(Frozen):
    """A wave of drivers who log on and off together."""

    drivers: int = Field(gt=0, le=1_000_000, description="drivers in this wave")
    on: Duration = Field(description="log-on, from the start of the run (warm-up included)")
    off: PositiveDuration = Field(description="log-off; an order under way is finished first")

    @model_validator(mode="after")
    def _off_follows_on(self) -> Shift:
        if self.off <= self.on:
            raise KeyProblems([(("off",), "off must be later than on")])
        return self


def _speed_detour_and_trip_are_optional(schema: dict[str, Any]) -> None:
    schema["required"] = [key for key in schema["required"] if key not in KIND_DEFAULTS["dense"]]


class Geo(Frozen):
    """A geographic area with its own assignment topic (F3, F6)."""

    model_config = ConfigDict(json_schema_extra=_speed_detour_and_trip_are_optional)

    kind: Literal["dense", "sparse"] = Field(description="sets the defaults of speed, detour and trip")
    map: MapName | None = default(
        None,
        description="straight (lines times detour), grid (streets made for its kind), a map that comes with the "
        "package (`map fetch` lists them), or a map file; default: city.map, or straight",
    )
    cells: Cells | None = default(
        None,
        description="the part of the map that is the geo's: all, dense or sparse (where streets are close, or not), or "
        "h3 cells; default: all, or its kind where geos share a map",
    )
    area: Area | None = default(
        None,
        gt=0,
        description="a square of this size; needed on straight lines and on a grid, unless demand.trace is given",
    )
    restaurants: int | None = default(None, gt=0, le=1_000_000, description="needed unless demand.trace is given")
    drivers: int | None = default(
        None,
        ge=0,
        le=1_000_000,
        description="on shift all the run; needed unless demand.trace or shifts are given",
    )
    shifts: tuple[Shift, ...] = default((), strict=False, description="waves of drivers instead of `drivers`")
    speed: Speed = Field(
        gt=0, description="along the street, on straight lines; a map has its own; default by kind (A52)"
    )
    detour: float = Field(
        ge=1, le=5, description="street length over straight line, where there is no map; default by kind"
    )
    trip: LengthLaw = Field(description="straight line from restaurant to customer; default by kind (Bogota day)")

    @model_validator(mode="before")
    @classmethod
    def _defaults_by_kind(cls, data: Any) -> Any:
        if isinstance(data, dict):  # an unknown kind is refused by its own field, and by nothing else
            return {**KIND_DEFAULTS.get(str(data.get("kind")), KIND_DEFAULTS["dense"]), **data}
        return data

    @model_validator(mode="after")
    def _drivers_or_shifts(self) -> Geo:
        if self.drivers is not None and self.shifts:
            raise KeyProblems([(("shifts",), "give either `drivers` or `shifts`")])
        return self


class Kitchens(Frozen):
    """How long food takes, in truth and as the platform believes (DESIGN, decision 5)."""

    mode: Literal["queue", "recorded"] = default(
        "queue", description="queue: cooks are a station; recorded: ready times of the trace"
    )
    confirmation: DurationLaw = default(
        "uniform(30 s, 90 s)",
        description="from payment until the kitchen takes the order (Bogota day: median 1 min)",
    )
    cooking: DurationLaw = default("gamma(mean=12 min, sd=5 min)", description="one cook, one order")
    packing: DurationLaw = default("uniform(4 min, 9 min)", description="after cooking, needs no cook")
    utilization: Ratio = default(
        "80 %", gt=0, le=1, description="cooks are sized so that no kitchen is busier than this"
    )
    popularity: float = default(0.6, ge=0, le=3, description="Zipf exponent of orders over restaurants")
    estimate_bias: SignedRatio = default(
        "0 %", gt=-1, le=10, description="relative error of the platform's estimate of preparation time"
    )


class Drivers(Frozen):
    """What a driver does between fixes and hand-overs."""

    fix_every: PositiveDuration = default(
        "5 s", description="interval of GPS fixes; each driver has its own phase (F17)"
    )
    accept: Ratio = default("93 %", le=1, description="share of offers accepted (#114)")
    no_answer: Ratio = default("2 %", le=1, description="share of offers never answered (#114)")
    answer: DurationLaw = default("uniform(2 s, 10 s)", description="time to accept or decline")
    answer_timeout: PositiveDuration = default("20 s", description="an offer without answer lapses (mdrp-sim)")
    pickup: DurationLaw = default("2 min", description="hand-over at the restaurant (mdrplib)")
    dropoff: DurationLaw = default("3 min", description="hand-over at the door (mdrp-sim)")

    @model_validator(mode="after")
    def _shares_fit(self) -> Drivers:
        if self.accept + self.no_answer > 1 + 1e-12:
            raise KeyProblems([(("no_answer",), "accept + no_answer must not exceed 100 %")])
        return self


class Customers(Frozen):
    """How long customers wait, and how many watch the map."""

    patience: DurationLaw = default(
        "90 min", description="an order not picked up by then is cancelled (mdrplib: 90 min)"
    )
    watching: Ratio = default("100 %", le=1, description="share who follow the driver on the live map (F17)")


class City(Frozen):
    """Everything outside the software."""

    map: MapName | None = default(None, description="of all geos that name none; see geos.NAME.map")
    geos: dict[Name, Geo] = Field(
        min_length=1,
        max_length=200,
        description="one assignment topic each (F3); a mapping of names, or a list with a `name` in each",
    )
    starts: TimeOfDay = default("00:00", description="time of the day at which the run, warm-up included, begins")
    congestion: dict[Name, Rush] = default({}, description="hours with other speeds than the map's, each in one entry")
    snap: Length = default(
        "500 m", gt=0, description="the farthest that a recorded place may lie from the nearest node of the map"
    )
    kitchens: Kitchens = Kitchens()
    drivers: Drivers = Drivers()
    customers: Customers = Customers()
    fix_sample: int = default(
        100, ge=1, le=1_000_000_000, description="every n-th driver's fixes are written to the fixes table"
    )

    @model_validator(mode="before")
    @classmethod
    def _geos_may_be_a_list(cls, data: Any) -> Any:
        """`[{name: centre, kind: dense}]` is `{centre: {kind: dense}}`."""
        geos = data.get("geos") if isinstance(data, dict) else None
        if not isinstance(geos, list | tuple):
            return data
        named = dict[str, Any]()
        for at, geo in enumerate(geos):
            if not isinstance(geo, dict) or not isinstance(geo.get("name"), str):
                raise KeyProblems([(("geos", at), "an entry of a list of geos needs a `name`")])
            if geo["name"] in named:
                raise KeyProblems([(("geos", at, "name"), f"there is a geo {geo['name']!r} already")])
            named[geo["name"]] = {key: value for key, value in geo.items() if key != "name"}
        return {**data, "geos": named}

    @model_validator(mode="after")
    def _hours_stand_once(self) -> City:
        named = dict[int, str]()
        for name, rush in sorted(self.congestion.items()):
            for at, hour in enumerate(rush.hours):
                if hour in named:
                    raise KeyProblems([(("congestion", name, "hours", at), f"stands in {named[hour]!r} already")])
                named[hour] = name
        return self

    def map_of(self, geo: str) -> str:
        """What a geo lies on."""
        return self.geos[geo].map or self.map or STRAIGHT

    def cells_of(self, geo: str) -> Cells:
        """The part of its map that is the geo's."""
        streets = self.map_of(geo)
        alone = streets in (STRAIGHT, GRID) or [*map(self.map_of, self.geos)].count(streets) == 1
        return self.geos[geo].cells or ("all" if alone else self.geos[geo].kind)

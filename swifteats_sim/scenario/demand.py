"""What customers ask of the platform: a declared rate, or a recorded day."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from swifteats_sim.scenario.errors import KeyProblems
from swifteats_sim.scenario.flows import MENU, SEARCH
from swifteats_sim.scenario.frozen import Frozen, Name, default
from swifteats_sim.scenario.keys import Catalogue, Places
from swifteats_sim.scenario.units import Duration, Rate, Ratio


class CurvePoint(Frozen):
    """The level of demand from one instant on, linear to the next point."""

    at: Duration = Field(description="from the start of the run (warm-up included)")
    level: Ratio = Field(le=100, description="share of the rate")


class Orders(Frozen):
    """Orders as a Poisson process, constant or following a curve."""

    rate: Rate = Field(gt=0, description="orders offered (F11: 500/min at peak)")
    share: dict[Name, Ratio] = default({}, description="share of each geo; equal shares when left out")
    arrivals: Literal["poisson", "stratified"] = default(
        "poisson", description="stratified: a Poisson process given the expected count in every ten minutes"
    )
    curve: tuple[CurvePoint, ...] = default(
        (), strict=False, description="levels over time, linear between points, constant outside"
    )

    @model_validator(mode="after")
    def _curve_rises_in_time(self) -> Orders:
        for index, (point, following) in enumerate(zip(self.curve, self.curve[1:], strict=False)):
            if following.at <= point.at:
                raise KeyProblems([(("curve", index + 1, "at"), "must be later than the point before")])
        return self

    @model_validator(mode="after")
    def _shares_add_up(self) -> Orders:
        total = sum(self.share.values())
        if self.share and abs(total - 1) > 1e-6:
            raise KeyProblems([(("share",), f"the shares add up to {total * 100:.6g} %, not 100 %")])
        return self


class Menus(Catalogue):
    """Calls of restaurants' menus: the source and the keys of flow `menu`."""

    rate: Rate = Field(gt=0, description="menu calls offered, at random instants (#7)")

    @property
    def keys(self) -> Catalogue:
        """What a call asks for."""
        return Catalogue.model_construct(catalogue=self.catalogue, zipf=self.zipf)


class Searches(Places):
    """Searches around a place: the source and the keys of flow `search`."""

    rate: Rate = Field(gt=0, description="searches offered, at random instants")

    @property
    def keys(self) -> Places:
        """What a search asks for."""
        return Places.model_construct(area=self.area, cell=self.cell, variants=self.variants, zipf=self.zipf)


class Demand(Frozen):
    """Orders of the city, either `orders` or `trace`; menu calls and searches of anyone."""

    orders: Orders | None = default(None, description="a declared rate; instead of `trace`")
    trace: Path | None = default(None, strict=False, description="folder of a recorded day (rappi or mdrplib files)")
    scale: float = default(1.0, gt=0, le=1000, description="multiplies a trace's orders; copies are jittered")
    fleet_scale: float = default(1.0, gt=0, le=1000, description="multiplies a trace's shifts; copies are jittered")
    menus: Menus | None = default(None, description="calls that pass flow `menu`")
    searches: Searches | None = default(None, description="calls that pass flow `search`")

    @property
    def calls(self) -> dict[str, Menus | Searches | None]:
        """Calls of anyone, by the flow that they feed."""
        return {MENU: self.menus, SEARCH: self.searches}

    @model_validator(mode="after")
    def _one_source(self) -> Demand:
        if self.orders is not None and self.trace is not None:
            raise ValueError("give either `orders` (a rate) or `trace` (a folder with a recorded day)")
        for key in ("scale", "fleet_scale"):
            if self.trace is None and getattr(self, key) != 1:
                raise KeyProblems([((key,), "needs `demand.trace`")])
        return self

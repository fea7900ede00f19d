"""What a call asks for, as far as caches care: one of a catalogue, or a place on a grid."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from swifteats_sim.scenario.errors import KeyProblems
from swifteats_sim.scenario.frozen import Frozen, default
from swifteats_sim.scenario.units import Area, Length

MOST_KEYS = 10**15
"""Keys are numbered; more would not fit a float."""


class Catalogue(Frozen):
    """One of many things, some asked for more than others."""

    catalogue: int = Field(gt=0, le=10_000_000, description="different things to ask for (F6: 150,000 menus)")
    zipf: float = default(0.0, ge=0, le=10, description="Zipf exponent of their popularity; 0: all alike")


class Places(Frozen):
    """A cell of an even grid over an area, in one of several variants (filters, words)."""

    area: Area = Field(gt=0, description="where callers are, evenly")
    cell: Length = Field(gt=0, description="side of a cell: 500 m is quantised, 0.1 m is raw coordinates (C48)")
    variants: int = default(1, gt=0, le=1_000_000, description="different searches at one place")
    zipf: float = default(0.0, ge=0, le=10, description="Zipf exponent of the variants' popularity; 0: all alike")

    @model_validator(mode="after")
    def _countable(self) -> Places:
        if self.area * 1e6 / self.cell**2 * self.variants > MOST_KEYS:
            raise KeyProblems([(("cell",), f"makes more than {MOST_KEYS:.0e} keys with this area")])
        return self


def _keys(value: Any, info: ValidationInfo) -> Any:
    """Choose the model by its first key, so that errors speak of that model only."""
    if not isinstance(value, dict):
        return value
    kinds = [model for key, model in (("catalogue", Catalogue), ("area", Places)) if key in value]
    if len(kinds) != 1:
        raise ValueError("give either `catalogue`, or `area` and `cell`")
    return kinds[0].model_validate(value, context=info.context)


Keys = Annotated[Catalogue | Places, BeforeValidator(_keys, json_schema_input_type=Catalogue | Places)]

"""The base of every model a scenario is made of: frozen, no unknown keys, no silent conversions."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from swifteats_sim.scenario.errors import KeyProblems, shown, unknown_name


class Frozen(BaseModel):
    """An immutable, validated part of a scenario; defaults are checked like any value."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True, serialize_by_alias=True
    )

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        if isinstance(data, dict):
            known = [field.alias or name for name, field in cls.model_fields.items()]
            unknown = [str(key) for key in data if key not in known]
            if unknown:
                raise KeyProblems(((name,), unknown_name("key", name, known)) for name in unknown)
        return data


def default(value: Any, **field: Any) -> Any:
    """A field's default as its author would write it (`"5 s"`), with pydantic's `Field` arguments."""
    return Field(value, **field)


def _is_name(value: str) -> str:
    if not set(value) <= _LETTERS or not 0 < len(value) <= 64 or value[0] in "-_":
        raise ValueError(f"{shown(value)} is no name: 1 to 64 letters, digits, - and _, a letter or digit first")
    return value


_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")

Name = Annotated[str, AfterValidator(_is_name)]
"""What a scenario may call its geos, stations, pools, topics and flows."""

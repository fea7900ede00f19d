"""The JSON schema of a scenario file, for editors: units, defaults and descriptions of every key."""

from __future__ import annotations

from typing import Any

from swifteats_sim.scenario.scenario import Scenario

EXTENDS = {
    "type": "string",
    "description": "a bundled name, or a .yaml file relative to this one; the keys beside it are laid over",
}


def scenario_schema() -> dict[str, Any]:
    """JSON schema (2020-12) of a scenario file, `extends` included."""
    schema = Scenario.model_json_schema()
    for model in (schema, *schema["$defs"].values()):
        _allow_extends(model)
    _say_units(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _allow_extends(model: dict[str, Any]) -> None:
    """Any mapping of keys may extend a file, which may bring the required ones."""
    if "properties" in model:
        model["properties"]["extends"] = EXTENDS
        required = model.pop("required", [])
        if required:
            model["anyOf"] = [{"required": required}, {"required": ["extends"]}]


def _say_units(part: Any) -> None:
    """Append `x-unit` to the description it belongs to."""
    if isinstance(part, list):
        for entry in part:
            _say_units(entry)
    elif isinstance(part, dict):
        unit = part.pop("x-unit", None)
        if isinstance(unit, str):
            said = part.get("description")
            part["description"] = f"{said} ({unit})" if said else unit
        for entry in part.values():
            _say_units(entry)

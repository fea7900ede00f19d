"""The JSON schema describes every key with its unit."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from swifteats_sim.scenario import scenario_schema

SCHEMA = scenario_schema()


def definition(name: str) -> dict[str, Any]:
    found: dict[str, Any] = SCHEMA["$defs"][name]
    return found


def test_a_quantity_is_text_with_pattern_unit_and_examples() -> None:
    duration = SCHEMA["properties"]["duration"]
    assert duration["type"] == "string"
    assert duration["description"] == "the measured span (a duration in ns, us, ms, s, min, h or day)"
    assert duration["examples"] == ["5 s", "200 ms", "2 min"]
    accepted = [text for text in ("5 s", "1.5e3ms", "5 m", "5", "5 sx") if re.search(duration["pattern"], text)]
    assert accepted == ["5 s", "1.5e3ms"]


def test_defaults_are_written_with_units() -> None:
    assert definition("Drivers")["properties"]["fix_every"]["default"] == "5 s"
    assert definition("Kitchens")["properties"]["utilization"]["default"] == "80 %"


def test_who_shares_the_work_out_is_named_with_the_defect() -> None:
    assert "(C9)" in definition("Assignment")["properties"]["policy"]["description"]


def test_any_mapping_may_extend_a_file_instead_of_saying_all() -> None:
    assert definition("Stack")["properties"]["extends"]["type"] == "string"
    assert definition("Stack")["anyOf"] == [{"required": ["stations", "flows"]}, {"required": ["extends"]}]
    assert definition("Geo")["anyOf"] == [{"required": ["kind"]}, {"required": ["extends"]}]


def test_the_short_forms_are_in_the_schema() -> None:
    flows, effects = (definition("Stack")["properties"][key]["additionalProperties"] for key in ("flows", "effects"))
    assert flows["anyOf"][0] == {"$ref": "#/$defs/Flow"}
    assert flows["anyOf"][1]["type"] == "array"
    assert {"$ref": "#/$defs/Branch"} in flows["anyOf"][1]["items"]["anyOf"]
    assert [form.get("type", form.get("$ref")) for form in effects["anyOf"]] == ["#/$defs/EffectVisit", "array"]
    assert [form["type"] for form in definition("Topic")["properties"]["partitions"]["anyOf"]] == ["integer", "object"]


@pytest.mark.parametrize("name", ["Pause", "Crash", "LeaderLoss", "Offline"])
def test_a_key_is_called_as_in_the_file(name: str) -> None:
    assert "for" in definition(name)["properties"]
    assert "lasting" not in definition(name)["properties"]


def test_a_size_is_text_with_a_unit() -> None:
    message = definition("Topic")["properties"]["message"]
    assert (message["default"], message["description"]) == ("1 kB", "size of a message (a size in B, kB, MB or GB)")


def test_no_marker_of_ours_is_left_and_the_schema_is_plain_json() -> None:
    text = json.dumps(SCHEMA)
    assert "x-unit" not in text
    assert json.loads(text) == scenario_schema()


def test_every_key_of_a_scenario_has_a_description_or_a_model() -> None:
    bare = [
        f"{name}.{key}"
        for name, model in SCHEMA["$defs"].items()
        for key, value in model.get("properties", {}).items()
        if "description" not in value and "$ref" not in value and "const" not in value and "enum" not in value
    ]
    assert bare == []

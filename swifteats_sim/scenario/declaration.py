"""A scenario kept as text beside its results, and read again when somebody asks what has changed since.

Traces, maps and laws of files are named as they are seen from the scenario's own folder, so that the text is the same
wherever that folder stands.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from swifteats_sim.scenario.beside import with_files_beside
from swifteats_sim.scenario.scenario import Scenario
from swifteats_sim.scenario.source import read_text
from swifteats_sim.scenario.streets import is_file
from swifteats_sim.scenario.validating import validated
from swifteats_sim.scenario.writing import in_full

WIDTH = 110
"""Columns of a line, where a value allows."""


def declaration(scenario: Scenario, home: Path) -> str:
    """The scenario in full, as ASCII lines of YAML, one a value. home : its folder."""
    text = io.StringIO()
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.allow_unicode = False
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # as declared, not by the alphabet
    writer.width = WIDTH
    writer.dump(_seen_from(home, in_full(scenario)), text)
    return text.getvalue()


def declared_then(text: str, home: Path) -> Scenario:
    """The scenario of a declaration; ScenarioError where this version does not understand it."""
    return validated(with_files_beside(read_text(text, str(home / "declaration"))), home)


def _seen_from(home: Path, content: dict[str, Any]) -> dict[str, Any]:
    """What `in_full` tells, with the places of files as `home` sees them."""
    if "trace" in content["demand"]:
        content["demand"]["trace"] = os.path.relpath(content["demand"]["trace"], home.resolve())
    city = content.get("city", {})
    for holder in (city, *city.get("geos", {}).values()):
        if is_file(holder.get("map", "")):
            holder["map"] = f"./{os.path.relpath(holder['map'], home.resolve())}"  # a bare name would be no file's
    return content

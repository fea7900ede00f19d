"""The comments above the shipped scenarios: every `--set` that they invite to try can be set."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from scenario_runs import SCENARIOS, shipped

NEEDS_A_TRACE = "real_day.yaml"
NO_SCENARIOS = (NEEDS_A_TRACE, "stack.yaml")
FILES = sorted(str(path.relative_to(SCENARIOS)) for path in SCENARIOS.rglob("*.yaml") if path.name not in NO_SCENARIOS)


def invitations(path: Path) -> Iterator[list[str]]:
    """The settings of each line; whatever follows them says what they show."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#   --set "):
            words = shlex.split(line.removeprefix("#").split("    ", 1)[0].replace("'", ""))
            yield [value for option, value in zip(words[::2], words[1::2], strict=True) if option == "--set"]


@pytest.mark.parametrize("name", FILES)
def test_a_scenario_loads_with_each_setting_that_its_comment_names(name: str) -> None:
    shipped(name)
    for settings in invitations(SCENARIOS / name):
        assert settings
        shipped(name, *settings)


def test_invitations_are_found() -> None:
    counts = {name: len(list(invitations(SCENARIOS / name))) for name in FILES}
    assert (counts["menu_browsing.yaml"], counts["gps_ingest.yaml"], counts["retry_storm.yaml"]) == (4, 4, 1)

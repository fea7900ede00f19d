"""Hostile scenarios at random: only ScenarioError comes out, printable; what is accepted can be explained."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from time import process_time

import pytest
from mutations import mutated
from test_hostile_by_hand import BAD_INPUT, MEGABYTES, MOST_LETTERS, MOST_LINES, SECONDS, in_a_process

from swifteats_sim.cli.explaining import data, plain
from swifteats_sim.forecast.explaining import explain
from swifteats_sim.scenario import ScenarioError, extending, load
from swifteats_sim.scenario.nodes import Node
from swifteats_sim.scenario.source import read_file

QUICK, MANY, THROUGH_THE_COMMAND = 400, 20_000, 200
PARTS = 10
"""Of the many, so that no single test takes long."""


@pytest.fixture
def bundled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform's own stack is the same for all: it is read once, which is half of the time otherwise."""
    own = functools.cache(read_file)

    def reading(path: Path) -> Node:
        return own(path) if path.parent.name == "bundled" else read_file(path)

    monkeypatch.setattr(extending, "read_file", reading)


def outcome(number: int, file: Path) -> str | None:
    """What is said of a hostile scenario; None where it is in order, and can be explained."""
    file.write_bytes(mutated(number))
    try:
        scenario = load(file)
    except ScenarioError as error:
        return str(error)
    explanation = explain(scenario)
    assert "\n".join(plain(explanation))
    json.dumps(data(str(file), scenario, explanation))
    scenario.model_dump_json()
    return None


def check_said(said: str, number: int) -> None:
    lines = said.split("\n")
    assert 1 <= len(lines) <= MOST_LINES, number
    for line in lines:
        assert line.isprintable(), number
        assert len(line) <= MOST_LETTERS, number
        assert line.startswith(("hostile.yaml", "and more")) or ".yaml" in line, number


def go_through(numbers: range, folder: Path) -> int:
    """How many were accepted."""
    accepted, file = 0, Path("hostile.yaml")
    for number in numbers:
        began = process_time()
        said = outcome(number, file)
        assert process_time() - began < SECONDS, number
        if said is None:
            accepted += 1
        else:
            check_said(said, number)
    assert [path.name for path in folder.iterdir()] == ["hostile.yaml"]
    return accepted


@pytest.mark.usefixtures("bundled_once")
def test_some_hostile_scenarios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert 0.02 * QUICK < go_through(range(QUICK), tmp_path) < 0.7 * QUICK, "some are in order, most are not"


@pytest.mark.slow
@pytest.mark.usefixtures("bundled_once")
@pytest.mark.parametrize("part", range(PARTS))
def test_many_hostile_scenarios(part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first, each = QUICK + part * MANY // PARTS, MANY // PARTS
    assert go_through(range(first, first + each), tmp_path) > 0


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_some_of_them_through_the_command_line(part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`validate` says of each of twenty files what `load` says, and takes no more for all than it may for one."""
    monkeypatch.chdir(tmp_path)
    each = THROUGH_THE_COMMAND // PARTS
    files = {f"hostile{number}.yaml": number for number in range(part * each, (part + 1) * each)}
    said = [outcome(number, Path(file)) for file, number in files.items()]
    code, seconds, megabytes, told = in_a_process(tmp_path, ["validate", *files])
    assert code == BAD_INPUT
    assert told.rstrip("\n") == "\n".join(text for text in said if text is not None)
    assert seconds < SECONDS
    assert megabytes < MEGABYTES


def test_a_number_says_everything() -> None:
    """A failure is seen again by its number alone, and no two of the first are alike."""
    assert [mutated(number) for number in range(20)] == [mutated(number) for number in range(20)]
    assert len({mutated(number) for number in range(QUICK)}) > 0.95 * QUICK
    assert json.dumps([len(mutated(number)) for number in range(3)])

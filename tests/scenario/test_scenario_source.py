"""Files that are no scenario: one message with file and line, quickly and without memory."""

from __future__ import annotations

import json
import os
import resource
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_text import TINY, line_of, written

from swifteats_sim.scenario import Problem, ScenarioError, load
from swifteats_sim.scenario.nodes import plain
from swifteats_sim.scenario.source import read_text

BOMB = "a: &a [x]\n" + "".join(f"{n}: &{n} [*{p},*{p}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True))

STEERS = "holds a character that steers a terminal, the direction of writing or the system"


def refusal(path: Path) -> str:
    """What loading says, after the file's name."""
    with pytest.raises(ScenarioError) as refused:
        load(path)
    assert all(problem.file == str(path) for problem in refused.value.problems)
    return str(refused.value).removeprefix(str(path))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", ":1: the file is empty"),
        (b"# only a comment\n", ":1: the file is empty"),
        (b"- a\n- b\n", ":1: must hold keys with values"),
        (b"name: a\nname: b\n", ":2: duplicate key 'name' (first on line 1)"),
        (b"a: {b: 1, b: 2}\n", ":1: duplicate key 'b' (first on line 1)"),
        (b"a: 1\nb: &x 2\n", ":2: anchors (&) and aliases (*) are not read; use `extends`"),
        (b"a: *x\n", ":1: anchors (&) and aliases (*) are not read; use `extends`"),
        (BOMB.encode(), ":1: anchors (&) and aliases (*) are not read; use `extends`"),
        (b"a:\n  <<: {b: 1}\n", ":2: merge keys (<<) are not read; use `extends`"),
        (b"a: !!python/object:os.system x\n", ":1: tags (!) are not read"),
        (b"a: !!int 5\n", ":1: tags (!) are not read"),
        (b"a: 1\n---\nb: 2\n", ":2: more than one document in the file"),
        (b"a: b\nname: \xff\xfe\n", ":2: not UTF-8 text"),
        (b"a: b\nc: \0\n", ":2: holds a NUL character"),
        (b'a: "\\0"\n', rf":1: {STEERS} (got '\x00')"),
        (b'a: "\\ud800"\n', rf":1: {STEERS} (got '\ud800')"),
        (b"a: [1, 2\nb: 3\n", "not YAML"),
        (b"a: b: c\n", ":1: not YAML"),
        (b"? [a]\n: b\n", ":1: a key must be a plain word"),
        (b"a: " + b"[" * 40 + b"]" * 40, ":1: nested more than 30 deep"),
        (b"a: " + b"x" * 20_000, ":1: a line is longer than 10,000 characters"),
        (b"- a\n" * 20_001, "more than 20,000 keys and values"),
        (b"#" * 99 + b"\n" + b"a: 1\n" * 200_000, ": larger than 1 MB"),
    ],
)
def test_a_file_that_is_no_scenario_is_refused_with_its_line(tmp_path: Path, content: bytes, said: str) -> None:
    assert said in refusal(written(tmp_path, content))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path) == ": is a directory, not a file"
    assert refusal(tmp_path / "none.yaml") == ": no such file"
    assert refusal(tmp_path / ("x" * 10_000)).endswith("xxx: File name too long")
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe") == ": no such file"


@pytest.mark.parametrize(
    "line",
    [
        "[" * 9_000,
        "!" * 9_000,
        "{a: " * 2_000,
        "- " * 4_000,
        "a: " * 3_000,
        "? " * 4_000,
        "x " * 4_500,
        "&a " * 3_000,
    ],
)
def test_a_hostile_file_costs_little(tmp_path: Path, line: str) -> None:
    path = written(tmp_path, (line + "\n") * (1_000_000 // (len(line) + 1)))
    memory, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    refusal(path)
    assert time.process_time() - started < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 100_000, "kilobytes"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1:30", "1:30"),
        ("no", "no"),
        ("2024-01-01", "2024-01-01"),
        ("1e3", 1000.0),
        ("010", 10),
        ("~", None),
        ("true", True),
        ("'5'", "5"),
        ("{service: uniform(5 ms, 10 ms), at: x}", {"service": "uniform(5 ms, 10 ms)", "at": "x"}),
        ("{a: f(1, b=2, 3), c: (, d: 1}", {"a": "f(1, b=2, 3)", "c": "(", "d": 1}),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    assert plain(read_text(text, "text")) == value


JUNK = st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
PATHS = (
    "name", "seed", "duration", "city", "city.geos", "city.geos.centre", "city.geos.centre.trip",
    "demand.trace",
    "demand.orders.share", "stack", "stack.flows", "stack.flows.order", "stack.flows.order.1", "stack.topics",
    "stack.effects.read", "stack.effects.read.service", "stack.stations.gps.queue", "stack.stations.gps.pauses",
    "stack.flows.gps.1.consume", "stack.flows.gps.clients", "stack.topics.fixes.partitions", "stack.caches.menu",
    "stack.limits.api", "stack.streams.customers", "demand", "demand.menus", "stack.flows.tracking.0.only_if",
    "stack.flows.tracking.0.branch", "stack.flows.tracking.0.parallel", "stack.flows.tracking.0.retry",
    "targets", "targets.orders.completion",
    "question",
)  # fmt: skip


def problems_of(path: Path, *overrides: tuple[str, str]) -> tuple[Problem, ...]:
    """Nothing when the scenario loads, at least one when it does not; any other exception is a failure."""
    try:
        load(path, overrides)
    except ScenarioError as refused:
        return refused.problems or (Problem("", None, "", "an error without a problem\n"),)
    return ()


@settings(deadline=None)
@given(JUNK)
def test_junk_is_a_scenario_error_and_nothing_else(tmp_path_factory: pytest.TempPathFactory, junk: bytes) -> None:
    path = written(tmp_path_factory.getbasetemp(), junk, "junk.yaml")
    with pytest.raises(ScenarioError):
        load(path)


@settings(deadline=None)
@given(st.data())
def test_a_bent_scenario_loads_or_is_a_scenario_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    lines = TINY.splitlines()
    row = data.draw(st.integers(0, len(lines) - 1))
    lines[row] = data.draw(st.sampled_from([lines[row] + "x", lines[row][:-2], "  " + lines[row], "", "- 5"]))
    path = written(tmp_path_factory.getbasetemp(), "\n".join(lines), "bent.yaml")
    assert all(problem.line and problem.file == str(path) for problem in problems_of(path))


@settings(deadline=None)
@given(st.sampled_from(PATHS), VALUES)
def test_any_value_at_any_key_loads_or_is_a_scenario_error(
    tmp_path_factory: pytest.TempPathFactory, path: str, value: object
) -> None:
    file = written(tmp_path_factory.getbasetemp())
    assert all("\n" not in str(problem) for problem in problems_of(file, (path, json.dumps(value))))


def test_the_line_is_that_of_the_key(tmp_path: Path) -> None:
    text = TINY.replace("balancing: partition", "balancing: by_chance")
    assert refusal(written(tmp_path, text)) == (
        f":{line_of(text, 'by_chance')}: stack.stations.gps.balancing: "
        "must be 'shared', 'round_robin', 'least_busy', 'weighted', 'health_checked' or 'partition' (got 'by_chance')"
    )

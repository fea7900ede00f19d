"""A baseline as a file: what is written is read, what a person wrote stays, and what is wrong is said."""

from __future__ import annotations

import dataclasses
import math
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swifteats_sim.results.baseline import EMPTY, FORMAT, Baseline, Entry
from swifteats_sim.results.baseline_reading import baseline_of, read_baseline
from swifteats_sim.results.baseline_writing import WIDTH, as_text
from swifteats_sim.results.whole_file import must_be_writable, write_whole
from swifteats_sim.scenario import ScenarioError

ROWS = {"call.wait.p99": (0.1, 1e-7, 12345678.9), "call.stale.count": (0.0, None, 3.0)}
VERDICTS = {"call.wait p99 < 200 ms": "pass", "call.stale count == 0": "saturated"}
QUEUE = Entry("queue", 3, 3, "0a" * 32, "swifteats-sim 0.1.0, x86_64", VERDICTS, ROWS, "name: queue\nduration: 1 min\n")
PEAK = Entry("a-peak", 1, 3, "0b" * 32, "swifteats-sim 0.1.0, x86_64", {}, ROWS, "name: a-peak\n")
BOTH = EMPTY.with_entries({"queue": QUEUE, "a-peak": PEAK})
TEXT = as_text(BOTH)
values = st.floats(-1e30, 1e30, allow_nan=False) | st.integers(-10, 10**6).map(float)


def refusal(text: str) -> str:
    with pytest.raises(ScenarioError) as refused:
        baseline_of(text, "b.yaml")
    assert len(refused.value.problems) == 1
    return str(refused.value)


def test_what_is_written_is_read() -> None:
    read = baseline_of(TEXT, "b.yaml")
    assert list(read.entries) == ["a-peak", "queue"]
    assert read.head == EMPTY.head
    assert read.default == EMPTY.default
    assert all(read.entries[each.name].says_as(each) for each in (QUEUE, PEAK))
    assert read.entries["queue"].made_with == QUEUE.made_with
    assert as_text(read) == TEXT


@given(st.lists(st.tuples(values, values | st.none()), min_size=1, max_size=40))
def test_every_number_comes_back_to_the_last_bit(pairs: list[tuple[float, float | None]]) -> None:
    rows = {"a.b.mean": tuple(one for one, _ in pairs), "a.b.p99": (1.0, *(other for _, other in pairs[1:]))}
    entry = Entry("x", 1, len(pairs), "00" * 32, "m", {}, rows, "name: x\n")
    read = baseline_of(as_text(EMPTY.with_entries({"x": entry})), "b.yaml").entries["x"]
    assert read.rows == rows
    assert [math.copysign(1, value) for value in read.rows["a.b.mean"] if value is not None] == [
        math.copysign(1, value) for value in rows["a.b.mean"] if value is not None
    ]


def test_a_line_a_metric_in_the_order_of_names_and_none_too_long() -> None:
    many = Entry("x", 1, 40, "00" * 32, "m", {}, {"b.c.mean": (0.123456789,) * 40, "a.c.mean": (1.0,) * 40}, "n\n")
    lines = as_text(EMPTY.with_entries({"x": many})).splitlines()
    assert max(map(len, lines)) <= WIDTH
    named = [line for line in lines if line.startswith("      ") and not line.startswith("       ")]
    assert [line.split(":")[0].strip() for line in named] == ["a.c.mean", "b.c.mean", "n"]


def test_a_changed_metric_is_a_changed_line() -> None:
    moved = dataclasses.replace(QUEUE, rows={**ROWS, "call.wait.p99": (0.2, 0.3, 0.4)})
    after = as_text(BOTH.with_entries({"queue": moved}))
    changed = [pair for pair in zip(TEXT.splitlines(), after.splitlines(), strict=True) if pair[0] != pair[1]]
    assert changed == [("      call.wait.p99: 0.1 1e-07 12345678.9", "      call.wait.p99: 0.2 0.3 0.4")]


def test_what_stands_above_the_scenarios_is_its_authors() -> None:
    patterns = '  "*.max": 25 %   # the largest of all is noise\n  queue/*.p99: 20 ms\n'
    head = f"# Ours.\nformat: {FORMAT}\n\ntolerances:\n{patterns}"
    read = baseline_of(head + TEXT[len(EMPTY.head) :], "b.yaml")
    assert {pattern: each.text for pattern, each in read.patterns.items()} == {"*.max": "25 %", "queue/*.p99": "20 ms"}
    assert read.default is None
    assert as_text(read) == head + TEXT[len(EMPTY.head) :]
    assert read.tolerances(None).default.text == "2 %"


def test_every_metric_knows_its_line() -> None:
    lines = baseline_of(TEXT, "b.yaml").entries["queue"].lines
    assert [TEXT.splitlines()[line - 1].split(":")[0].strip() for line in lines.values()] == list(lines)


HEAD = f"format: {FORMAT}\n"
WRONG = {
    "no format": ("scenarios: {}\n", "b.yaml:1: format: required key is missing"),
    "another format": (
        "format: swifteats-sim baseline 2\nscenarios: {}\n",
        f"b.yaml:1: format: must be {FORMAT!r} (got 'swifteats-sim baseline 2')",
    ),
    "no scenarios": (HEAD, "b.yaml:1: scenarios: required key is missing"),
    "a list of scenarios": (f"{HEAD}scenarios: [a]\n", "scenarios: must be a mapping of keys to values (got a list)"),
    "a mistyped key": (
        f"{HEAD}tolerance_: 2 %\nscenarios:\n",
        "b.yaml:2: tolerance_: unknown key 'tolerance_'; did you",
    ),
    "twice": (f"{HEAD}format: x\nscenarios:\n", "duplicate key 'format'"),
    "below": (f"{HEAD}scenarios:\ntolerance: 2 %\n", "b.yaml:3: tolerance: must stand above `scenarios`"),
    "on one line": (f"{{format: {FORMAT}, scenarios: {{}}}}", "b.yaml:1: scenarios: must begin a line"),
    "no share": (f"{HEAD}tolerance: 5 ms\nscenarios:\n", "b.yaml:2: tolerance: '5 ms' cannot be said of every metric"),
    "no tolerance": (f"{HEAD}tolerances: {{a.b.c: much}}\nscenarios:\n", "tolerances.a.b.c: 'much' is no tolerance"),
    "a list for a tolerance": (f"{HEAD}tolerances: {{a: [1]}}\nscenarios:\n", "tolerances.a: must be a tolerance"),
    "a bent name": (f"{HEAD}scenarios:\n  '../x': {{}}\n", "b.yaml:3: scenarios.../x: is no scenario's name"),
    "deep": (HEAD + "scenarios: " + "[" * 40 + "]" * 40, "nested more than 30 deep"),
    "an alias": (f"{HEAD}tolerances:\n  *.max: 3 %\nscenarios:\n", "anchors (&) and aliases (*) are not read"),
    "a tag": (f"{HEAD}scenarios: !!python/object:os.system {{}}\n", "tags (!) are not read"),
    "a merge": (f"{HEAD}scenarios:\n  <<: {{}}\n", "merge keys"),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_a_file_that_is_no_baseline_says_why(text: str, said: str) -> None:
    assert said in refusal(text)


WRONG_PARTS = {
    "seed: 3": ("seed: -3", "seed: must be a whole number from 0 to 9223372036854775807 (got '-3')"),
    "replications: 3": ("replications: 1e9", "replications: must be a whole number from 1 to 10000 (got '1e9')"),
    "digest: " + "0a" * 32: ("digest: 0a", "digest: must be 64 hex digits (got '0a')"),
    "made_with: swifteats-sim 0.1.0, x86_64": ("made_with: []", "made_with: must be a line of words (got a list)"),
    ": pass": (": passed", "must be pass or fail or inconclusive or saturated (got 'passed')"),
    "0.1 1e-07": (".nan 1e-07", "call.wait.p99: must be finite numbers, at most 1e+30, or `none` (got '.nan')"),
    " 1e-07 ": (" 1e400 ", "must be finite numbers, at most 1e+30, or `none` (got '1e400')"),
    " 12345678.9": (" ١٢", "must be finite numbers, at most 1e+30, or `none` (got '١٢')"),
    "0 none 3": ("none none none", "call.stale.count: must have a number"),
    "0.1 1e-07 12345678.9": ("0.1 1e-07", "call.wait.p99: must be 3 numbers, one a replication (got 2)"),
    "call.wait.p99: 0": ("call wait: 0", "is no metric's name"),
    "call.wait.p99: 0.1": ("x: 0\n      call.wait.p99: 0.1", "is no metric's name"),
    "    declaration: |": ("    declared: |", "unknown key 'declared'; did you mean 'declaration'?"),
}


@pytest.mark.parametrize("right", WRONG_PARTS)
def test_an_entry_that_is_wrong_is_named_with_its_line_and_rule(right: str) -> None:
    wrong, said = WRONG_PARTS[right]
    alone = as_text(EMPTY.with_entries({"queue": QUEUE}))
    assert right in alone
    message = refusal(alone.replace(right, wrong, 1))
    assert said in message
    line = int(message.split(":")[1])
    assert wrong.split("\n")[0].split(":")[0].strip() in alone.replace(right, wrong, 1).splitlines()[line - 1]


def test_an_amount_has_the_unit_of_what_it_is_said_of() -> None:
    text = TEXT.replace("tolerances:", 'tolerances:\n  "call.*": 5 ms #', 1)
    assert "b.yaml:5: tolerances.call.*: '5 ms' has not the unit of call.stale.count" in refusal(text)
    assert baseline_of(TEXT.replace("tolerances:", 'tolerances:\n  "call.wait.*": 5 ms #', 1), "b.yaml")


@pytest.mark.parametrize(
    "make", [lambda path: path.mkdir(), lambda path: path.write_bytes(b"\xff\xfe"), lambda path: None]
)
def test_what_is_no_text_file_is_refused(tmp_path: Path, make: object) -> None:
    assert callable(make)
    make(tmp_path / "b.yaml")
    with pytest.raises(ScenarioError, match=r"b\.yaml.*: (is a directory|not UTF-8|no such file)"):
        read_baseline(tmp_path / "b.yaml")


def test_a_file_is_read_as_its_text_is(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(TEXT, encoding="utf-8")
    assert read_baseline(tmp_path / "b.yaml") == baseline_of(TEXT, str(tmp_path / "b.yaml"))


def test_a_file_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    real.write_text("before", encoding="utf-8")
    link.symlink_to(real)
    write_whole(link, "after\n")
    write_whole(tmp_path / "new/folder/b.yaml", "new\n")
    assert (tmp_path / "new/folder/b.yaml").read_text(encoding="utf-8") == "new\n"
    assert (real.read_text(encoding="utf-8"), link.is_symlink()) == ("after\n", True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.yaml", "new", "real.yaml"]


def test_a_disk_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "b.yaml"
    file.write_text("before", encoding="utf-8")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(file, "after\n")
    assert [path.name for path in tmp_path.iterdir()] == ["b.yaml"]
    assert file.read_text(encoding="utf-8") == "before"


def test_a_device_stays_one(tmp_path: Path) -> None:
    null, link = Path("/dev/null"), tmp_path / "link"
    link.symlink_to(null)
    for path in (null, link):
        must_be_writable(path)
        write_whole(path, "text\n")
        assert path.is_char_device()
    assert list(tmp_path.iterdir()) == [link]


def test_that_a_file_cannot_be_written_is_known_before(tmp_path: Path) -> None:
    must_be_writable(tmp_path / "new/folder/b.yaml")
    assert not (tmp_path / "new").exists()
    (tmp_path / "file").write_text("", encoding="utf-8")
    for place in (tmp_path, tmp_path / "file/b.yaml"):
        with pytest.raises(OSError, match="directory"):
            must_be_writable(place)


def test_a_baseline_with_entries_keeps_the_others() -> None:
    assert isinstance(BOTH, Baseline)
    assert list(EMPTY.with_entries({"queue": QUEUE}).with_entries({"a-peak": PEAK}).entries) == ["queue", "a-peak"]

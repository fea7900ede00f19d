"""Bad inputs made by hand, through the command line: one message that says where and what, exit 2, and nothing left.

`told.txt` is the list to read: every bad input, and the first line that its user sees.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hostile_cases import VALIDATE, Case, cases
from hostile_files import CITY, QUEUE, lay, rappi
from typer.testing import CliRunner

from swifteats_sim.cli.main import app

CASES = cases()
TOLD = Path(__file__).with_name("told.txt")
BAD_INPUT = 2
SECONDS, MEGABYTES = 2.0, 300
MOST_LINES, MOST_LETTERS = 51, 1600
"""Of a message, and of one of its lines."""
VALIDATED = 12
"""Processes that the scenarios are shared out to."""
FRAME = re.compile(r"[╭╮╰╯─│]|\s+")
MARK = "Usage: "


def expected() -> dict[str, str]:
    """The first line of what is told, by the input's name."""
    lines = TOLD.read_text(encoding="utf-8").splitlines()
    return dict(line.split(" => ", 1) for line in lines if line and not line.startswith("#"))


def first_line(stderr: str) -> str:
    """What is said first; of the command line's own errors what stands in the frame."""
    if stderr.startswith(MARK):
        return FRAME.sub(" ", stderr.partition(" Error ")[2]).strip().replace("  ", " ")
    return stderr.partition("\n")[0]


def check(case: Case, stderr: str, code: int, folder: Path) -> None:
    """Everything that holds for all."""
    assert code == BAD_INPUT, stderr
    assert "Traceback" not in stderr
    lines = stderr.removesuffix("\n").split("\n")
    assert 1 <= len(lines) <= MOST_LINES, stderr
    for line in lines:
        assert line.isprintable(), line
        assert len(line) <= MOST_LETTERS
    left = {path.name for path in folder.iterdir()}
    assert left == {name.partition(" -> ")[0].partition("/")[0] for name in case.files}, "something was written"
    assert "owned" not in left


@pytest.mark.parametrize("name", CASES)
def test_it_is_told_what_is_wrong_and_where(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES[name]
    lay(tmp_path, case.files)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, case.command, env={"COLUMNS": "1000", "TERM": "dumb"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    check(case, done.stdout + done.stderr, done.exit_code, tmp_path)
    assert shortened(first_line(done.stderr)) == expected()[name]


def shortened(line: str) -> str:
    """As `told.txt` has it: what repeats itself for ever is cut."""
    return re.sub(r"(.)\1{60,}", r"\1\1\1[...]", line)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in CASES if CASES[name].command != VALIDATE])
def test_its_process_takes_less_than_two_seconds_and_300_mb(name: str, tmp_path: Path) -> None:
    """Processor time, not the clock's, so that a busy machine decides nothing."""
    case = CASES[name]
    lay(tmp_path, case.files)
    code, seconds, megabytes, told = in_a_process(tmp_path, case.command)
    check(case, told, code, tmp_path)
    if not told.startswith(MARK):  # whose frame is as wide as the terminal
        assert shortened(first_line(told)) == expected()[name]
    assert seconds < SECONDS
    assert megabytes < MEGABYTES


@pytest.mark.slow
@pytest.mark.parametrize("part", range(VALIDATED))
def test_some_scenarios_together_take_less_than_two_seconds_and_300_mb(part: int, tmp_path: Path) -> None:
    """`validate` goes on to the next file after a bad one: each is told as it is alone, and all of them are within what
    one may take."""
    names = [name for name in CASES if CASES[name].command == VALIDATE][part::VALIDATED]
    for at, name in enumerate(names):
        lay(tmp_path / str(at), CASES[name].files)
    files = [f"{at}/bad.yaml" for at in range(len(names))]
    code, seconds, megabytes, told = in_a_process(tmp_path, ["validate", *files])
    assert code == BAD_INPUT
    assert "Traceback" not in told
    lines = told.split("\n")
    assert all(line.isprintable() for line in lines)
    for at, name in enumerate(names):
        of_one = [shortened(line).replace(f"{at}/", "") for line in lines if f"{at}/" in line]
        assert expected()[name] in of_one, name
    assert seconds < SECONDS
    assert megabytes < MEGABYTES


def in_a_process(folder: Path, command: list[str]) -> tuple[int, float, float, str]:
    """Exit code, processor seconds, megabytes at most, and what it wrote to stderr."""
    measured = (
        "import resource, subprocess, sys\n"
        "command = [sys.executable, '-m', 'swifteats_sim', *sys.argv[1:]]\n"
        "done = subprocess.run(command, capture_output=True, check=False)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "sys.stdout.buffer.write(f'{done.returncode} {used.ru_utime + used.ru_stime} {used.ru_maxrss}\\n'.encode())\n"
        "sys.stdout.buffer.write(done.stderr)\n"
    )
    line = [sys.executable, "-S", "-c", measured, *command]
    done = subprocess.run(line, cwd=folder, capture_output=True, check=True, env=None)
    head, _, told = done.stdout.partition(b"\n")
    code, seconds, kilobytes = head.split()
    return int(code), float(seconds), int(kilobytes) / 1024, told.decode()


def test_there_are_enough_and_each_is_listed_once() -> None:
    assert len(CASES) >= 150
    assert list(expected()) == list(CASES)


def test_a_good_one_is_none_of_them(tmp_path: Path) -> None:
    """The control arm: what the bad ones differ from is in order."""
    from swifteats_sim.scenario import load, read_trace

    lay(tmp_path, {"queue.yaml": QUEUE, "city.yaml": CITY, **rappi()})
    assert load(tmp_path / "queue.yaml").name == "tiny"
    assert load(tmp_path / "city.yaml").name == "town"
    assert load(tmp_path / "bad.yaml").name == "day"
    assert len(read_trace(tmp_path / "day").placed) == 2
    code, seconds, megabytes, _ = in_a_process(tmp_path, ["validate", "queue.yaml"])
    assert (code, seconds > 0, megabytes > 10) == (0, True, True), "what measures does measure"

"""`check` as builds meet it: what it prints and writes, how it ends, and what it leaves alone."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from defusedxml import ElementTree
from typer.testing import CliRunner

from swifteats_sim.cli.main import app

COMMAND = [sys.executable, "-m", "swifteats_sim"]
QUEUE = """\
name: queue
duration: 60 s
seed: 3
replications: 3
stack:
  stations:
    desk: {}
  flows:
    call:
      arrivals: exponential(125 ms)
      steps: [{at: desk, service: exponential(100 ms)}]
targets:
  call.latency: ["mean < 1 min"]
"""
FASTER = ("--set", "stack.flows.call.steps.0.service=exponential(50 ms)")
GITHUB = ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "queue.yaml").write_text(QUEUE, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A baseline of that scenario."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "queue.yaml").write_text(QUEUE, encoding="utf-8")
    assert check(folder, "--update").returncode == 0
    return (folder / "b.yaml").read_text(encoding="utf-8")


@pytest.fixture
def known(folder: Path, made: str) -> Path:
    """The folder, with a baseline of its scenario."""
    (folder / "b.yaml").write_text(made, encoding="utf-8")
    return folder


class Done(NamedTuple):
    """How a command ended, run in this process: a test that begins another one pays for its imports."""

    returncode: int
    stdout: str
    stderr: str


def check(folder: Path, *arguments: str, file: str = "queue.yaml", **github: str) -> Done:
    kept = {sent: signal.getsignal(sent) for sent in (signal.SIGPIPE, signal.SIGTERM)}
    env = {**dict.fromkeys(GITHUB, ""), **github}
    try:
        with contextlib.chdir(folder):
            done = CliRunner(env=env).invoke(app, ["check", file, "--baseline", "b.yaml", *arguments])
    finally:
        for sent, handler in kept.items():
            signal.signal(sent, handler)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return Done(done.exit_code, done.stdout, done.stderr)


def test_a_baseline_is_made_and_then_holds(folder: Path) -> None:
    refused = check(folder)
    assert (refused.returncode, refused.stderr) == (2, "b.yaml: no such baseline yet; --update makes it\n")
    made = check(folder, "--update")
    assert (made.returncode, made.stderr) == (0, "")
    assert "b.yaml: queue is taken in, with 34 metrics\n" in made.stdout
    before = (folder / "b.yaml").read_bytes()
    held = check(folder, "--workers", "2")
    assert (held.returncode, held.stdout) == (
        0,
        "queue: 1 of 1 target passes; 34 of 34 metrics are the same; same digest\n"
        "passed: 1 scenario; every target passes, no metric moved\n",
    )
    again = check(folder, "--update")
    assert "b.yaml: nothing to update\n" in again.stdout
    assert (folder / "b.yaml").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["b.yaml", "queue.yaml"]


def test_a_change_ends_with_99_and_all_its_files(known: Path) -> None:
    files = ("--junit", "out/j.xml", "--markdown", "out/m.md", "--json", "out/c.json", "--annotations")
    done = check(known, *FASTER, *files)
    assert (done.returncode, done.stderr) == (99, "")
    assert "the scenario itself changed since: stack.flows.call.steps.0.service (exponential(100 ms) ->" in done.stdout
    assert "  moved: call.latency.mean -" in done.stdout
    assert ", better\n" in done.stdout
    assert "::error file=queue.yaml,line=13,title=queue%3A metric moved::call.latency.mean -" in done.stdout
    suite = ElementTree.parse(known / "out/j.xml").getroot()[0]
    assert int(suite.get("failures")) > 5
    assert (known / "out/m.md").read_text(encoding="utf-8").startswith("## swifteats-sim check: failed: 1 scenario; ")
    kept = json.loads((known / "out/c.json").read_text(encoding="utf-8"))
    assert kept["exit_code"] == 99
    assert kept["scenarios"][0]["metrics"]["call.latency.mean"]["direction"] == "better"


def test_a_target_missed_ends_with_99_at_its_line_also_where_the_baseline_is_updated(known: Path) -> None:
    text = QUEUE.replace('["mean < 1 min"]', '\n    - "mean < 1 min"\n    - "p99 < 1 ms"')
    (known / "queue.yaml").write_text(text, encoding="utf-8")
    done = check(known, "--annotations")
    assert done.returncode == 99
    assert "  target missed: call.latency p99 < 1 ms: " in done.stdout
    assert "::error file=queue.yaml,line=15,title=queue%3A target missed::call.latency p99 < 1 ms" in done.stdout
    updated = check(known, "--update")
    assert updated.returncode == 99
    assert "b.yaml: queue is updated: 1 verdict, the digest and the scenario itself" in updated.stdout
    assert updated.stdout.splitlines()[-1] == "failed: 1 scenario; 1 target missed"


def test_a_single_replication_says_that_it_is_one(folder: Path) -> None:
    assert check(folder, "--set", "replications=1", "--update").returncode == 0
    done = check(folder, "--set", "replications=1", *FASTER)
    assert done.returncode == 99
    assert "one replication: its value alone, no interval" in done.stdout


def test_a_tolerance_of_the_command_or_of_the_file_lets_metrics_move(known: Path) -> None:
    slower = ("--set", "stack.flows.call.steps.0.service=exponential(101 ms)")
    assert check(known, *slower, "--tolerance", "0%").returncode == 99
    assert check(known, *slower, "--tolerance", "50%").returncode == 0
    file = known / "b.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("\ntolerances:", '\ntolerances:\n  "*": 50 % #'), "utf-8")
    assert check(known, *slower).returncode == 0
    assert check(known, *slower, "--tolerance", "0%").returncode == 0  # what the file says of a metric is nearer to it
    assert check(known, *slower, "--update").returncode == 0
    assert '\n  "*": 50 % # # by pattern' in file.read_text(encoding="utf-8")


def test_a_metric_that_is_gone_fails_and_one_that_is_new_is_named(known: Path) -> None:
    file = known / "b.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("      call.wait.mean:", "      call.queue.mean:"), encoding="utf-8")
    done = check(known)
    assert done.returncode == 99
    assert "  gone: measured in the baseline, and not any more: call.queue.mean\n" in done.stdout
    assert "  new: measured now, and not in the baseline: call.wait.mean\n" in done.stdout


def test_other_random_numbers_are_compared_and_said(known: Path) -> None:
    done = check(known, "--set", "seed=4", "--set", "replications=2")
    assert done.returncode in (98, 99)
    assert "the scenario itself changed since: seed (3 -> 4); replications (3 -> 2)\n" in done.stdout
    assert ", interval " in done.stdout
    assert "paired interval" not in done.stdout


def test_scenarios_are_updated_one_by_one(known: Path) -> None:
    (known / "other.yaml").write_text(QUEUE.replace("name: queue", "name: other"), encoding="utf-8")
    refused = check(known, file="other.yaml")
    assert (refused.returncode, refused.stderr) == (
        2,
        "b.yaml: scenarios.other: has no such scenario; --update takes it in\n",
    )
    before = (known / "b.yaml").read_text(encoding="utf-8").splitlines()
    done = check(known, "--update", file="other.yaml")
    assert "in the baseline, and not checked: queue\n" in done.stdout
    after = (known / "b.yaml").read_text(encoding="utf-8").splitlines()
    assert (after[:6], after[after.index("  queue:") :]) == ([*before[:5], "  other:"], before[5:])
    assert check(known, "queue.yaml", file="other.yaml").returncode == 0


def test_github_shows_annotations_and_a_summary(known: Path) -> None:
    summary = known / "summary.md"
    summary.write_text("from another step\n", encoding="utf-8")
    runner = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_WORKSPACE": str(known.parent)}
    done = check(known, *FASTER, GITHUB_ACTIONS="true", **runner)
    assert f"::error file={known.name}/queue.yaml,line=13," in done.stdout
    assert summary.read_text(encoding="utf-8").startswith("from another step\n## swifteats-sim check: failed")
    missing = check(known, GITHUB_STEP_SUMMARY=str(known / "no/such/summary.md"))
    assert missing.returncode == 0
    assert "GITHUB_STEP_SUMMARY: " in missing.stderr
    assert "::error" not in check(known, *FASTER).stdout


def test_a_hostile_file_name_is_letters_everywhere(known: Path) -> None:
    name = "::error::x\n::error::y|=cmd|'!A0\u202e\x1b[31m##[error].yaml"
    (known / name).write_text(QUEUE, encoding="utf-8")
    done = check(known, *FASTER, "--junit", "j.xml", "--markdown", "m.md", "--annotations", file=f"./{name}")
    assert done.returncode == 99
    assert all(line.isprintable() and "##[" not in line for line in done.stdout.splitlines())
    commands = [line for line in done.stdout.splitlines() if line.lstrip().startswith("::")]
    assert all(line.startswith(("::error file=", "::warning file=")) for line in commands)
    assert ElementTree.parse(known / "j.xml").getroot()[0].find("properties/property").get("value").isprintable()
    assert "<" not in (known / "m.md").read_text(encoding="utf-8")


BAD = {
    "a tolerance that is none": (("--tolerance", "much"), "--tolerance: 'much' is no tolerance: "),
    "a tolerance with a unit": (("--tolerance", "5 ms"), "--tolerance: '5 ms' cannot be said of every metric: "),
    "a key that is none": (
        ("--set", "durations=3"),
        "--set durations: unknown key 'durations'; did you mean 'duration'",
    ),
    "a name for two": (
        ("./queue.yaml",),
        "queue.yaml: name queue: is the name of queue.yaml as well: a baseline goes by",
    ),
    "a folder to write to": (("--junit", "."), ".: cannot be written: is a directory"),
    "a file for a folder": (
        ("--json", "queue.yaml/x.json"),
        "queue.yaml/x.json: cannot be written: is in no directory",
    ),
    "a scenario that is not there": (("nowhere.yaml",), "nowhere.yaml: no such file"),
}


@pytest.mark.parametrize(("arguments", "said"), BAD.values(), ids=BAD)
def test_bad_input_is_one_message_before_anything_runs(known: Path, arguments: tuple[str, ...], said: str) -> None:
    before = (known / "b.yaml").read_bytes()
    done = check(known, *arguments)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert done.stderr.startswith(said)
    assert (known / "b.yaml").read_bytes() == before


def test_a_broken_baseline_is_one_message_and_stays_as_it_is(known: Path) -> None:
    file = known / "b.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("0 0 0", "0 .nan 0", 1), encoding="utf-8")
    before = file.read_bytes()
    for arguments in ((), ("--update",)):
        done = check(known, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert "b.yaml:15: scenarios.queue.metrics.call.abandoned.ratio: must be finite numbers" in done.stderr
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (signal.SIGINT, 130, "interrupted; nothing was written"),
        (signal.SIGTERM, 143, "terminated; nothing was written"),
    ],
)
def test_an_interrupted_update_leaves_the_old_baseline(known: Path, asked: int, code: int, said: str) -> None:
    before = (known / "b.yaml").read_bytes()
    command = [*COMMAND, "check", "queue.yaml", "--baseline", "b.yaml", "--update", "--set", "duration=900 h"]
    running = subprocess.Popen(command, cwd=known, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    maps = Path(f"/proc/{running.pid}/maps")
    while "numba" not in maps.read_text(encoding="utf-8"):  # it is past its imports' beginning, and far from its end
        time.sleep(0.1)
    time.sleep(3)
    running.send_signal(asked)
    out, err = running.communicate(timeout=120)
    assert (running.returncode, out, err.strip()) == (code, "", said)
    assert (known / "b.yaml").read_bytes() == before
    assert sorted(path.name for path in known.iterdir()) == ["b.yaml", "queue.yaml"]

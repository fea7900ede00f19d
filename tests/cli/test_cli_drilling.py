"""The drill as its users meet it: what it says, refuses, and leaves when it is stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from typer.testing import CliRunner

from swifteats_sim.cli import app
from swifteats_sim.live.drill import run
from swifteats_sim.live.drill.plan import Plan
from swifteats_sim.live.drill.verdict import Figures, Verdict
from swifteats_sim.live.servers import Addresses

SERVERS = ("--postgres", "host=127.0.0.1 port=9", "--redis", "redis://127.0.0.1:9", "--kafka", "127.0.0.1:9")
FIGURES = Figures(32, 28, 3, 1, 900, 95, 0, 0, 4, 5, 1, 4.5)
SAID = """\
orders               32: 28 delivered, 3 cancelled, 1 without a driver
compare-and-sets     900 in 4.5 s (200/s), 95 lost to others
double assignments   0
oversold             0
requests             4 published twice, 5 seen twice, 1 dead letters
verdict              """


def in_process(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["drill", *arguments])
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What the drill is told to have broken; it is not run."""
    broken: list[tuple[str, ...]] = [()]

    def drill(addresses: Addresses, plan: Plan, folder: Path, tell: run.Tell) -> Verdict:
        return Verdict(plan, FIGURES, broken[0])

    monkeypatch.setattr(run, "drill", drill)
    return broken


def test_promises_that_are_kept_end_with_0(judged: list[tuple[str, ...]], tmp_path: Path) -> None:
    assert in_process(*SERVERS) == (0, f"{SAID}all promises are kept: the history is accepted\n", "")
    out = tmp_path / "drill"
    code, output, errors = in_process(*SERVERS, "--json", "--clients", "3", "--out", str(out))
    assert (code, errors) == (0, f"histories and verdict: {out}\n")
    told = json.loads(output)
    assert (told["kept"], told["plan"]["clients"], told["figures"]["attempts_per_second"]) == (True, 3, 200)
    assert json.loads((out / "drill.json").read_text()) == told
    assert in_process(*SERVERS, "--out", str(out)) == (
        2, "", f"drill: --out {out}: there are files in it; name a new folder\n"
    )  # fmt: skip


def test_promises_that_are_broken_end_with_99_and_are_named(judged: list[tuple[str, ...]]) -> None:
    judged[0] = ("oversold: 2 portions", *(f"fork: number {number}" for number in range(12)))
    code, output, _ = in_process(*SERVERS, "--control", "cas_unversioned")
    assert code == 99
    assert output.splitlines()[5:] == [
        "verdict              broken promises: 1 oversold, 12 fork",
        "- oversold: 2 portions",
        *(f"- fork: number {number}" for number in range(9)),
        "... and 3 more (--out DIR keeps them all)",
    ]


def test_servers_must_be_named_or_started() -> None:
    told = "drill: name your servers (--postgres, --redis, --kafka), or --start those that are not named\n"
    assert in_process() == (2, "", told)
    assert in_process(*SERVERS[:4]) == (2, "", told)


def test_servers_that_do_not_answer_are_said_in_one_line() -> None:
    code, output, errors = in_process(*SERVERS)
    assert (code, output, len(errors.splitlines())) == (2, "", 1)
    assert errors.startswith("drill: ")
    assert "refused" in errors


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_who_stops_it_finds_nothing_left(
    postgres_server: str, redis_url: str, kafka: str, tmp_path: Path, number: int, code: int
) -> None:
    servers = ("--postgres", postgres_server, "--redis", redis_url, "--kafka", kafka)
    command = [sys.executable, "-m", "swifteats_sim", "drill", *servers, "--clients", "4", "--orders", "500"]
    drill = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True)
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        _wait_for_orders(connection, postgres_server)
        os.killpg(drill.pid, number) if number == signal.SIGINT else drill.send_signal(number)  # as a terminal does
        _, errors = drill.communicate(timeout=30)
        assert (drill.returncode, len(errors.splitlines())) == (code, 1), errors
        assert _databases(connection) == 0
    assert Redis.from_url(redis_url).dbsize() == 0
    assert list(tmp_path.iterdir()) == []


def _databases(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    rows = connection.execute("select 1 from pg_database where datname = %s", (run.DATABASE,)).fetchall()
    return len(rows)


def _wait_for_orders(connection: psycopg.Connection[tuple[object, ...]], server: str) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if _databases(connection):
            try:
                with psycopg.connect(f"{server} dbname={run.DATABASE}") as inside:
                    if inside.execute("select 1 from orders limit 1").fetchone():
                        return
            except psycopg.Error:
                pass
        time.sleep(0.05)
    pytest.fail("the drill does not begin")

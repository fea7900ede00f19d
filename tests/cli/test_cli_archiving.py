"""The archive command as its users meet it: what it says, refuses, and leaves when it is stopped."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from swifteats_sim.cli import app
from swifteats_sim.live.archive import find, read_archive
from swifteats_sim.live.archive.made_orders import make_orders
from swifteats_sim.live.clock import day_number
from swifteats_sim.live.days import order_number, partition_of
from swifteats_sim.live.schema import open_partitions

COMMAND = [sys.executable, "-m", "swifteats_sim", "archive"]
OLD = day_number() - 100
"""A day past the hot window, whatever day it is when the test ends."""
NAME = partition_of(OLD).name


@pytest.fixture
def dsn(postgres_dsn: str) -> str:
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute("drop table orders_19700101, orders_20241004")
        open_partitions(connection, [OLD, day_number()])
        make_orders(connection, [OLD, day_number()], 50)
    return postgres_dsn


def archived(folder: Path, *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run([*COMMAND, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def in_process(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["archive", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_what_is_due_is_archived_and_then_nothing_is(dsn: str, tmp_path: Path) -> None:
    code, output, errors = archived(tmp_path, "--postgres", dsn, "--out", "old")
    assert (code, errors) == (0, "")
    stored = sum(path.stat().st_size for path in (tmp_path / "old/orders").glob("*/*/*")) / 1000
    assert output.splitlines() == [
        f"{NAME}: 50 orders, 32.8 kB in the database, {stored:.1f} kB as Parquet",
        "archived: 50 orders in 1 of 1 partitions that were due",
        "archive: old",
    ]
    table = read_archive(tmp_path / "old")
    assert table is not None
    assert table.num_rows == 50
    assert archived(tmp_path, "--postgres", dsn, "--out", "old") == (
        0, "nothing to archive: no partition of orders ended 90 days ago or before\n", ""
    )  # fmt: skip


def test_what_stays_is_said_with_its_reason(dsn: str, tmp_path: Path) -> None:
    number = order_number(OLD, 3)
    with psycopg.connect(dsn) as connection:
        connection.execute("update orders set state = 'food_preparing' where number = %s", (number,))
    code, output, errors = in_process("--postgres", dsn, "--out", str(tmp_path / "old"))
    assert code == 1
    assert output.startswith("archived: 0 orders in 0 of 1 partitions that were due\n")
    waits = f"orders are still open in it: {number}; it waits until they are closed"
    assert errors == f"{NAME} stays in the database: {waits}\n"
    assert in_process("--postgres", dsn, "--out", str(tmp_path / "old"), "--hot-days", "100")[0] == 0


@pytest.mark.parametrize("given", [(), ("--start", "--postgres", "dbname=x")])
def test_exactly_one_database_is_to_be_named(given: tuple[str, ...]) -> None:
    assert in_process(*given) == (2, "", "archive: give either --postgres DSN or --start\n")


def test_a_server_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    out = tmp_path / "old"
    code, output, errors = in_process("--postgres", "host=127.0.0.1 port=9 user=nobody", "--out", str(out))
    assert (code, output, len(errors.splitlines())) == (2, "", 1)
    assert errors.startswith("--postgres: connection ")
    assert not out.exists()


def test_bad_input_is_said_in_one_line(dsn: str, postgres_server: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert in_process("--postgres", dsn, "--out", str(tmp_path / "file")) == (
        2, "", f"--out {tmp_path}/file: File exists\n",
    )  # fmt: skip
    assert in_process("--postgres", postgres_server, "--out", str(tmp_path)) == (
        2, "", "--postgres: the database has no table of orders\n",
    )  # fmt: skip
    assert in_process("--postgres", "no such thing", "--out", str(tmp_path))[0] == 2
    assert in_process("--postgres", dsn, "--out", str(tmp_path / "one"))[0] == 0
    assert in_process("--postgres", dsn, "--out", str(tmp_path)) == (
        2, "", f"--out {tmp_path}: {tmp_path} does not hold {NAME}, which this database has archived\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("bounds", "said"),
    [("default", "DEFAULT"), ("for values from (7) to (9)", "FOR VALUES FROM ('7') TO ('9')")],
)
def test_orders_that_are_not_partitioned_by_days_are_refused(dsn: str, tmp_path: Path, bounds: str, said: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute(f"create table rest partition of orders {bounds}".encode())
    assert in_process("--postgres", dsn, "--out", str(tmp_path)) == (
        2, "", f"--postgres: rest is not a partition by days: {said}\n",
    )  # fmt: skip


def test_without_the_extra_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    code, output, errors = in_process("--start")
    assert (code, output) == (2, "")
    assert errors == "archive: install the extra 'live' (pip install 'swifteats-sim[live]')\n"


@pytest.mark.parametrize(
    ("number", "code", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_who_stops_it_loses_nothing(dsn: str, tmp_path: Path, number: int, code: int, word: str) -> None:
    """It waits for a lock just then, in the middle of a transaction."""
    with psycopg.connect(dsn) as writer, psycopg.connect(dsn, autocommit=True) as watcher:
        writer.execute("update orders set request = 9 where number = %s", (order_number(OLD, 3),))
        command = [*COMMAND, "--postgres", dsn, "--out", "old"]
        with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
            while watcher.execute("select 1 from pg_locks where not granted").fetchone() is None:
                assert run.poll() is None
            run.send_signal(number)
            output, errors = run.communicate()
        assert (run.returncode, output) == (code, "")
        assert errors == f"{word}; no order is lost, and the next run goes on from here\n"
    assert archived(tmp_path, "--postgres", dsn, "--out", "old")[0] == 0
    with psycopg.connect(dsn) as connection:
        found = find(connection, tmp_path / "old", order_number(OLD, 3))
    assert found is not None
    assert (found.where, found.fields["request"]) == ("archive", 9)


def test_a_second_archiver_leaves(dsn: str, tmp_path: Path) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("select pg_advisory_lock(hashtext('swifteats archive of orders'))")
        assert in_process("--postgres", dsn, "--out", str(tmp_path)) == (
            2, "", "--postgres: another archiver is at work on this database\n",
        )  # fmt: skip


@pytest.mark.slow
def test_a_demonstration_may_be_seen_twice(tmp_path: Path) -> None:
    for _ in range(2):
        code, output, errors = archived(tmp_path, "--start")
        assert (code, errors) == (0, "")
        assert output.splitlines()[-2:] == [
            "archived: 60,000 orders in 3 of 3 partitions that were due", "archive: outputs/archive",
        ]  # fmt: skip

"""An archiver that is killed anywhere loses no order and duplicates none: whoever runs next ends what it began."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from archive_child import BATCH, Archivers, archivers
from archive_worlds import NOW, OLD, Rows, all_rows, assert_archived, connected, fill, hot_rows

from swifteats_sim.live.archive import InUse, Moment, archive
from swifteats_sim.live.archive.partitions import standing
from swifteats_sim.live.clock import MONOTONIC, sleep

ORDERS = 100
_numbers = count()


class World:
    """A database that can be had again and again as it was at first."""

    def __init__(self, server: str, filled: str) -> None:
        self._server, self._filled = server, filled
        self.before = hot_rows(f"{server} dbname={filled}")

    @contextmanager
    def again(self, tmp_path: Path) -> Iterator[tuple[str, Path]]:
        name = f"killed{next(_numbers)}"
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(f"create database {name} template {self._filled}".encode())
            folder = tmp_path / name
            folder.mkdir()
            yield f"{self._server} dbname={name}", folder
            connection.execute(f"drop database {name} with (force)".encode())


@pytest.fixture
def world(postgres_server: str, postgres_dsn: str) -> World:
    fill(postgres_dsn, ORDERS)
    return World(postgres_server, postgres_dsn.rpartition("=")[2])


@pytest.fixture(scope="module")
def warm() -> Iterator[Archivers]:
    with archivers() as found:
        yield found


def moments_of(world: World, tmp_path: Path) -> list[Moment]:
    """All moments of an undisturbed run."""
    moments = list[Moment]()
    with world.again(tmp_path) as (dsn, folder):
        archive(dsn, folder, NOW, tell=moments.append, batch=BATCH)
        assert_archived(dsn, folder, world.before)
    return moments


def kill_at(warm: Archivers, dsn: str, folder: Path, moment: int) -> None:
    warm.begin(dsn=dsn, folder=str(folder), today=NOW, kill_at=moment)
    assert warm.end() == -signal.SIGKILL


def mend(dsn: str, folder: Path, before: Rows) -> None:
    """What holds after a kill, and after the next run."""
    assert all_rows(dsn, folder) == before, "a reader has each order once, before anybody has mended anything"
    assert all(outcome.problem is None for outcome in archive(dsn, folder, NOW, batch=BATCH))
    assert_archived(dsn, folder, before)


def test_killed_once_in_each_step(world: World, warm: Archivers, tmp_path: Path) -> None:
    """The small form of what follows."""
    moments = [(moment.step, moment.what) for moment in moments_of(world, tmp_path)]
    for kind in (
        ("seal", "not committed"), ("export", "batch"), ("export", "files in place"), ("verify", "batch"),
        ("detach", "done"), ("drop", "not committed"),
    ):  # fmt: skip
        index = moments.index(kind)
        with world.again(tmp_path) as (dsn, folder):
            kill_at(warm, dsn, folder, index)
            mend(dsn, folder, world.before)


@pytest.mark.long
def test_killed_at_every_moment(world: World, warm: Archivers, tmp_path: Path) -> None:
    moments = moments_of(world, tmp_path)
    assert len(moments) >= 100
    for index in range(len(moments)):
        with world.again(tmp_path) as (dsn, folder):
            kill_at(warm, dsn, folder, index)
            mend(dsn, folder, world.before)
    print(f"{len(moments)} kill points, {len(world.before)} orders: none lost, none twice")


@pytest.mark.slow
def test_killed_again_and_again_until_it_is_done(world: World, warm: Archivers, tmp_path: Path) -> None:
    """Each run dies some moments after the one before it did: whatever a killed run leaves is met by a killed run."""
    draws, kills = random.Random(7), 0
    for _ in range(5):
        with world.again(tmp_path) as (dsn, folder):
            while warm.begin(dsn=dsn, folder=str(folder), today=NOW, kill_at=draws.randrange(4, 30)) and warm.end():
                kills += 1
            assert_archived(dsn, folder, world.before)
    print(f"{kills} kills of five archives, each of {len(world.before)} orders: none lost, none twice")
    assert kills > 20


@pytest.mark.slow
def test_killed_at_any_instant_from_outside(world: World, warm: Archivers, tmp_path: Path) -> None:
    draws, kills = random.Random(7), 0
    with world.again(tmp_path) as (dsn, folder):
        begun = MONOTONIC()
        warm.begin(dsn=dsn, folder=str(folder), today=NOW, kill_at=None)
        assert warm.end() == 0
        takes = MONOTONIC() - begun
    for _ in range(40):
        with world.again(tmp_path) as (dsn, folder):
            pid = warm.begin(dsn=dsn, folder=str(folder), today=NOW, kill_at=None)
            sleep(draws.randrange(takes))
            os.kill(pid, signal.SIGKILL)  # nobody has this number before its end was asked for
            kills += warm.end() == -signal.SIGKILL
            mend(dsn, folder, world.before)
    print(f"{kills} kills at random instants, {len(world.before)} orders: none lost, none twice")
    assert kills > 20


def eventually(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        sleep(10_000_000)
    pytest.fail("it never came about")


def test_killed_between_the_two_transactions_of_a_detachment(world: World, warm: Archivers, tmp_path: Path) -> None:
    """PostgreSQL's own middle: the partition is leaving, and waits for a transaction that has seen it."""
    with world.again(tmp_path) as (dsn, folder), connected(dsn) as reader, connected(dsn) as other:

        def leaving() -> bool:
            return any(partition.leaving for partition in standing(other).values())

        reader.execute("begin isolation level repeatable read")
        reader.execute("select count(*) from orders")
        pid = warm.begin(dsn=dsn, folder=str(folder), today=NOW, kill_at=None)
        eventually(leaving)
        os.kill(pid, signal.SIGKILL)
        assert warm.end() == -signal.SIGKILL
        assert all_rows(dsn, folder) == world.before
        assert reader.execute("select count(*) from orders").fetchone() == (len(world.before),)
        reader.execute("commit")
        mend(dsn, folder, world.before)


def test_a_detachment_that_waits_too_long_gives_up_and_is_ended_by_the_next_run(world: World, tmp_path: Path) -> None:
    with world.again(tmp_path) as (dsn, folder):
        with connected(dsn) as reader:
            reader.execute("begin")
            reader.execute("select count(*) from orders")
            outcomes = archive(dsn, folder, NOW, batch=BATCH, patience=200)
            assert [outcome.partition.name for outcome in outcomes] == list(OLD)
            assert [str(outcome.problem) for outcome in outcomes] == [
                "transactions on orders that do not end are in the way of its detachment",
                *["it cannot be detached: partition \"orders_20241004\" already pending detach in partitioned table "
                  '"public.orders"'] * 2,
            ]  # fmt: skip
            assert all_rows(dsn, folder) == world.before
        mend(dsn, folder, world.before)


def test_an_archiver_whose_connection_is_cut_has_lost_nothing(world: World, tmp_path: Path) -> None:
    with world.again(tmp_path) as (dsn, folder), connected(dsn) as other:
        cut = "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'"

        def tell(moment: Moment) -> None:
            if (moment.partition, moment.step, moment.what) == (OLD[1], "export", "batch"):
                other.execute(cut)

        with pytest.raises(psycopg.OperationalError):
            archive(dsn, folder, NOW, tell=tell, batch=BATCH)
        mend(dsn, folder, world.before)


def test_two_at_once_one_does_it_and_the_other_leaves(world: World, warm: Archivers, tmp_path: Path) -> None:
    with world.again(tmp_path) as (dsn, folder):
        refused = list[InUse]()

        def second(moment: Moment) -> None:
            if (moment.step, moment.what) == ("export", "begins") and not refused:
                with pytest.raises(InUse, match="another archiver is at work") as caught:
                    archive(dsn, folder, NOW, patience=50)
                refused.append(caught.value)

        archive(dsn, folder, NOW, tell=second, batch=BATCH)
        assert len(refused) == 1
        assert_archived(dsn, folder, world.before)


def test_many_at_once_in_threads(world: World, tmp_path: Path) -> None:
    with world.again(tmp_path) as (dsn, folder):
        counts = list[int]()

        def work() -> None:
            counts.append(sum(outcome.orders for outcome in archive(dsn, folder, NOW, batch=BATCH, patience=20_000)))

        threads = [Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(counts) == [0, 0, 0, 3 * ORDERS]
        assert_archived(dsn, folder, world.before)

"""Orders past the hot window leave the database for Parquet, row for row, unless something is in the way."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import psycopg
import pyarrow.parquet as pq
import pytest
from archive_worlds import DAYS, HOT, NOW, OLD, all_rows, assert_archived, connected, fill, hot_rows, rows_of
from real_servers import TODAY

from swifteats_sim.domain.effects import Insert, Read
from swifteats_sim.live.archive import (
    Damaged,
    Found,
    Moment,
    NoOrders,
    NotItsArchive,
    Outcome,
    archive,
    find,
    read_archive,
)
from swifteats_sim.live.archive.files import PartWriter
from swifteats_sim.live.archive.ledger import Step
from swifteats_sim.live.archive.made_orders import make_orders
from swifteats_sim.live.archive.partitions import Standing, standing
from swifteats_sim.live.archive.sums import of_rows
from swifteats_sim.live.database import Database
from swifteats_sim.live.days import order_number
from swifteats_sim.live.schema import create, open_partitions

ORDERS = 200
ORDER = order_number(TODAY + 1, 17)
"""In the second of the partitions that are due."""


@pytest.fixture
def dsn(postgres_dsn: str) -> str:
    fill(postgres_dsn, ORDERS)
    return postgres_dsn


def problems(outcomes: tuple[Outcome, ...]) -> list[str | None]:
    return [outcome.problem for outcome in outcomes]


def test_what_is_past_the_hot_window_is_in_the_archive_alone_row_for_row(dsn: str, tmp_path: Path) -> None:
    before = hot_rows(dsn)
    outcomes = archive(dsn, tmp_path, NOW)
    assert [(outcome.partition.name, outcome.step, outcome.orders) for outcome in outcomes] == [
        (name, Step.DROPPED, ORDERS) for name in OLD
    ]
    assert problems(outcomes) == [None] * 3
    assert_archived(dsn, tmp_path, before)
    places = {(path.parts[-3], path.parts[-2]) for path in tmp_path.glob("orders/*/*/part-0.parquet")}
    assert places == {(f"placed_on=2024-10-0{day}", f"geo_key={geo}") for day in (4, 5, 6) for geo in (1, 2)}
    assert sum(outcome.stored for outcome in outcomes) == sum(
        path.stat().st_size for path in tmp_path.glob("orders/*/*/*.parquet")
    )


def test_a_run_after_it_finds_nothing_to_do(dsn: str, tmp_path: Path) -> None:
    archive(dsn, tmp_path, NOW)
    files = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert archive(dsn, tmp_path, NOW) == ()
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == files


@pytest.mark.parametrize(("today", "expected"), [(NOW - 3, ()), (NOW - 2, OLD[:1]), (NOW + 1, (*OLD, HOT[0]))])
def test_a_partition_is_due_when_its_last_day_is_over_for_the_hot_window(
    dsn: str, tmp_path: Path, today: int, expected: tuple[str, ...]
) -> None:
    assert tuple(outcome.partition.name for outcome in archive(dsn, tmp_path, today)) == expected


def test_an_ordinary_reader_of_partitioned_parquet_finds_the_columns_of_the_path(dsn: str, tmp_path: Path) -> None:
    before = hot_rows(dsn)
    archive(dsn, tmp_path, NOW)
    table = pq.read_table(tmp_path / "orders", filters=[("geo_key", "=", 2), ("placed_on", "=", "2024-10-05")])
    expected = [row for row in before if row["geo_key"] == 2 and str(row["placed_on"]) == "2024-10-05"]
    assert sorted(table["number"].to_pylist()) == [row["number"] for row in expected]
    ours = rows_of(read_archive(tmp_path, "2024-10-05", "2024-10-05", geo=2))
    assert ours == expected


def test_an_order_is_found_where_it_is(dsn: str, tmp_path: Path) -> None:
    before = {row["number"]: {**row, "placed_on": str(row["placed_on"])} for row in hot_rows(dsn)}
    hot = order_number(TODAY + 4, 3)
    with connected(dsn) as connection:
        assert find(connection, tmp_path, ORDER) == Found("orders", before[ORDER])
        archive(dsn, tmp_path, NOW)
        assert find(connection, tmp_path, ORDER) == Found("archive", before[ORDER])
        assert find(connection, tmp_path, hot) == Found("orders", before[hot])
        assert find(connection, tmp_path, order_number(TODAY + 1, ORDERS)) is None


def test_partitions_of_months_and_one_that_is_empty(postgres_server: str, tmp_path: Path) -> None:
    """20,000 is the 4th of October, 2024."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("drop database if exists months")
        connection.execute("create database months")
    dsn = f"{postgres_server} dbname=months"
    days = (TODAY, TODAY + 27, TODAY + 28, TODAY + 70)
    with connected(dsn) as connection:
        create(connection, days, "month")
        open_partitions(connection, [TODAY - 30], "month")
        make_orders(connection, days, ORDERS)
    before = hot_rows(dsn)
    outcomes = archive(dsn, tmp_path, TODAY + 28 + 90)  # November began on the 28th day
    assert [(outcome.partition.name, outcome.orders, outcome.problem) for outcome in outcomes] == [
        ("orders_202409", 0, None), ("orders_202410", 2 * ORDERS, None),
    ]  # fmt: skip
    assert sorted(path.name for path in (tmp_path / "orders").iterdir()) == [
        "placed_on=2024-10-04", "placed_on=2024-10-31",
    ]  # fmt: skip
    assert len(hot_rows(dsn)) == 2 * ORDERS
    assert all_rows(dsn, tmp_path) == before
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("drop database months with (force)")


def test_a_partition_with_an_open_order_waits_and_is_not_sealed(dsn: str, tmp_path: Path) -> None:
    with connected(dsn) as connection:
        connection.execute("update orders set state = 'picked_up', driver = 5 where number = %s", (ORDER,))
        outcomes = archive(dsn, tmp_path, NOW)
        assert problems(outcomes) == [
            None,
            f"orders are still open in it: {ORDER}; it waits until they are closed",
            None,
        ]
        assert outcomes[1] == Outcome(Standing(OLD[1], TODAY + 1, TODAY + 2), problem=outcomes[1].problem)
        assert tuple(standing(connection)) == (OLD[1], *HOT)
        connection.execute("update orders set state = 'delivered' where number = %s", (ORDER,))
        assert problems(archive(dsn, tmp_path, NOW)) == [None]


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("insert into reservations values (%s, 1, 1, 3, '[[1, 2]]')", "a reservation"),
        ("insert into outbox (number, request, version, geo_key, message) values (%s, 1, 1, 1, '[]')",
         "a message in the outbox"),
        ("insert into active_assignments values (5, 1, 1, %s)", "an active assignment"),
        ("insert into drivers values (5, 1, 1, 'order_assigned', %s)", "a driver"),
    ],
)  # fmt: skip
def test_what_still_refers_to_an_order_is_named(dsn: str, tmp_path: Path, statement: str, what: str) -> None:
    with connected(dsn) as connection:
        connection.execute(statement, (ORDER,))
    assert problems(archive(dsn, tmp_path, NOW)) == [None, f"{what} still refers to orders of it: {ORDER}", None]


def test_a_sealed_partition_is_closed_to_everybody(dsn: str, tmp_path: Path) -> None:
    writes = [
        "update orders set version = version + 1 where number = {order}",
        "delete from orders where number = {order}",
        "delete from orders_20241005",
        "truncate orders",
        "truncate orders_20241005",
        "insert into orders (number, version, geo_key) values ({order} + 4000, 1, 1)",
        "set session_replication_role = replica; update orders set request = 9 where number = {order}",
    ]
    tried = list[str]()

    def tell(moment: Moment) -> None:
        if (moment.partition, moment.step, moment.what) == (OLD[1], "export", "begins"):
            for write in writes:
                with connected(dsn) as connection, pytest.raises(psycopg.Error, match=f"{OLD[1]} is sealed"):
                    connection.execute(write.format(order=ORDER).encode())
                tried.append(write)
            with connected(dsn) as connection:  # reading goes on, and so do the days that are hot
                assert connection.execute("select count(*) from orders where number = %s", (ORDER,)).fetchone() == (1,)
                hot = "update orders set version = version + 1 where number = %s"
                assert connection.execute(hot, (order_number(TODAY + 4, 3),)).rowcount == 1

    assert problems(archive(dsn, tmp_path, NOW, tell=tell)) == [None] * 3
    assert tried == writes


def test_a_writer_who_has_begun_is_waited_for_and_his_write_is_archived(dsn: str, tmp_path: Path) -> None:
    archive(dsn, tmp_path, NOW - 2)
    with connected(dsn) as writer:
        writer.execute("begin")
        writer.execute("update orders set request = 9 where number = %s", (ORDER,))
        assert problems(archive(dsn, tmp_path, NOW - 1, patience=100)) == ["somebody is writing to it"]
        waiting = Thread(target=archive, args=(dsn, tmp_path, NOW - 1))
        waiting.start()
        with connected(dsn) as watcher:
            while watcher.execute("select 1 from pg_locks where not granted").fetchone() is None:
                pass
        writer.execute("commit")
        waiting.join()
        found = find(writer, tmp_path, ORDER)
        assert found is not None
        assert (found.where, found.fields["request"]) == ("archive", 9)


def test_writes_that_race_with_the_archiver_are_in_the_archive_if_they_were_committed(dsn: str, tmp_path: Path) -> None:
    done, stop = dict[int, int](), Event()

    def write() -> None:
        with connected(dsn) as connection:
            for turn in range(1_000_000):
                for day in DAYS:
                    number = order_number(day, turn % ORDERS)
                    try:
                        raised = "update orders set request = request + 1 where number = %s returning request"
                        row = connection.execute(raised, (number,)).fetchone()
                    except psycopg.errors.ReadOnlySqlTransaction:
                        continue
                    if row is not None:
                        done[number] = row[0]
                if stop.is_set():
                    return

    writer = Thread(target=write)
    writer.start()
    while len(done) < 100:
        pass
    outcomes = archive(dsn, tmp_path, NOW, batch=20)
    stop.set()
    writer.join()
    assert problems(outcomes) == [None] * 3
    requests = {row["number"]: row["request"] for row in all_rows(dsn, tmp_path)}
    assert len(requests) == len(DAYS) * ORDERS
    assert {number: requests[number] for number in done} == done


def part(folder: Path) -> Path:
    return folder / "orders/placed_on=2024-10-05/geo_key=1/part-0.parquet"


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 100)


def other_rows(path: Path) -> None:
    """A file in order, of other orders."""
    table = pq.read_table(path, partitioning=None)
    pq.write_table(table.slice(1), path)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (flipped, "has other bytes than were written"),
        (truncated, "bytes instead of"),
        (other_rows, "bytes instead of"),
        (Path.unlink, "cannot be read: No such file or directory"),
    ],
)
@pytest.mark.parametrize("step", ["verify", "drop"])
def test_damaged_files_are_found_before_the_table_goes(
    dsn: str, tmp_path: Path, damage: object, said: str, step: str
) -> None:
    """Before it is detached, and once more before it is dropped."""
    assert callable(damage)
    before, looks = hot_rows(dsn), list[Moment]()

    def tell(moment: Moment) -> None:
        if (moment.partition, moment.step, moment.what) == (OLD[1], "verify", "begins"):
            looks.append(moment)
            if len(looks) == {"verify": 1, "drop": 2}[step]:
                damage(part(tmp_path))

    problem = problems(archive(dsn, tmp_path, NOW, tell=tell))[1]
    assert problem is not None
    assert part(tmp_path).relative_to(tmp_path).as_posix() in problem
    assert said in problem
    assert problem.endswith("; it stays in the database, and the next run writes it anew")
    with connected(dsn) as connection:
        kept = connection.execute("select count(*) from orders_20241005").fetchone()
        assert kept == (ORDERS,)
    assert problems(archive(dsn, tmp_path, NOW)) == [None]
    assert_archived(dsn, tmp_path, before)


def test_rows_that_are_not_those_of_the_table_are_found_by_their_checksum(dsn: str, tmp_path: Path) -> None:
    """A file and a manifest that agree with each other, of which one row is not what the table holds."""
    real = PartWriter.write

    def wrong(writer: PartWriter, rows: list[list[object]]) -> None:
        real(writer, [[*row[:1], 99, *row[2:]] if row[0] == ORDER else row for row in rows])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PartWriter, "write", wrong)
        problem = problems(archive(dsn, tmp_path, NOW))[1]
    assert problem is not None
    assert "orders that are not the" in problem
    assert of_rows([(1, None)], [1]) != of_rows([(1, "")], [1])


@contextmanager
def small_disk(size: int) -> Iterator[None]:
    """No file may become larger than `size` bytes: the system refuses a write beyond, as a full disk does."""
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)


@pytest.mark.parametrize("orders", [ORDERS, 20 * ORDERS])
def test_a_full_disk_leaves_everything_in_the_database_and_is_not_tried_again(
    postgres_dsn: str, tmp_path: Path, orders: int
) -> None:
    """At the end of a file that is small, or in the middle of one that is not."""
    dsn = postgres_dsn
    fill(dsn, orders)
    before = hot_rows(dsn)
    with small_disk(500):
        outcomes = archive(dsn, tmp_path, NOW)
    assert problems(outcomes) == [f"{tmp_path} cannot be written to: File too large"]
    assert hot_rows(dsn) == before
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert problems(archive(dsn, tmp_path, NOW)) == [None] * 3
    assert_archived(dsn, tmp_path, before)


def test_a_folder_that_takes_nothing_leaves_everything_in_the_database(dsn: str, tmp_path: Path) -> None:
    before = hot_rows(dsn)
    (tmp_path / "orders").write_text("a file, where a folder should be", encoding="utf-8")
    assert problems(archive(dsn, tmp_path, NOW)) == [f"{tmp_path} cannot be written to: Not a directory"]
    assert hot_rows(dsn) == before


def test_a_folder_that_is_not_its_archive_is_refused(dsn: str, tmp_path: Path) -> None:
    archive(dsn, tmp_path / "one", NOW - 2)
    with pytest.raises(NotItsArchive, match=f"other does not hold {OLD[0]}, which this database has archived"):
        archive(dsn, tmp_path / "other", NOW)
    assert not (tmp_path / "other").exists()


def test_an_archive_of_another_database_is_not_written_over(dsn: str, tmp_path: Path) -> None:
    with connected(dsn) as connection:
        connection.execute("update orders set request = 9 where number = %s", (ORDER,))
    archive(dsn, tmp_path, NOW)
    with connected(dsn) as connection:  # as another one: nothing archived yet, and other orders
        connection.execute("truncate archived_partitions")
        open_partitions(connection, DAYS)
        make_orders(connection, DAYS[:3], ORDERS)
    said = f"{tmp_path} holds other orders as {OLD[1]}: it is another archive's"
    assert problems(archive(dsn, tmp_path, NOW)) == [None, said, None]


def test_a_partition_made_anew_for_archived_days_is_named(dsn: str, tmp_path: Path) -> None:
    before = hot_rows(dsn)
    archive(dsn, tmp_path, NOW)
    with connected(dsn) as connection:
        open_partitions(connection, [TODAY + 1])
        connection.execute("insert into orders (number, version, geo_key) values (%s, 1, 1)", (ORDER + 4000,))
    assert len(all_rows(dsn, tmp_path)) == len(before) + 1
    said = f"its days were archived before, as {OLD[1]}: look at what it holds, and drop it"
    assert problems(archive(dsn, tmp_path, NOW)) == [said]


def test_a_column_that_the_archive_does_not_know_is_kept_and_one_that_it_cannot_hold_is_refused(
    dsn: str, tmp_path: Path
) -> None:
    with connected(dsn) as connection:
        connection.execute("alter table orders add column remark text default 'ring twice'")
        archive(dsn, tmp_path, NOW - 2)
        found = find(connection, tmp_path, order_number(TODAY, 3))
        assert found is not None
        assert found.fields["remark"] == "ring twice"
        connection.execute("alter table orders add column tip bigint")  # what was archived before has none
        assert {row["tip"] for row in all_rows(dsn, tmp_path)} == {None}
        connection.execute("alter table orders add column paid numeric")
    assert (
        problems(archive(dsn, tmp_path, NOW))
        == ["its column paid is of type numeric, which the archive cannot hold"] * 2
    )


def test_a_table_that_was_changed_past_its_seal_is_not_taken_for_what_was_sealed(dsn: str, tmp_path: Path) -> None:
    def tell(moment: Moment) -> None:
        if (moment.partition, moment.step, moment.what) == (OLD[1], "export", "manifest in place"):
            with connected(dsn) as connection:
                connection.execute(f"drop trigger sealed on {OLD[1]}".encode())
                connection.execute("update orders set request = 9 where number = %s", (ORDER,))

    assert problems(archive(dsn, tmp_path, NOW, tell=tell))[1] == (
        f"{OLD[1]} does not hold any more what it held when it was sealed"
    )


@pytest.mark.parametrize(
    ("step", "what", "expected"),
    [("export", "manifest in place", "its table is gone, and the archive did not drop it"), ("detach", "done", None)],
)
def test_a_table_that_somebody_else_has_dropped(
    dsn: str, tmp_path: Path, step: str, what: str, expected: str | None
) -> None:
    """Before it was verified it is missed; a detached one has been archived."""
    before = hot_rows(dsn)

    def tell(moment: Moment) -> None:
        if (moment.partition, moment.step, moment.what) == (OLD[1], step, what):
            with connected(dsn) as connection:
                connection.execute(f"drop table {OLD[1]}".encode())

    assert problems(archive(dsn, tmp_path, NOW, tell=tell))[1] == expected
    assert all_rows(dsn, tmp_path) == before


def test_a_rule_that_comes_back_to_an_archived_order_is_refused_aloud(dsn: str, tmp_path: Path) -> None:
    """It does not make the order a second time."""
    archive(dsn, tmp_path, NOW)
    database = Database(dsn)
    with pytest.raises(psycopg.errors.CheckViolation, match="no partition of relation"):
        database.insert(Insert("orders", ORDER, {}), 1)
    assert database.read(Read((("orders", ORDER),))) == (None,)
    database.close()


def test_a_database_without_orders_is_refused(postgres_server: str, tmp_path: Path) -> None:
    with pytest.raises(NoOrders):
        archive(postgres_server, tmp_path, NOW)


def test_a_damaged_manifest_is_no_manifest(dsn: str, tmp_path: Path) -> None:
    archive(dsn, tmp_path, NOW)
    manifest = tmp_path / f"manifests/{OLD[0]}.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"orders": 200', '"orders": 199', 1))
    with pytest.raises(ValueError, match=f"manifests/{OLD[0]}.json is damaged: it contradicts itself"):
        read_archive(tmp_path)
    with pytest.raises(NotItsArchive, match="is damaged"):
        archive(dsn, tmp_path, NOW)
    assert issubclass(Damaged, RuntimeError)

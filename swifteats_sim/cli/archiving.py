"""The command that moves old orders out of the database."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn, Optional

import typer

from swifteats_sim.cli.bar import bar
from swifteats_sim.cli.leaving import BAD_INPUT, BROKEN, INTERRUPTED, TERMINATED, folder_ready, orderly, say
from swifteats_sim.cli.servers import of_extra_live

if TYPE_CHECKING:
    from swifteats_sim.live.archive import Outcome
    from swifteats_sim.live.archive.telling import Tell

MADE_DAYS, MADE_ORDERS = 3, 20_000
"""With --start: days past the hot window, and orders a day."""


class _Terminated(KeyboardInterrupt):
    """The process was asked to end (SIGTERM): a kind of interrupt, so that the connection is left in order."""


def archive(
    postgres: Annotated[
        Optional[str],  # noqa: UP045 - typer reads the annotation at run time
        typer.Option(metavar="DSN", help="The database, as libpq writes it: 'host=... dbname=...' or postgresql://..."),
    ] = None,
    start: Annotated[
        bool, typer.Option("--start", help="Start a PostgreSQL with made orders instead, to see it done.")
    ] = False,
    out: Annotated[Path, typer.Option(metavar="DIR", help="The archive's folder.")] = Path("outputs/archive"),
    hot_days: Annotated[int, typer.Option(min=1, help="Days that orders stay in the database.")] = 90,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Move orders that are past the hot window from the database to partitioned Parquet (F7, A59).

    Each partition of orders that ended so many days ago is sealed, exported, verified, detached and dropped. A run
    that is stopped anywhere loses nothing: the next one goes on where it was. A partition with an open order waits.

    Exit codes: 0 all that is due is archived, 1 something that is due stays in the database, 2 bad input.
    """
    with orderly(), _answering(out):
        if (postgres is None) == (not start):
            _refuse("archive: give either --postgres DSN or --start")
        from swifteats_sim.live import archive as archiving
        from swifteats_sim.live.clock import day_number

        with ExitStack() as stack:
            dsn = stack.enter_context(_made(hot_days)) if postgres is None else postgres
            stack.enter_context(folder_ready(out))
            tell = stack.enter_context(_shown(quiet))
            outcomes = archiving.archive(dsn, out, day_number(), hot_days, tell)
        _print(outcomes, out, hot_days)
        raise typer.Exit(BROKEN if any(outcome.problem for outcome in outcomes) else 0)


@contextmanager
def _answering(out: Path) -> Iterator[None]:
    """One line for what a user can mend, and for an interrupt, which leaves what is whole."""
    with of_extra_live("archive"):
        import psycopg
    from swifteats_sim.live.archive import InUse, NoOrders, NotItsArchive
    from swifteats_sim.live.archive.partitions import NotByDays
    from swifteats_sim.live.servers.process import NoServer

    signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    except NotItsArchive as error:
        _refuse(f"--out {out}: {error}")
    except (psycopg.Error, InUse, NoOrders, NotByDays) as error:
        _refuse(f"--postgres: {str(error).strip().splitlines()[0]}")
    except NoServer as error:
        _refuse(f"--start: {error}")
    except KeyboardInterrupt as interrupt:
        ended = isinstance(interrupt, _Terminated)
        say(f"{'terminated' if ended else 'interrupted'}; no order is lost, and the next run goes on from here")
        raise typer.Exit(TERMINATED if ended else INTERRUPTED) from None


@contextmanager
def _made(hot_days: int) -> Iterator[str]:
    """A server with orders of days past the hot window, of its first day and of today."""
    import psycopg

    from swifteats_sim.live.archive.made_orders import make_orders
    from swifteats_sim.live.clock import day_number
    from swifteats_sim.live.schema import create
    from swifteats_sim.live.servers.postgres import postgres

    hottest = day_number()
    days = [*range(hottest - hot_days - MADE_DAYS, hottest - hot_days + 1), hottest]
    with postgres() as (dsn, _):
        with psycopg.connect(dsn, autocommit=True) as connection:
            create(connection, days)
            make_orders(connection, days, MADE_ORDERS)
        yield dsn


@contextmanager
def _shown(quiet: bool) -> Iterator[Tell]:
    """A listener that moves a bar a partition, on a terminal."""
    with bar("archive", "looking", quiet) as show:
        yield lambda moment: show(moment.partition, moment.step, moment.rows, moment.of or None)


def _print(outcomes: tuple[Outcome, ...], out: Path, hot_days: int) -> None:
    """A line a partition that was due, and what stays with its reason."""
    archived = [outcome for outcome in outcomes if outcome.problem is None]
    for outcome in archived:
        typer.echo(
            f"{outcome.partition.name}: {outcome.orders:,} orders, {_bytes(outcome.size)} in the database, "
            f"{_bytes(outcome.stored)} as Parquet"
        )
    for outcome in outcomes:
        if outcome.problem is not None:
            say(f"{outcome.partition.name} stays in the database: {outcome.problem}")
    if not outcomes:
        typer.echo(f"nothing to archive: no partition of orders ended {hot_days} days ago or before")
        return
    orders = sum(outcome.orders for outcome in archived)
    typer.echo(f"archived: {orders:,} orders in {len(archived)} of {len(outcomes)} partitions that were due")
    typer.echo(f"archive: {out}")


def _bytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.1f} kB"


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise _Terminated


def _refuse(text: str) -> NoReturn:
    say(text)
    raise typer.Exit(BAD_INPUT)

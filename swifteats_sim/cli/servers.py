"""What commands that work on real servers have in common: how servers are named, and what must be installed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Optional

import typer

from swifteats_sim.cli.leaving import BAD_INPUT, say

Postgres = Annotated[
    Optional[str],  # noqa: UP045 - typer reads the annotation at run time
    typer.Option(
        "--postgres", metavar="DSN", help="Your PostgreSQL; a database of its own is made in it, and dropped."
    ),
]
RedisUrl = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--redis", metavar="URL", help="An empty database of your Redis, as redis://host:6379/5."),
]
Brokers = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--kafka", metavar="BROKERS", help="Your brokers, as host:port,...; topics are made, and deleted."),
]
Start = Annotated[bool, typer.Option("--start", help="Start those that are not given, here, for as long.")]


def must_be_there(command: str, start: bool, *servers: str | None) -> None:
    """Bad input where a server is neither named nor to be started."""
    if not start and None in servers:
        say(f"{command}: name your servers (--postgres, --redis, --kafka), or --start those that are not named")
        raise typer.Exit(BAD_INPUT)


@contextmanager
def of_extra_live(command: str) -> Iterator[None]:
    """Around imports: what is not installed is bad input, with the words that install it.

    What the client of PostgreSQL notes of a connection that an interrupt has left in the middle is for nobody to read.
    """
    logging.getLogger("psycopg").addHandler(logging.NullHandler())
    try:
        yield
    except ImportError:
        say(f"{command}: install the extra 'live' (pip install 'swifteats-sim[live]')")
        raise typer.Exit(BAD_INPUT) from None

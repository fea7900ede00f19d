"""The options `--precision` and `--max-replications`: how sure an answer is to be."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, NoReturn, Optional

import typer

from swifteats_sim.cli.leaving import BAD_INPUT, say

if TYPE_CHECKING:
    from swifteats_sim.experiments import Look
    from swifteats_sim.scenario import Precision

Share = Annotated[
    Optional[str],  # noqa: UP045 - typer reads the annotation at run time
    typer.Option(
        "--precision",
        metavar="SHARE",
        help="Add replications, at least 10, until half of the 95 % interval of every metric that is judged is at most "
        "this share of its mean: 2%.",
    ),
]
Cap = Annotated[
    Optional[int],  # noqa: UP045
    typer.Option("--max-replications", metavar="N", help="The most that --precision may run; 200 where not given."),
]


def asked_precision(share: str | None, cap: int | None, only: int | None = None) -> Precision | None:
    """The precision that was asked for; exit 2 with a message where nobody could keep it.

    only : the one replication that is asked for, of which no interval can be had.
    """
    from swifteats_sim.scenario.precision import MOST, Precision, share_of

    if share is None:
        if cap is not None:
            _refuse(f"--max-replications {cap}: is the cap of --precision, which is not given")
        return None
    if only is not None:
        _refuse(f"--precision {share}: --only runs one replication, which has no interval")
    try:
        wanted = Precision(share_of(share))
    except ValueError as error:
        _refuse(f"--precision {share}: {error}")
    try:
        return Precision(wanted.share, MOST if cap is None else cap)
    except ValueError as error:
        _refuse(f"--max-replications {cap}: {error}")


def says_what_is_missing(asked: Precision | None, quiet: bool) -> Callable[[Look], None]:
    """Told after each round: a line to stderr, where somebody sits there."""

    def looked(seen: Look) -> None:
        from swifteats_sim.experiments.sequential_words import still_missing

        if asked is not None and not quiet and sys.stderr.isatty():
            say(still_missing(seen, asked))

    return looked


def _refuse(message: str) -> NoReturn:
    say(message)
    raise typer.Exit(BAD_INPUT)

"""What the command line sets in a scenario: `PATH=VALUE`, and the options that have a name of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Optional

import typer

from swifteats_sim.cli.leaving import BAD_INPUT, say

Settings = Annotated[
    Optional[list[str]],  # noqa: UP045 - typer reads the annotation at run time
    typer.Option("--set", metavar="PATH=VALUE", help="Replace a value by its dotted path; may be repeated."),
]


def overrides(
    settings: Sequence[str] | None, seed: int | None = None, replications: int | None = None
) -> list[tuple[str, str]]:
    """`--set`, then `--seed` and `--replications`."""
    named = (("seed", seed), ("replications", replications))
    return pairs(settings) + [(name, str(value)) for name, value in named if value is not None]


def pairs(settings: Sequence[str] | None, option: str = "--set") -> list[tuple[str, str]]:
    """Each setting of an option as (path, value)."""
    found = []
    for setting in settings or []:
        path, equals, value = setting.partition("=")
        if not equals or not path:
            say(f"{option} {setting}: write PATH=VALUE")
            raise typer.Exit(BAD_INPUT)
        found.append((path.strip(), value))
    return found

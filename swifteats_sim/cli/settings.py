"""Values of a scenario that the command line replaces."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from swifteats_sim.cli.leaving import BAD_INPUT, say

Settings = Annotated[
    Optional[list[str]],  # noqa: UP045 - typer reads the annotation at run time
    typer.Option("--set", metavar="PATH=VALUE", help="Replace a value by its dotted path; may be repeated."),
]


def overrides(
    settings: list[str] | None, seed: int | None = None, replications: int | None = None
) -> list[tuple[str, str]]:
    """`--set`, then the options that have a name of their own."""
    pairs = []
    for setting in settings or []:
        path, equals, value = setting.partition("=")
        if not equals or not path:
            say(f"--set {setting}: write PATH=VALUE")
            raise typer.Exit(BAD_INPUT)
        pairs.append((path.strip(), value))
    named = (("seed", seed), ("replications", replications))
    return pairs + [(name, str(value)) for name, value in named if value is not None]

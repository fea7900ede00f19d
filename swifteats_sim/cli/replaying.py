"""A broken invariant as users meet it: what was seen, and the command that shows it again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from swifteats_sim.cli.leaving import BROKEN, say
from swifteats_sim.scenario import Scenario

if TYPE_CHECKING:
    from swifteats_sim.simulation import Engine

COMPILED = "compiled"
"""The engine that runs where nothing is said."""


@contextmanager
def replayable(
    file: Path,
    settings: Sequence[str],
    seed: int,
    replications: int | None,
    engine: str = COMPILED,
    policy: str | None = None,
) -> Iterator[None]:
    """Turn a broken invariant into one message and exit 1; nothing of such a run is written.

    replications, engine, policy : as asked for on the command line.
    """
    from swifteats_sim.simulation.violation import Violation

    try:
        yield
    except Violation as broken:
        replay = replay_of(file, settings, seed, replications, broken.replication, engine, policy)
        say(f"{broken}\nreplay: {replay}")
        raise typer.Exit(BROKEN) from None


def replay_of(
    file: Path,
    settings: Sequence[str],
    seed: int,
    replications: int | None,
    replication: int,
    engine: str = COMPILED,
    policy: str | None = None,
) -> str:
    """The command that runs this replication (from 0) alone."""
    chosen = [word for setting in settings for word in ("--set", setting)]
    if replications is not None:
        chosen += ["--replications", str(replications)]
    if engine != COMPILED:
        chosen += ["--engine", engine]
    if policy is not None:
        chosen += ["--policy", policy]
    return shlex.join(["swifteats-sim", "run", str(file), *chosen, "--seed", str(seed), "--only", str(replication + 1)])


def run_only(scenario: Scenario, number: int, engine: Engine = "compiled") -> None:
    """Run one replication, counted from 1, for its invariants' sake; it is neither judged nor written."""
    from swifteats_sim.simulation import simulate

    if number > scenario.replications:
        has = f"{scenario.replications} replication{'s' * (scenario.replications > 1)}"
        say(f"--only {number}: the scenario has {has}; --replications asks for more")
        raise typer.Exit(2)
    simulate(scenario, number - 1, engine=engine)
    say(f"replication {number}: every invariant holds")

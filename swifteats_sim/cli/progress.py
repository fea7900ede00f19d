"""Progress of a long run, to stderr; quiet when that is no terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from swifteats_sim.experiments import Growing, Tick
from swifteats_sim.scenario import Scenario


@contextmanager
def shown(scenario: Scenario, quiet: bool, side: str = "") -> Iterator[tuple[Tick, Growing]]:
    """A tick that moves a bar over all replications' virtual time, and who is told of trees that are grown before.

    side : what is said before the scenario's name, where more than one is run.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield (lambda replication, now: None), (lambda streets, grown, of: None)
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[clock]}"),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(f"{side}{scenario.name}", total=scenario.end * scenario.replications, clock="starting")

        reached: dict[int, int] = {}

        def tick(replication: int, now: int) -> None:
            reached[replication] = now
            of = max(scenario.replications, *reached, replication + 1)  # precision may ask for more than were declared
            clock = f"{_clock(now)} of {_clock(scenario.end)}, replication {replication + 1} of {of}"
            bar.update(task, total=scenario.end * of, completed=sum(reached.values()), clock=clock)

        trees = bar.add_task("trees of its streets", total=None, clock="", visible=False)

        def growing(streets: str, grown: int, of: int) -> None:
            clock = f"{grown:,} of {of:,} of {streets}"
            bar.update(trees, total=of, completed=grown, clock=clock, visible=grown < of)

        yield tick, growing


def _clock(instant: int) -> str:
    minutes = instant // 60_000_000_000
    return f"{minutes // 60}:{minutes % 60:02d}"

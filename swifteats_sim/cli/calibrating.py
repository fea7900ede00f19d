"""`swifteats-sim calibrate`: what servers take, measured, and whether a simulation with that predicts what they do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from swifteats_sim.cli.leaving import BAD_INPUT, folder_ready, let_readers_leave, orderly, say
from swifteats_sim.cli.servers import Brokers, Postgres, RedisUrl, Start, must_be_there, of_extra_live

if TYPE_CHECKING:
    from swifteats_sim.live.calibration.calibrate import Calibration
    from swifteats_sim.live.calibration.load import ClosedLoad


def calibrate(
    postgres: Postgres = None,
    redis: RedisUrl = None,
    kafka: Brokers = None,
    start: Start = False,
    orders: Annotated[int, typer.Option(min=50, help="Carried by one client alone, twice.")] = 2_000,
    seconds: Annotated[float, typer.Option(min=1.0, help="Of each load.")] = 10.0,
    rounds: Annotated[
        int, typer.Option(min=1, help="Over which orders and seconds are shared out: a machine's speed drifts.")
    ] = 5,
    loads: Annotated[
        str, typer.Option(metavar="LOADS", help="To predict and measure: CLIENTS:ITEMS:DRIVERS,... or none.")
    ] = "3:10:32,6:10:32,12:5:16",
    fixes: Annotated[
        float, typer.Option(min=0.0, help="Seconds of 2,000 fixes/s through the broker to Redis; 0: none.")
    ] = 20.0,
    out: Annotated[Path, typer.Option(help="Folder for the calibration's folder.")] = Path("outputs"),
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Measure what the platform's effects take of PostgreSQL, Redis and a broker, and write a stack for scenarios.

    Then run the platform's rules under closed loads that the measurement has not seen, predict them, and print both.
    """
    with orderly():
        must_be_there("calibrate", start, postgres, redis, kafka)
        with of_extra_live("calibrate"):
            from swifteats_sim.live.calibration import calibrate as calibration
            from swifteats_sim.live.calibration.files import write
            from swifteats_sim.live.calibration.site import Unmeasured
            from swifteats_sim.live.servers import started
            from swifteats_sim.live.servers.process import NoServer

        contests = _loads(loads)
        effort = calibration.Effort(orders, seconds, fixes=fixes, rounds=rounds)
        try:
            with folder_ready(out), started(postgres, redis, kafka) as addresses:
                done = calibration.calibrate(addresses, effort, contests, (lambda text: None) if quiet else say)
                folder = write(done, addresses, out)
        except (NoServer, Unmeasured) as error:
            say(f"calibrate: {error}")
            raise typer.Exit(BAD_INPUT) from None
        let_readers_leave()
        _print(done)
        typer.echo(f"results: {folder}")


def _print(calibration: Calibration) -> None:
    """A table for each load."""
    from itertools import groupby

    from rich.console import Console
    from rich.table import Table

    from swifteats_sim.live.calibration.contrast import aimed, figures, said, shown

    console = Console()
    for load, each in groupby(figures(calibration), lambda figure: figure.load):
        table = Table(title=load, title_justify="left", box=None, pad_edge=False)
        table.add_column("figure")
        for name in ("predicted", "measured", "error"):
            table.add_column(name, justify="right")
        table.add_column("aim")
        for figure in each:
            values = shown(figure.predicted, figure.unit), shown(figure.measured, figure.unit)
            table.add_row(figure.name, *values, said(figure), aimed(figure))
        console.print(table)
        console.print()


def _loads(text: str) -> list[ClosedLoad]:
    from swifteats_sim.live.calibration.load import ClosedLoad

    if text == "none":
        return []
    try:
        found = [ClosedLoad(*map(int, each.split(":"))) for each in text.split(",")]
        if all(min(load.clients, load.items, load.drivers) > 0 for load in found):
            return found
    except (TypeError, ValueError):
        pass
    say(f"--loads {text}: write CLIENTS:ITEMS:DRIVERS, as 8:10:32, with commas between loads; or none")
    raise typer.Exit(BAD_INPUT)

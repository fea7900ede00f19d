"""The command `sweep`: a scenario at every point of a grid, kept point by point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, Optional

import typer

from swifteats_sim.cli.leaving import BAD_INPUT, BROKEN, Leaving, folder_ready, let_readers_leave, orderly, reason, say
from swifteats_sim.cli.settings import Settings, overrides

if TYPE_CHECKING:
    from swifteats_sim.experiments.points_here import BrokenPoint
    from swifteats_sim.experiments.result import Result
    from swifteats_sim.experiments.saving_sweep import SweepFolder
    from swifteats_sim.experiments.sweeping import Swept
    from swifteats_sim.scenario.grid import Point

Number = Optional[int]  # noqa: UP045 - typer reads the annotation at run time
Texts = Optional[list[str]]  # noqa: UP045


def sweep(
    scenario: Annotated[Path, typer.Argument(help="Scenario file.", show_default=False)],
    vary: Annotated[
        Texts,
        typer.Option("--vary", metavar="PATH=V1,V2,...", help="Values of one path, also A..B:STEP; may be repeated."),
    ] = None,
    settings: Settings = None,
    seed: Annotated[Number, typer.Option(help="Replace the scenario's seed, at every point.")] = None,
    replications: Annotated[Number, typer.Option(help="Replace the number of replications of each point.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes at most.")] = 1,
    out: Annotated[Path, typer.Option(help="Folder for the sweep's folder.")] = Path("outputs"),
    metrics: Annotated[
        Texts, typer.Option("--metric", metavar="NAME", help="Print this metric, not the targets'; may be repeated.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Run a scenario at every point of a grid, all on the same random numbers, and gather what they measure.

    Every point is checked before the first is run. Each is kept as it is done: the same command, run again, computes
    only those of which no valid result is kept, and ends with the same digest as if it had never been interrupted.

    A sweep explores: the exit code is 0 when all points are there, whatever their verdicts.
    """
    with orderly(second_ends=True) as leaving:
        asked = _asked(scenario, vary or [], overrides(settings, seed, replications), metrics or [])
        # The rest takes a second to import, which nobody should wait for to hear of a mistyped key.
        from swifteats_sim.cli.printing import print_sweep
        from swifteats_sim.experiments.points_here import BrokenPoint

        with folder_ready(out):
            try:
                done = _carried_out(asked, workers, out, leaving, quiet)
            except BrokenPoint as broken:
                say(f"{broken.violation}\nreplay: {_replay(asked, broken)}\n{leaving.kept}")
                raise typer.Exit(BROKEN) from None
        let_readers_leave()
        print_sweep(done.swept, asked.metrics, done.found)
        typer.echo(f"results: {done.folder}")


class _Asked(NamedTuple):
    """What the command line asks for, in order. fixed : what is set at every point."""

    file: Path
    fixed: Sequence[tuple[str, str]]
    points: Sequence[Point]
    metrics: Sequence[str]


class _Done(NamedTuple):
    """found : how many points were there before."""

    swept: Swept
    folder: Path
    found: int


def _asked(file: Path, vary: Sequence[str], fixed: Sequence[tuple[str, str]], metrics: Sequence[str]) -> _Asked:
    """Every point, loaded; ScenarioError with what is wrong with any."""
    from swifteats_sim.cli.grounds import look_at_maps
    from swifteats_sim.scenario import ScenarioError, metric_named
    from swifteats_sim.scenario.errors import shown
    from swifteats_sim.scenario.grid import grid_of, load_grid

    for name in metrics:
        try:
            metric_named(name)
        except KeyError:
            rule = f"unknown metric {shown(name)}; `swifteats-sim metrics` lists all"
            raise ScenarioError.of("--metric", rule) from None
    points = load_grid(file, grid_of(vary, fixed), fixed, look_at_maps)
    return _Asked(file, fixed, points, metrics)


def _carried_out(asked: _Asked, workers: int, out: Path, leaving: Leaving, quiet: bool) -> _Done:
    """The sweep, in its folder, which no other process is at meanwhile."""
    from swifteats_sim.experiments.saving_sweep import SweepFolder
    from swifteats_sim.experiments.sweeping import Sweep
    from swifteats_sim.results.folder import clear_away, lock_of
    from swifteats_sim.results.locking import Taken, locked

    try:
        sweep = Sweep.of(asked.points)
        folder = SweepFolder(sweep, out / sweep.name)
        clear_away(out)
        with locked(lock_of(folder.folder), wait=False):
            folder.clear_away()
            kept = _Kept(folder, leaving)
            try:
                folder.gather(swept := _computed(kept, workers, quiet))
            finally:
                folder.vanish_if_empty()
    except Taken as taken:
        say(f"{folder.folder}: {taken.holder} is at this sweep; nothing was done")
        raise typer.Exit(BAD_INPUT) from None
    except OSError as error:
        say(f"--out {out}: the results cannot be written: {reason(error)}; {leaving.kept}")
        raise typer.Exit(BAD_INPUT) from None
    return _Done(swept, folder.folder, len(kept.before))


class _Kept:
    """The folder of a sweep as a store that says what it has so far, to whoever is interrupted and to the bar."""

    def __init__(self, folder: SweepFolder, leaving: Leaving) -> None:
        self.folder, self.before, self._leaving = folder, folder.found(), leaving
        self.count = len(self.before)
        self._say()

    def found(self) -> Mapping[int, Result]:
        """As it was when this began."""
        return self.before

    def keep(self, point: Point, result: Result) -> None:
        """Keep a point and count it."""
        self.folder.keep(point, result)
        self.count += 1
        self._say()

    @property
    def words(self) -> str:
        """How far it is."""
        from swifteats_sim.results.wording import several

        found = f" ({len(self.before)} were there)" if self.before else ""
        return f"{self.count} of {several(len(self.folder.sweep.points), 'point', 'points')}{found}"

    def _say(self) -> None:
        if self.count:
            go_on = "the same command goes on with the rest"
            are = "is" if self.count == 1 else "are"
            self._leaving.kept = f"{self.words} {are} kept in {self.folder.folder}; {go_on}"


def _computed(kept: _Kept, workers: int, quiet: bool) -> Swept:
    """Every point that is not there yet, under a bar over the virtual time of those."""
    from swifteats_sim.cli.bar import bar
    from swifteats_sim.experiments.points_here import Here
    from swifteats_sim.experiments.sweeping import carry_out

    sweep = kept.folder.sweep
    spans = {point.number: point.scenario.end * point.scenario.replications for point in sweep.points}
    reached = {number: spans[number] for number in kept.before}
    with bar(sweep.scenario, kept.words, quiet) as show:

        def tick(number: int, now: int) -> None:
            reached[number] = now
            show(sweep.scenario, kept.words, sum(reached.values()), sum(spans.values()))

        def growing(streets: str, grown: int, of: int) -> None:
            show("trees of its streets", f"{grown:,} of {of:,} of {streets}", grown, of)

        return carry_out(sweep, kept, Here(workers, tick, growing))


def _replay(asked: _Asked, broken: BrokenPoint) -> str:
    from swifteats_sim.cli.replaying import replay_of

    point = next(each for each in asked.points if each.number == broken.number)
    settings = [f"{path}={value}" for path, value in (*asked.fixed, *point.choice) if path != "seed"]
    return replay_of(asked.file, settings, point.scenario.seed, None, broken.violation.replication)

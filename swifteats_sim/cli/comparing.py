"""The command `compare`: two scenarios on the same seeds, and what differs."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, Optional

import typer

from swifteats_sim.cli.leaving import BAD_INPUT, folder_ready, let_readers_leave, orderly, reason, say
from swifteats_sim.cli.settings import Settings, overrides, pairs

if TYPE_CHECKING:
    from swifteats_sim.experiments.comparing import Side
    from swifteats_sim.scenario import Problem, Scenario

ONE = "Scenario file, or run folder: its scenario.yaml repeats that run."
SCENARIO = "scenario.yaml"
"""The scenario in a run folder."""
Only = Optional[list[str]]  # noqa: UP045 - typer reads the annotation at run time
Number = Optional[int]  # noqa: UP045


def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help=ONE, show_default=False)],
    b: Annotated[Path, typer.Argument(metavar="B", help=f"{ONE} May be A, with --set-b.", show_default=False)],
    settings: Settings = None,
    settings_a: Annotated[Only, typer.Option("--set-a", metavar="PATH=VALUE", help="The same in A alone.")] = None,
    settings_b: Annotated[Only, typer.Option("--set-b", metavar="PATH=VALUE", help="The same in B alone.")] = None,
    seed: Annotated[Number, typer.Option(help="Replace the seed, of both.")] = None,
    replications: Annotated[Number, typer.Option(help="Replace the number of replications, of both.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes at most, one a replication.")] = 1,
    out: Annotated[Path, typer.Option(help="Folder for the comparison's folder.")] = Path("outputs"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Show every metric that both have.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Run two scenarios on common random numbers and say what differs.

    B is run with A's seed and as many replications, unless --set-b seed=N asks for other random numbers.

    Differences are B - A, paired by replication; the exit code is 0 when that is done, whatever the verdicts.
    """
    with orderly(second_ends=True) as leaving:
        given = _Given("A", a, settings_a or []), _Given("B", b, settings_b or [])
        asked = _asked(*given, settings or [], (seed, replications))
        # The rest takes a second to import, which nobody should wait for to hear of a mistyped key.
        from swifteats_sim.cli.printing import print_comparison
        from swifteats_sim.experiments.comparing import compare
        from swifteats_sim.experiments.saving_comparison import data, save_comparison
        from swifteats_sim.results.folder import as_json as text_of
        from swifteats_sim.scenario.errors import printable

        with folder_ready(out):
            comparison = compare(*(_run(each, workers, quiet) for each in asked))
            try:
                folder = save_comparison(comparison, out)
            except OSError as error:
                say(f"--out {out}: the comparison cannot be written: {reason(error)}")
                raise typer.Exit(BAD_INPUT) from None
        leaving.kept = f"the results are in {folder}"
        let_readers_leave()
        if as_json:
            typer.echo(text_of(data(comparison)), nl=False)
            return
        print_comparison(comparison, every)
        typer.echo(f"results: {printable(str(folder))}")


class _Given(NamedTuple):
    """A side as the command line has it. option : the name of its own `--set`."""

    side: str
    path: Path
    settings: Sequence[str]

    @property
    def option(self) -> str:
        return f"--set-{self.side.lower()}"


class _Asked(NamedTuple):
    """A side in order, and not yet run. file : of its scenario; settings : all of its own; own : before it gave way."""

    given: _Given
    file: Path
    settings: tuple[str, ...]
    scenario: Scenario
    own: Scenario


def _asked(a: _Given, b: _Given, settings: Sequence[str], named: tuple[int | None, int | None]) -> list[_Asked]:
    """Both sides, B with A's chance; ScenarioError with what is wrong with either.

    settings : of both; named : the seed and the replications of both, if they are given.
    """
    from swifteats_sim.scenario import ScenarioError

    found: list[_Asked] = []
    problems: dict[Problem, None] = {}  # what is wrong with both is said once
    for given in (a, b):
        try:
            found.append(_loaded(given, settings, named))
        except ScenarioError as error:
            problems |= dict.fromkeys(error.problems)
    if problems:
        raise ScenarioError(problems)
    first, second = found
    return [first, _with_the_chance_of(first.scenario, second)]


def _loaded(given: _Given, settings: Sequence[str], named: tuple[int | None, int | None]) -> _Asked:
    from swifteats_sim.cli.grounds import look_at_maps
    from swifteats_sim.scenario import ScenarioError, load

    own = pairs(given.settings, given.option)
    folder = os.path.isdir(given.path)  # noqa: PTH112 - which does not mind a name that is too long for a file
    file = given.path / SCENARIO if folder else given.path
    if folder and not file.exists():
        raise ScenarioError.of(str(given.path), f"is a folder without {SCENARIO}, so no run folder")
    try:
        scenario = load(file, [*pairs(settings), *own, *overrides(None, *named)], look_at_maps)
    except ScenarioError as error:
        raise ScenarioError(_as_said(problem, given.option, own) for problem in error.problems) from None
    return _Asked(given, file, (*settings, *given.settings), scenario, scenario)


def _as_said(problem: Problem, option: str, own: Sequence[tuple[str, str]]) -> Problem:
    """The problem of a setting of one side under the option that it was given by."""
    for path, _ in own:
        if problem.file == f"--set {path}":
            key = "" if problem.key == path else problem.key
            return dataclasses.replace(problem, file=f"{option} {path}", key=key)
    return problem


def _with_the_chance_of(a: Scenario, b: _Asked) -> _Asked:
    """B with A's seed, unless another one is asked for, and as many replications."""
    from swifteats_sim.scenario import ScenarioError

    asked = {path for path, _ in pairs(b.given.settings)}
    if "replications" in asked and b.own.replications != a.replications:
        message = "replications are paired, so that both have as many; --replications N sets them"
        raise ScenarioError.of(f"{b.given.option} replications", message)
    same = {"replications": a.replications} | ({} if "seed" in asked else {"seed": a.seed})
    return b._replace(scenario=b.own.model_copy(update=same))


def _run(asked: _Asked, workers: int, quiet: bool) -> Side:
    from swifteats_sim.cli.progress import shown
    from swifteats_sim.cli.replaying import replayable
    from swifteats_sim.experiments import rehearse
    from swifteats_sim.experiments.comparing import Side

    scenario = asked.scenario
    replay = replayable(asked.file, asked.settings, scenario.seed, scenario.replications)
    with replay, shown(scenario, quiet, f"{asked.given.side}: ") as (tick, growing):
        return Side.of(rehearse(scenario, workers, tick, growing=growing), str(asked.given.path), asked.own)

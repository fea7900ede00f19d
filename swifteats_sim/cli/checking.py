"""The command `check`: scenarios against a baseline, as a gate for builds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, Optional

import typer

from swifteats_sim.cli.check_outputs import Outputs, annotate_on_github, put
from swifteats_sim.cli.leaving import let_readers_leave, orderly
from swifteats_sim.cli.settings import Settings, pairs

if TYPE_CHECKING:
    from swifteats_sim.experiments.checked import Checked
    from swifteats_sim.results.baseline import Baseline
    from swifteats_sim.results.tolerances import Tolerance, Tolerances
    from swifteats_sim.scenario import Problem, Scenario
    from swifteats_sim.scenario.target_places import Place

File = Optional[Path]  # noqa: UP045 - typer reads the annotation at run time


def check(
    scenarios: Annotated[list[Path], typer.Argument(help="Scenario files.", show_default=False)],
    baseline: Annotated[Path, typer.Option(metavar="FILE", help="What to compare with.", show_default=False)],
    update: Annotated[bool, typer.Option("--update", help="Take what is measured into the baseline.")] = False,
    tolerance: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="SHARE", help="How far a metric may move, like '2%', where the baseline names none."),
    ] = None,
    settings: Settings = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes at most, one a replication.")] = 1,
    junit: Annotated[File, typer.Option(metavar="FILE", help="Write JUnit XML.")] = None,
    markdown: Annotated[File, typer.Option(metavar="FILE", help="Write a summary as Markdown.")] = None,
    json_file: Annotated[File, typer.Option("--json", metavar="FILE", help="Write all of it as JSON.")] = None,
    annotate: Annotated[
        bool, typer.Option("--annotations", help="Print lines that GitHub shows at their files; there, by itself.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Run scenarios and compare them with a baseline: values of every metric, verdicts, digests.

    Ends with 99 where a target is missed, or a metric is gone or moved beyond its tolerance and its interval.

    Ends with 98 where there is not enough evidence; with --update only targets decide how it ends.
    """
    with orderly():
        asked = _asked(scenarios, pairs(settings))
        known = _known(baseline, update)
        allowed = _allowed(tolerance)
        _must_be_there(known, [each.scenario.name for each in asked], baseline, update)
        outputs = Outputs(baseline, update, junit, markdown, json_file)
        outputs.must_be_writable()
        # The rest takes a second to import, which nobody should wait for to hear of a mistyped key.
        from swifteats_sim.experiments.checking_words import ending, severity

        tolerances = known.tolerances(allowed)
        every = _run(asked, settings or [], known, tolerances, workers, quiet)
        changes = _update(known, every, outputs) if update else []
        outputs.write(every)
        let_readers_leave()
        _print(every, known, tolerances, changes, ending(every, update))
        annotate_on_github(every, str(baseline), annotate)
        raise typer.Exit(severity(every, update))


class _Asked(NamedTuple):
    """A scenario in order, and not yet run."""

    file: Path
    scenario: Scenario
    places: tuple[Place, ...]


def _asked(files: Sequence[Path], settings: Sequence[tuple[str, str]]) -> list[_Asked]:
    """Every scenario; ScenarioError with what is wrong with any."""
    from swifteats_sim.cli.grounds import look_at_maps
    from swifteats_sim.scenario import ScenarioError, load
    from swifteats_sim.scenario.target_places import target_places

    found: dict[str, _Asked] = {}
    problems: dict[Problem, None] = {}  # what is wrong with all is said once
    for file in files:
        try:
            scenario = load(file, settings, look_at_maps)
            if scenario.name in found:
                message = f"is the name of {found[scenario.name].file} as well: a baseline goes by names"
                raise ScenarioError.of(str(file), message, key=f"name {scenario.name}")
            found[scenario.name] = _Asked(file, scenario, target_places(file, settings, scenario))
        except ScenarioError as error:
            problems |= dict.fromkeys(error.problems)
    if problems:
        raise ScenarioError(problems)
    return list(found.values())


def _known(file: Path, update: bool) -> Baseline:
    """The baseline of a file, or one that is begun where --update may begin it."""
    from swifteats_sim.scenario import ScenarioError

    if not file.exists() and not update:  # said before the libraries come that a run needs
        raise ScenarioError.of(str(file), "no such baseline yet; --update makes it")
    from swifteats_sim.results.baseline import EMPTY
    from swifteats_sim.results.baseline_reading import read_baseline

    return read_baseline(file) if file.exists() else EMPTY


def _allowed(text: str | None) -> Tolerance | None:
    from swifteats_sim.results.tolerances import share_allowed
    from swifteats_sim.scenario import ScenarioError

    try:
        return None if text is None else share_allowed(text)
    except ValueError as error:
        raise ScenarioError.of("--tolerance", str(error)) from None


def _must_be_there(known: Baseline, names: Sequence[str], file: Path, update: bool) -> None:
    from swifteats_sim.scenario import Problem, ScenarioError

    missing = [name for name in names if name not in known.entries]
    if missing and not update:
        message = "has no such scenario; --update takes it in"
        raise ScenarioError(Problem(str(file), None, f"scenarios.{name}", message) for name in missing)


def _run(
    asked: Sequence[_Asked], settings: Sequence[str], known: Baseline, tolerances: Tolerances, workers: int, quiet: bool
) -> list[Checked]:
    """Each scenario run and held against its entry, one after the other."""
    from swifteats_sim.cli.progress import shown
    from swifteats_sim.cli.replaying import replayable
    from swifteats_sim.experiments import rehearse
    from swifteats_sim.experiments.checked import Chosen
    from swifteats_sim.experiments.checking import check
    from swifteats_sim.experiments.comparing import Side
    from swifteats_sim.experiments.updating import made_with

    found = []
    for number, (file, scenario, places) in enumerate(asked, start=1):
        replay = replayable(file, settings, scenario.seed, None)
        with replay, shown(scenario, quiet, f"{number} of {len(asked)}: ") as (tick, growing):
            side = Side.of(rehearse(scenario, workers, tick, growing=growing), str(file))
        chosen = Chosen(str(file), places)
        found.append(check(side, chosen, made_with(), known.entries.get(scenario.name), tolerances))
    return found


def _update(known: Baseline, every: Sequence[Checked], outputs: Outputs) -> list[str]:
    """Write what is new, if anything is, and say what."""
    from swifteats_sim.experiments.updating import updated

    found = updated(known, every, str(outputs.baseline))
    if found.text is not None:
        put(outputs.baseline, found.text)
    return found.said


def _print(every: Sequence[Checked], known: Baseline, tolerances: Tolerances, changes: Sequence[str], end: str) -> None:
    from swifteats_sim.experiments.checking_words import idle, not_asked, told

    for checked in every:
        typer.echo("\n".join(told(checked)))
    for line in [*idle(tolerances, every, known), *not_asked(every, known), *changes, end]:
        typer.echo(line)

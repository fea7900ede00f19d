"""The commands."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from swifteats_sim import __version__
from swifteats_sim.cli.archiving import archive
from swifteats_sim.cli.benchmarking import benchmark
from swifteats_sim.cli.calibrating import calibrate
from swifteats_sim.cli.checking import check
from swifteats_sim.cli.comparing import compare
from swifteats_sim.cli.drilling import drill
from swifteats_sim.cli.leaving import folder_ready, let_readers_leave, orderly, reason, say, unswept
from swifteats_sim.cli.mapping import maps
from swifteats_sim.cli.policy import Word, with_policy
from swifteats_sim.cli.precision import Cap, Share, asked_precision, says_what_is_missing
from swifteats_sim.cli.ranking import rank
from swifteats_sim.cli.reproducing import Replay, scenario_or_replay
from swifteats_sim.cli.settings import Settings, overrides
from swifteats_sim.cli.sizing import size
from swifteats_sim.cli.sweeping import sweep

if TYPE_CHECKING:
    from swifteats_sim.scenario import Scenario


class Engine(StrEnum):
    """What `--engine` may be: see `swifteats_sim.simulation.Engine`, which is not imported to say so."""

    COMPILED = "compiled"
    REFERENCE = "reference"


app = typer.Typer(
    help="Rehearse a food-delivery platform, city and software on one virtual clock, before it is deployed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    epilog="Exit codes: 0 every target passes, 98 inconclusive, 99 a target failed or is saturated, or a metric moved "
    "(check), 1 an invariant was broken, 2 bad input, 130 interrupted, 143 terminated.",
)
trace = typer.Typer(help="Look at recorded days.", no_args_is_help=True)
app.add_typer(trace, name="trace")
app.add_typer(maps, name="map")
app.add_typer(benchmark, name="benchmark")
app.command("size")(size)
app.command()(compare)
app.command()(sweep)
app.command()(check)
app.command()(rank)
app.command()(calibrate)
app.command()(archive)
app.command()(drill)


def main() -> None:
    """Run the command line."""
    if sys.argv[1:2] not in (["run"], ["compare"], ["sweep"], ["check"], ["rank"]):
        let_readers_leave()
    with unswept():
        app()


@app.callback(invoke_without_command=True)
def version(show: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Rehearse a food-delivery platform, city and software on one virtual clock, before it is deployed."""
    if show:
        typer.echo(f"swifteats-sim {__version__}")
        raise typer.Exit


@app.command()
def run(
    scenario: Annotated[Optional[Path], typer.Argument(help="Scenario file.", show_default=False)] = None,  # noqa: UP045
    settings: Settings = None,
    seed: Annotated[Optional[int], typer.Option(help="Replace the scenario's seed.")] = None,  # noqa: UP045
    replications: Annotated[Optional[int], typer.Option(help="Replace the number of replications.")] = None,  # noqa: UP045
    precision: Share = None,
    max_replications: Cap = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes at most, one a replication.")] = 1,
    out: Annotated[Path, typer.Option(help="Folder for run folders.")] = Path("outputs"),
    only: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(min=1, metavar="K", help="Run replication K alone, for its invariants: judge and write nothing."),
    ] = None,
    engine: Annotated[
        Engine, typer.Option(help="What runs the flows: compiled code, or the readable reference. Both do the same.")
    ] = Engine.COMPILED,
    policy: Word = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
    replay_dir: Replay = None,
) -> None:
    """Run a scenario, judge its targets and write a run folder."""
    others: dict[str, object] = {
        "--set": settings, "--seed": seed is not None, "--replications": replications, "--precision": precision,
        "--max-replications": max_replications, "--only": only, "--engine": engine is not Engine.COMPILED,
    }  # fmt: skip
    scenario = scenario_or_replay(scenario, replay_dir, others, policy, workers, out, quiet)
    with orderly(second_ends=True) as leaving:
        from swifteats_sim.cli.grounds import look_at_maps
        from swifteats_sim.scenario import load

        sure = asked_precision(precision, max_replications, only)
        declared = with_policy(load(scenario, overrides(settings, seed, replications), look_at_maps), policy)
        # The rest takes a second to import, which nobody should wait for to hear of a mistyped key.
        from swifteats_sim.cli.printing import print_findings, print_streets, print_verdicts
        from swifteats_sim.cli.progress import shown
        from swifteats_sim.cli.replaying import replayable, run_only
        from swifteats_sim.experiments import rehearse, save
        from swifteats_sim.scenario.errors import printable

        most = replications if sure is None else sure.most
        replay = replayable(scenario, settings or [], declared.seed, most, engine.value, policy)
        if only is not None:
            with replay:
                run_only(declared, only, engine.value)
            raise typer.Exit
        with folder_ready(out):
            with replay, shown(declared, quiet) as (tick, growing):
                looked = says_what_is_missing(sure, quiet)
                rehearsal = rehearse(declared, workers, tick, engine.value, growing, sure, looked)
            try:
                folder = save(rehearsal, out)
            except OSError as error:
                say(f"--out {out}: the results cannot be written: {reason(error)}")
                raise typer.Exit(2) from None
        leaving.kept = f"the results are in {folder}"
        let_readers_leave()
        print_verdicts(rehearsal)
        print_findings(rehearsal)
        print_streets(rehearsal)
        typer.echo(f"results: {printable(str(folder))}")
        raise typer.Exit(rehearsal.exit_code)


@app.command()
def validate(
    scenarios: Annotated[Optional[list[Path]], typer.Argument(help="Scenario files.", show_default=False)] = None,  # noqa: UP045
    settings: Settings = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON schema of scenarios.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say only whether a file is in order.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what is reckoned as JSON, a list by file.")] = False,
) -> None:
    """Check scenario files without running them, and explain their stacks by arithmetic.

    Offered load, expected utilisation and what cannot hold are a forecast: the exit code is 0 whatever it says.
    """
    from swifteats_sim.cli.grounds import look_at_maps
    from swifteats_sim.scenario import ScenarioError, load, scenario_schema

    if schema:
        typer.echo(json.dumps(scenario_schema(), indent=2, ensure_ascii=False))
    elif not scenarios:
        say("validate: name at least one scenario file, or --schema")
        raise typer.Exit(2)
    declared: list[tuple[Path, Scenario]] = []
    for path in scenarios or []:
        try:
            declared.append((path, load(path, overrides(settings), look_at_maps)))
        except ScenarioError as error:
            say(str(error))
    _say_of(declared, quiet, as_json)
    raise typer.Exit(0 if len(declared) == len(scenarios or []) else 2)


def _say_of(declared: list[tuple[Path, Scenario]], quiet: bool, as_json: bool) -> None:
    """Print what is to be said of scenarios that are in order."""
    from swifteats_sim.cli.explaining import data, say_in_words
    from swifteats_sim.forecast.explaining import explain
    from swifteats_sim.scenario.errors import printable

    if as_json and declared:
        facts = [data(printable(str(path)), scenario, explain(scenario)) for path, scenario in declared]
        typer.echo(json.dumps(facts, indent=2, ensure_ascii=False))
        return
    for path, scenario in declared:
        targets = len(scenario.conditions)
        typer.echo(f"{printable(str(path))}: ok ({scenario.name}, {targets} target{'s' * (targets != 1)})")
        if not quiet:
            say_in_words(explain(scenario))


@app.command()
def metrics() -> None:
    """List every metric that a target may name, with its unit and meaning."""
    from swifteats_sim.cli.printing import print_metrics

    print_metrics()


@trace.command("describe")
def describe_trace(
    folder: Annotated[Path, typer.Argument(help="Folder of a recorded day.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Counts, span, peaks and gaps of a recorded day."""
    with orderly():
        from swifteats_sim.scenario import describe, read_trace, rendered

        facts = describe(read_trace(folder))
        typer.echo(json.dumps(facts, indent=2, ensure_ascii=False) if as_json else rendered(facts))

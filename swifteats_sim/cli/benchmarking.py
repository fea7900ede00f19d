"""The command that holds the product against a published benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import TYPE_CHECKING, Annotated, NamedTuple, Optional

import typer

from swifteats_sim.cli.bar import bar
from swifteats_sim.cli.leaving import BAD_INPUT, BROKEN, folder_ready, let_readers_leave, orderly, say

if TYPE_CHECKING:
    from swifteats_sim.mdrp.effects import Change
    from swifteats_sim.mdrp.instance import Instance
    from swifteats_sim.mdrp.judging import Judged
    from swifteats_sim.mdrp.policy import Policy

MISSED = 99
"""A solution of somebody else breaks a rule."""
MOST_TOLD = 20
"""Violations of one solution that are printed."""

benchmark = typer.Typer(help="Hold dispatch policies against published benchmarks.", no_args_is_help=True)


class _Run(NamedTuple):
    """Solutions of all instances by one policy. seconds : of the processor, the slowest instance's and all."""

    judged: list[Judged]
    slowest: tuple[str, float]
    seconds: float


@benchmark.callback()
def group() -> None:
    """Hold dispatch policies against published benchmarks."""


@benchmark.command("mdrp")
def mdrp(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="An instance, or a folder of instances.", show_default=False)
    ],
    every: Annotated[int, typer.Option(min=1, max=60, help="Minutes between decisions.")] = 1,
    effects: Annotated[
        bool, typer.Option("--effects", help="Also without bundles and in one stage; paired effects, as published.")
    ] = False,
    solutions: Annotated[
        Optional[Path],  # noqa: UP045 - typer reads the annotation at run time
        typer.Option(metavar="DIR", help="Audit and measure the solution-NAME.tsv of this folder, and make none."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the benchmark's folder.")] = Path("outputs"),
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Dispatch the instances of the Meal Delivery Routing Problem library by its own rules, minute by minute.

    Each solution is written down, read back and audited by the rules alone; tables stand beside the published values.

    Exit codes: 0 every solution keeps the rules, 1 one of ours does not, 99 one of --solutions does not, 2 bad input.
    """
    with orderly():
        from swifteats_sim.mdrp.judging import judge, solution_file
        from swifteats_sim.mdrp.library import read_instances

        instances = read_instances(folder)
        if solutions is not None:
            if effects:
                say("benchmark mdrp: --effects needs solutions that are made here; leave out one of both options")
                raise typer.Exit(BAD_INPUT)
            judged = [judge(each, solution_file(solutions, each)) for each in instances]
            _refuse_violations(judged, MISSED)
            _print(judged, ())
            _print_audit(len(judged))
            return
        with folder_ready(out), TemporaryDirectory() as room:
            _benchmark(instances, every, effects, out, Path(room), quiet)


def _benchmark(instances: Sequence[Instance], every: int, effects: bool, out: Path, room: Path, quiet: bool) -> None:
    """Make solutions, judge them, print and save."""
    from swifteats_sim.mdrp.benchmark import warm
    from swifteats_sim.mdrp.effects import of_factors, of_policy
    from swifteats_sim.mdrp.judging import performances
    from swifteats_sim.mdrp.rolling_horizon import RollingHorizon
    from swifteats_sim.mdrp.saving import save_benchmark

    warm()
    policies = {"": RollingHorizon(every=every)}
    if effects:
        policies["no bundles"] = RollingHorizon(every=every, bundles=False)
        policies["single stage"] = RollingHorizon(every=every, two_stage=False)
    # The policy as it is comes last: its files are those that stay.
    runs = [_solve(instances, policy, room, name, quiet) for name, policy in reversed(policies.items())][::-1]
    for run in runs:
        _refuse_violations(run.judged, BROKEN)
    changes = of_factors(performances(runs[0].judged))
    if effects:
        changes += of_policy(*(performances(run.judged) for run in runs))
    try:
        saved = save_benchmark(runs[0].judged, changes, out)
    except OSError as error:
        say(f"--out {out}: the results cannot be written: {error.strerror}")
        raise typer.Exit(BAD_INPUT) from None
    let_readers_leave()
    _print(runs[0].judged, changes)
    _print_audit(sum(len(run.judged) for run in runs))
    name, slowest = runs[0].slowest
    typer.echo(f"processor time: {runs[0].seconds:.1f} s, at most {slowest:.2f} s for one instance ({name})")
    typer.echo(f"results: {saved}")


def _print_audit(solutions: int) -> None:
    from swifteats_sim.results.wording import several

    typer.echo(f"audit: {several(solutions, 'solution', 'solutions')} read back from file, no rule broken")


def _solve(instances: Sequence[Instance], policy: Policy, room: Path, name: str, quiet: bool) -> _Run:
    from swifteats_sim.mdrp.benchmark import solve

    judged: list[Judged] = []
    taken: list[tuple[float, str]] = []
    told = f"benchmark, {name}" if name else "benchmark"
    with bar(told, "", quiet) as show:
        for number, instance in enumerate(instances):
            show(told, instance.name, number, len(instances))
            began = process_time()
            judged.append(solve(instance, policy, room))
            taken.append((process_time() - began, instance.name))
    seconds, slowest = max(taken)
    return _Run(judged, (slowest, seconds), sum(each for each, _ in taken))


def _refuse_violations(judged: Sequence[Judged], code: int) -> None:
    """Say which rule each solution breaks, and end with this code where one does."""
    broken = [each for each in judged if each.violations]
    for each in broken:
        for violation in each.violations[:MOST_TOLD]:
            say(f"{each.solution}:{violation.row + 2}: {violation.rule}: {violation.text}")
        if more := each.violations[MOST_TOLD:]:
            say(f"{each.solution}: and {len(more)} more")
    if broken:
        raise typer.Exit(code)


def _print(judged: Sequence[Judged], changes: Sequence[Change]) -> None:
    from swifteats_sim.cli.benchmark_printing import print_table
    from swifteats_sim.mdrp.judging import performances
    from swifteats_sim.mdrp.saving import tables

    for table in tables(performances(judged), changes):
        print_table(table)

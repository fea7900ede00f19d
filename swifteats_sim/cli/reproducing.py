"""`run --replay`: a run repeated from the manifest of its folder, and held against it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, Optional

import typer

from swifteats_sim.cli.leaving import BAD_INPUT, folder_ready, let_readers_leave, orderly, reason, say

if TYPE_CHECKING:
    from swifteats_sim.experiments import Rehearsal
    from swifteats_sim.scenario.manifest import Recorded

ANOTHER = 99
"""Exit: another digest came of it than the manifest records."""
Replay = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads the annotation at run time
    typer.Option(
        "--replay",
        metavar="RUN_DIR",
        help="Instead of a scenario: repeat the run of a folder from its manifest. Exit code: its verdict, or 99 where "
        "another digest comes of it.",
    ),
]


def scenario_or_replay(
    scenario: Path | None,
    replay: Path | None,
    others: Mapping[str, object],
    policy: str | None,
    workers: int,
    out: Path,
    quiet: bool,
) -> Path:
    """The scenario file that is asked for; or, where it is a run folder, repeat that run and end.

    others : options that would make it another run, with their values; policy : the one of the user's own.
    """
    if (scenario is None) == (replay is None):
        say("run: name either a scenario file, or --replay RUN_DIR")
        raise typer.Exit(BAD_INPUT)
    if scenario is not None:
        return scenario
    assert replay is not None
    if given := [option for option, value in others.items() if value]:
        say(f"--replay repeats what the manifest says: {given[0]} does not go with it")
        raise typer.Exit(BAD_INPUT)
    return reproduce(replay, policy, workers, out, quiet)


def reproduce(folder: Path, policy: str | None, workers: int, out: Path, quiet: bool) -> NoReturn:
    """Repeat the run of a folder, write what comes of it beside, and say whether it is the same."""
    with orderly(second_ends=True) as leaving:
        from swifteats_sim.cli.policy import repeated
        from swifteats_sim.scenario.manifest import read_recorded

        recorded = read_recorded(folder)
        scenario = repeated(recorded, policy)
        # The rest takes a second to import, which nobody should wait for to hear that there is no such folder.
        from swifteats_sim.cli.printing import print_verdicts
        from swifteats_sim.cli.progress import shown
        from swifteats_sim.cli.replaying import replayable
        from swifteats_sim.experiments import rehearse
        from swifteats_sim.experiments.reproducing import look_outside, other_versions
        from swifteats_sim.results.verdict import exit_code

        look_outside(recorded)
        replay = replayable(folder / "scenario.yaml", [], scenario.seed, None, recorded.engine, policy)
        with folder_ready(out):
            with replay, shown(scenario, quiet) as (tick, growing):
                rehearsal = rehearse(scenario, workers, tick, recorded.engine, growing)
            written = _written(rehearsal, recorded, out)
        leaving.kept = f"the results are in {written}"
        let_readers_leave()
        print_verdicts(rehearsal)
        same = rehearsal.digest == recorded.digest
        typer.echo("\n".join(_told(rehearsal, recorded, other_versions(recorded))))
        typer.echo(f"results: {written}")
        raise typer.Exit(exit_code(rehearsal.judgements) if same else ANOTHER)


def _written(rehearsal: Rehearsal, recorded: Recorded, out: Path) -> Path:
    """Where the results are: a folder that is repeated is not replaced by its like."""
    from swifteats_sim.experiments import save

    kept = recorded.file.parent
    would = out / f"{rehearsal.scenario.name}-{rehearsal.digest[:8]}"
    if rehearsal.digest == recorded.digest and would.exists() and would.samefile(kept):
        return kept
    try:
        return save(rehearsal, out)
    except OSError as error:
        say(f"--out {out}: the results cannot be written: {reason(error)}")
        raise typer.Exit(BAD_INPUT) from None


def _told(rehearsal: Rehearsal, recorded: Recorded, others: list[str]) -> list[str]:
    """Whether it is the same, and what may be why."""
    differing = f"other versions: {'; '.join(others)}" if others else "the versions are the same"
    if rehearsal.digest == recorded.digest:
        return [f"the same digest: {rehearsal.digest}", *([differing] if others else [])]
    why = "" if others else ": the manifest was changed, or this is a defect of this project"
    return [f"another digest: {rehearsal.digest}", f"the manifest says: {recorded.digest}", f"{differing}{why}"]

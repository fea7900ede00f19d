"""The command `rank`: which of several scenarios is best, with a stated probability of being right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, NoReturn, Optional

import typer

from swifteats_sim.cli.leaving import BAD_INPUT, folder_ready, let_readers_leave, orderly, say
from swifteats_sim.cli.settings import Settings, overrides

if TYPE_CHECKING:
    from swifteats_sim.experiments.ranking import Alternative, Question, Ranking
    from swifteats_sim.scenario import Problem, Scenario

INCONCLUSIVE = 98


def rank(
    scenarios: Annotated[list[Path], typer.Argument(help="Scenario files, two at least.", show_default=False)],
    metric: Annotated[str, typer.Option(help="What is compared, as in `metrics`: call.wait.mean.")],
    best: Annotated[
        Optional[bool],  # noqa: UP045 - typer reads the annotation at run time
        typer.Option("--least/--most", help="Whether less or more of it is better.", show_default=False),
    ] = None,
    indifference: Annotated[
        str,
        typer.Option(help="The difference worth seeing: a share of the best mean, or with the metric's unit (5 ms); of "
                          "ratios in points, 2 % being 2 points."),
    ] = "2%",
    probability: Annotated[str, typer.Option(help="Of picking the best, at least.")] = "95%",
    max_replications: Annotated[int, typer.Option(help="Replications of each at most; at least 10.")] = 200,
    settings: Settings = None,
    seed: Annotated[Optional[int], typer.Option(help="Replace the seed, of all.")] = None,  # noqa: UP045
    workers: Annotated[int, typer.Option(min=1, help="Processes at most, one a replication.")] = 1,
    out: Annotated[Path, typer.Option(help="Folder for the ranking's folder.")] = Path("outputs"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the ranking as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:  # fmt: skip
    """Run scenarios on common random numbers until the best is known, and rank them.

    All have the first one's seed. Who trails by more than chance would let him is out and run no further. Exit code 0
    when the best is picked, 98 when the cap was met first, or the best is saturated.
    """  # fmt: skip
    with orderly():
        if best is None:
            _refuse("rank: say --least or --most: which of them is better?")
        texts = _Texts(metric, best, indifference, probability, max_replications)
        declared = _declared(scenarios, settings or [], seed)
        share, relative = _understood(texts, [each for _, each in declared])
        # The rest takes a second to import, which nobody should wait for to hear of a mistyped name.
        from swifteats_sim.experiments.ranking import Alternative, Question

        question = Question(metric, best, share, relative, _probability(texts, len(declared)), max_replications)
        with folder_ready(out):
            ranking = _ranked([Alternative(*each) for each in declared], question, workers, quiet)
            folder = _kept(ranking, out)
        let_readers_leave()
        _tell(ranking, folder, as_json)
        good = ranking.best is not None and not ranking.runners[ranking.best].saturated
        raise typer.Exit(0 if good else INCONCLUSIVE)


class _Texts(NamedTuple):
    """The question as the command line has it."""

    metric: str
    least: bool
    indifference: str
    probability: str
    most: int


def _declared(files: Sequence[Path], settings: Sequence[str], seed: int | None) -> list[tuple[str, Scenario]]:
    """Every scenario by its label, all with the first one's seed; ScenarioError with what is wrong with any."""
    from swifteats_sim.cli.grounds import look_at_maps
    from swifteats_sim.scenario import ScenarioError, load

    if len(files) < 2:
        _refuse("rank: name two scenario files at least")
    found: list[Scenario] = []
    problems: list[Problem] = []
    for path in files:
        try:
            found.append(load(path, overrides(settings, seed), look_at_maps))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(dict.fromkeys(problems))
    same = [each.model_copy(update={"seed": found[0].seed}) for each in found]
    return list(zip(_labels(files), same, strict=True))


def _labels(files: Sequence[Path]) -> list[str]:
    """Files as they were named; the second of one name is its #2."""
    seen, labels = Counter[str](), []
    for path in map(str, files):
        seen[path] += 1
        labels.append(path if seen[path] == 1 else f"{path} #{seen[path]}")
    return labels


def _understood(texts: _Texts, scenarios: Sequence[Scenario]) -> tuple[float, bool]:
    """The indifference, and whether it is a share; exit 2 where the question makes no sense."""
    from swifteats_sim.scenario import catalogue, metric_named, unit_of
    from swifteats_sim.scenario.errors import unknown_name
    from swifteats_sim.scenario.precision import EVER, LEAST

    for scenario in scenarios:
        known = catalogue(scenario.stack)
        if texts.metric not in known:
            _refuse(f"--metric: {scenario.name}: {unknown_name('metric', texts.metric, known)}")
    if not LEAST <= texts.most <= EVER:
        _refuse(f"--max-replications {texts.most}: must be at least {LEAST} and at most {EVER:,}")
    try:
        return _difference(texts.indifference, unit_of(*metric_named(texts.metric)))
    except ValueError as error:
        _refuse(f"--indifference {texts.indifference}: {error}")


def _difference(text: str, unit: str) -> tuple[float, bool]:
    """A share, or a difference in the metric's unit."""
    from swifteats_sim.scenario.precision import share_of
    from swifteats_sim.scenario.quantities import SECOND, parse
    from swifteats_sim.scenario.targets import QUANTITIES

    relative = text.strip().endswith("%") and unit != "ratio"
    if relative or unit not in QUANTITIES:
        found = share_of(text)
    else:
        found = float(parse(text, QUANTITIES[unit])) / (SECOND if unit == "s" else 1)
    if not found > 0 or (relative and found >= 1):
        raise ValueError("must be more than 0" + (" and less than 100 %" if relative else ""))
    return found, relative or unit not in QUANTITIES


def _probability(texts: _Texts, count: int) -> float:
    from swifteats_sim.scenario.precision import share_of

    try:
        found = share_of(texts.probability)
    except ValueError as error:
        _refuse(f"--probability {texts.probability}: {error}")
    if not 1 / count < found < 1:
        _refuse(
            f"--probability {texts.probability}: must be more than {100 / count:.0f} %, a guess, and less than 100 %"
        )
    return found


def _ranked(alternatives: Sequence[Alternative], question: Question, workers: int, quiet: bool) -> Ranking:
    import sys

    from swifteats_sim.experiments.ranking import NoValue, rank

    def told(replications: int, left: tuple[str, ...]) -> None:
        if not quiet and sys.stderr.isatty():
            say(f"{replications} replications: {len(left)} of {len(alternatives)} in play")

    try:
        return rank(alternatives, question, workers, told=told)
    except NoValue as missing:
        say(f"rank: not enough evidence: {missing}")
        raise typer.Exit(INCONCLUSIVE) from None


def _kept(ranking: Ranking, out: Path) -> Path:
    from swifteats_sim.experiments.ranking_words import HEADER, data, rows, sentences
    from swifteats_sim.results.folder import as_json, write_texts
    from swifteats_sim.results.markdown import markdown_table

    document = "\n\n".join(
        [f"# {ranking.question.metric}, ranked", *sentences(ranking), markdown_table(HEADER, rows(ranking))]
    )
    texts = {"ranking.json": as_json(data(ranking)), "ranking.md": document}
    try:
        return write_texts(out, f"rank-{ranking.runners[0].alternative.scenario.name}-{ranking.digest[:8]}", texts)
    except OSError as error:
        _refuse(f"--out {out}: the ranking cannot be written: {error.strerror}")


def _tell(ranking: Ranking, folder: Path, as_json: bool) -> None:
    from swifteats_sim.cli.printing import print_ranking
    from swifteats_sim.experiments.ranking_words import data
    from swifteats_sim.results.folder import as_json as text_of

    if as_json:
        typer.echo(text_of(data(ranking)), nl=False)
        return
    print_ranking(ranking)
    typer.echo(f"results: {folder}")


def _refuse(message: str) -> NoReturn:
    say(message)
    raise typer.Exit(BAD_INPUT)

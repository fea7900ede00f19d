"""An answer: tables of means and paired differences, printed and kept as Markdown."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from studies.arms import Arm, values
from swifteats_sim.results.pairing import Values, difference, mean
from swifteats_sim.results.statistics import Estimate

ANSWERS = Path(__file__).parent / "answers"


class Column(NamedTuple):
    """A metric in a table. factor : from SI to what is shown; digits : after the point."""

    title: str
    metric: str
    factor: float = 1.0
    digits: int = 1


class Options(NamedTuple):
    """What a study is asked on the command line."""

    replications: int
    workers: int
    settings: tuple[str, ...]
    days: str


class Study(NamedTuple):
    """A question. name : of its module and of its answer; file : below `scenarios/`; arms : their settings, by name."""

    name: str
    title: str
    file: str
    arms: Mapping[str, tuple[str, ...]]
    columns: Sequence[Column]

    def ask(self, asked: Options) -> dict[str, Values]:
        """Run every arm."""
        arms = [Arm(name, self.file, (*settings, *asked.settings)) for name, settings in self.arms.items()]
        return values(arms, asked.replications, asked.workers)

    def answer(self, asked: Options, tables: Iterable[str]) -> None:
        """Print an answer, and keep it in `answers/`: its title, how it was asked, and its tables."""
        kept(self.name, self.title, self._asked(asked), tables)

    def _asked(self, asked: Options) -> str:
        """The command, and what its intervals are."""
        days = f" --days {asked.days}" if asked.days else ""
        settings = "".join(f" --set '{setting}'" for setting in asked.settings)
        command = f"`python -m studies.{self.name} --replications {asked.replications}{days}{settings}`"
        intervals = "; no interval from one replication" if asked.replications == 1 else "; ± half of a 95 % t-interval"
        return f"{command}{intervals}. Replication k of every line has the same random numbers."


def kept(name: str, title: str, how: str, tables: Iterable[str]) -> None:
    """Print an answer, and keep it in `answers/`. how : the command, and what its numbers are."""
    text = "\n".join([f"# {title}", "", how, "", *tables]).rstrip("\n") + "\n"
    sys.stdout.write(text)
    ANSWERS.mkdir(exist_ok=True)
    ANSWERS.joinpath(f"{name}.md").write_text(text, encoding="utf-8")


def answer(study: Study, asked: Options) -> None:
    """Ask a study whose answer is one table of means."""
    study.answer(asked, means_table(study.ask(asked), study.columns))


def options(question: str, replications: int, days: bool = False) -> Options:
    """Read the command line. days : a folder of recorded days is asked for."""
    parser = argparse.ArgumentParser(description=question)
    parser.add_argument("--replications", type=int, default=replications)
    parser.add_argument("--workers", type=int, default=1, help="processes at most")
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="in every arm")
    if days:
        parser.add_argument("--days", required=True, metavar="FOLDER", help="of the recorded days")
    asked = parser.parse_args()
    return Options(asked.replications, asked.workers, tuple(asked.set), getattr(asked, "days", ""))


def means_table(arms: dict[str, Values], columns: Sequence[Column]) -> list[str]:
    """A row an arm: means, with half the width of the 95 % interval where there is one."""
    cells = ([_shown(mean(values, column.metric), column) for column in columns] for values in arms.values())
    return _table(["", *(column.title for column in columns)], zip(arms, cells, strict=True))


def differences_table(arms: dict[str, Values], base: str, columns: Sequence[Column]) -> list[str]:
    """A row an arm but the base: what it has more than the base, paired by replication."""
    others = {name: values for name, values in arms.items() if name != base}
    cells = (
        [_shown(difference(values, arms[base], column.metric), column, "+") for column in columns]
        for values in others.values()
    )
    return _table([f"minus {base}", *(column.title for column in columns)], zip(others, cells, strict=True))


def _shown(found: Estimate | None, column: Column, sign: str = "") -> str:
    if found is None:
        return "-"
    shown = f"{found.value * column.factor:{sign},.{column.digits}f}"
    if found.ci95 is None:
        return shown
    return f"{shown} ± {(found.ci95[1] - found.value) * column.factor:,.{column.digits}f}"


def _table(head: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"| --- |{' ---: |' * (len(head) - 1)}"]
    return lines + [f"| {name} | {' | '.join(cells)} |" for name, cells in rows]

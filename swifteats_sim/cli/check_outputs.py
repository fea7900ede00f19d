"""What `check` leaves behind: the files that were asked for, and what a step of a workflow on GitHub shows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from swifteats_sim.cli.leaving import BAD_INPUT, say

if TYPE_CHECKING:
    from swifteats_sim.experiments.checked import Checked

SUMMARY, ON_GITHUB, ROOT = "GITHUB_STEP_SUMMARY", "GITHUB_ACTIONS", "GITHUB_WORKSPACE"
"""What such a step finds in its environment."""


class Outputs(NamedTuple):
    """The files of a check; None where one is not asked for. update : whether the baseline is written as well."""

    baseline: Path
    update: bool
    junit: Path | None
    markdown: Path | None
    json_file: Path | None

    def must_be_writable(self) -> None:
        """Exit 2 where one of them cannot be written, before a long run."""
        from swifteats_sim.results.whole_file import must_be_writable

        for file in (self.baseline if self.update else None, self.junit, self.markdown, self.json_file):
            try:
                if file is not None:
                    must_be_writable(file)
            except OSError as error:
                _refuse(file, error)

    def write(self, every: Sequence[Checked]) -> None:
        """The files that were asked for, and the summary of a step, to which others write as well."""
        from swifteats_sim.experiments.checking_summary import as_json, as_markdown

        baseline, summary = str(self.baseline), os.environ.get(SUMMARY)
        if self.junit is not None:
            from swifteats_sim.experiments.checking_junit import as_junit

            put(self.junit, as_junit(every))
        if self.markdown is not None:
            put(self.markdown, as_markdown(every, baseline, self.update))
        if self.json_file is not None:
            put(self.json_file, as_json(every, baseline, self.update))
        if summary:
            _append(Path(summary), as_markdown(every, baseline, self.update))


def put(file: Path, text: str) -> None:
    """Write a file, whole or not at all; exit 2 where that cannot be."""
    from swifteats_sim.results.whole_file import write_whole

    try:
        write_whole(file, text)
    except OSError as error:
        _refuse(file, error)


def annotate_on_github(every: Sequence[Checked], baseline: str, asked: bool) -> None:
    """Print annotations where they are asked for, or where GitHub runs this."""
    from swifteats_sim.experiments.checking_annotations import annotated

    if asked or os.environ.get(ON_GITHUB) == "true":
        root = Path(os.environ.get(ROOT) or ".")
        for each in annotated(every, baseline):
            typer.echo(each.text(root))


def _append(file: Path, text: str) -> None:
    """That a summary cannot be written changes no verdict."""
    try:
        with file.open("a", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        say(f"{SUMMARY}: {file} cannot be written: {error.strerror}")


def _refuse(file: Path | None, error: OSError) -> None:
    from swifteats_sim.results.inert import inert

    say(f"{inert(str(file))}: cannot be written: {error.strerror}")
    raise typer.Exit(BAD_INPUT) from None

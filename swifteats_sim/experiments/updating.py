"""A baseline takes in what was measured: what is written, and what is said of it."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import version
from typing import NamedTuple

from swifteats_sim.experiments.checked import Checked
from swifteats_sim.experiments.provenance import LIBRARIES
from swifteats_sim.results.baseline import Baseline
from swifteats_sim.results.baseline_reading import baseline_of
from swifteats_sim.results.baseline_writing import as_text
from swifteats_sim.results.inert import inert
from swifteats_sim.results.wording import listed, several
from swifteats_sim.scenario.bounded import MAX_BYTES
from swifteats_sim.scenario.errors import ScenarioError


class Update(NamedTuple):
    """What becomes of a baseline. text : of the file, None where it stays as it is; said : in words."""

    text: str | None
    said: list[str]


def updated(known: Baseline, every: Sequence[Checked], file: str) -> Update:
    """The baseline with these in it; what says the same keeps what it was made with.

    ScenarioError where what would be written could not be read again.
    """
    fresh = {each.name: each.now for each in every if each.entry is None or not each.now.says_as(each.entry)}
    if not fresh:
        return Update(None, [f"{inert(file)}: nothing to update"])
    text = as_text(known.with_entries(fresh))
    _must_be_readable(text, file)
    return Update(text, [f"{inert(file)}: {_said(each)}" for each in every if each.name in fresh])


def made_with() -> str:
    """What may have a say in a digest: versions and the machine, in a line."""
    libraries = [f"{name} {version(name)}" for name in LIBRARIES]
    ours = f"swifteats-sim {version('swifteats-sim')}, Python {platform.python_version()}"
    return ", ".join([ours, *libraries, platform.machine()])


def _must_be_readable(text: str, file: str) -> None:
    if len(text.encode()) > MAX_BYTES:
        message = f"would be larger than {MAX_BYTES // 10**6} MB: check the scenarios against several baselines"
        raise ScenarioError.of(file, message)
    try:
        baseline_of(text, file)
    except ScenarioError as error:
        found = "; ".join(f"{each.key}: {each.message}" for each in error.problems[:3])
        raise ScenarioError.of(file, f"would not be a baseline any more: {found}") from None


def _said(checked: Checked) -> str:
    """What of a scenario is new."""
    then, now = checked.entry, checked.now
    if then is None:
        return f"{checked.name} is taken in, with {several(len(now.rows), 'metric', 'metrics')}"
    metrics = sum(now.rows.get(name) != row for name, row in then.rows.items())
    parts = [
        *_counted(metrics + sum(name not in then.rows for name in now.rows), "metric", "metrics"),
        *_counted(
            sum(then.verdicts.get(key) != verdict for key, verdict in now.verdicts.items()), "verdict", "verdicts"
        ),
        *(["the digest"] if then.digest != now.digest else []),
        *(["the scenario itself"] if then.declared != now.declared else []),
    ]
    return f"{checked.name} is updated: {listed(parts or ['seed, replications or targets'])}"


def _counted(count: int, one: str, many: str) -> list[str]:
    return [several(count, one, many)] if count else []

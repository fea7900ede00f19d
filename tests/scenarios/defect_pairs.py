"""Pairs of runs: a defect of the notes switched on, and off by the `--set` that its own file names."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scenario_runs import SCENARIOS, rehearsed, values

from swifteats_sim.experiments import Rehearsal
from swifteats_sim.results import why_late
from swifteats_sim.results.verdict import FAILED, PASSED, exit_code
from swifteats_sim.results.why_late import PARTS

FOLDER = SCENARIOS / "defects"
SMALL_CITY = "small_city"
"""The city that most files extend: it has no defect."""
FILES = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem != SMALL_CITY)


@dataclass(frozen=True)
class Pair:
    """The same seed with the defect and without it."""

    with_it: Rehearsal
    without: Rehearsal

    def metric(self, name: str) -> tuple[float, float]:
        """A metric's value with the defect, and without it."""
        return values(self.with_it)[name], values(self.without)[name]

    def named(self, finding: str) -> tuple[bool, bool]:
        """Whether the findings have one of this id, with the defect and without it."""
        return has_finding(self.with_it, finding), has_finding(self.without, finding)

    def cited(self, entry: str) -> tuple[bool, bool]:
        """Whether the findings cite this entry of the ledger, with the defect and without it."""
        with_it, without = ({ref for each in run.findings for ref in each.refs} for run in (self.with_it, self.without))
        return entry in with_it, entry in without

    def broken(self, target: str) -> tuple[bool, bool]:
        """Whether a target on this metric fails the run with the defect, and whether any does not pass without it."""
        own = {each.verdict for each in self.with_it.judgements if each.target.metric == target}
        fails, passes = self.exits
        return fails == FAILED and bool(own & {"fail", "saturated"}), passes != PASSED

    @property
    def exits(self) -> tuple[int, int]:
        """How the command would end, with the defect and without it."""
        return exit_code(self.with_it.judgements), exit_code(self.without.judgements)

    @property
    def negative(self) -> tuple[int, int]:
        """Orders of whose time some part is negative, with the defect and without it."""
        with_it, without = (why_late(run.tables[0])[list(PARTS)] for run in (self.with_it, self.without))
        return int((with_it < 0).any(axis=1).sum()), int((without < 0).any(axis=1).sum())

    @property
    def offers(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The record of committed assignments, with the defect and without it."""
        return self.with_it.tables[0].offers, self.without.tables[0].offers

    @property
    def orders(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The record of orders, with the defect and without it."""
        return self.with_it.tables[0].orders, self.without.tables[0].orders


NAMED = (True, False)
"""What `Pair.named` and `Pair.cited` say of a finding that tells the two apart."""
BROKEN = (True, False)
"""What `Pair.broken` says of a target that tells the two apart: exit 99 with the defect, exit 0 without it."""


def has_finding(rehearsal: Rehearsal, finding: str) -> bool:
    """Whether a run's findings have one of this id."""
    return finding in {each.id for each in rehearsal.findings}


def tried(name: str, *settings: str) -> Pair:
    """A file of `scenarios/defects` as it is, and with its defect off; `settings` bend both."""
    path = FOLDER / f"{name}.yaml"
    return Pair(rehearsed(path, *settings), rehearsed(path, *settings, *switched_off(name)))


def switched_off(name: str) -> list[str]:
    """The settings of the first line in a file's comment that turns its defect off."""
    lines = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    words = shlex.split(next(line for line in lines if line.startswith("#   --set ")).removeprefix("#"))
    return [value for option, value in zip(words[::2], words[1::2], strict=True) if option == "--set"]


def overlapping(offers: pd.DataFrame) -> int:
    """Offers to a driver who had not done with an earlier one: an oracle that looks at all pairs."""
    count, endless = 0, np.iinfo(np.int64).max
    for _, own in offers.groupby("driver"):
        ends = own["done"].where(own["done"] >= 0, endless).to_numpy()
        begins = own["committed"].to_numpy()
        count += sum(any((begins < begin) & (ends > begin)) for begin in begins)
    return count

"""A baseline: what scenarios measured when somebody last said that it was right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from swifteats_sim.results.tolerances import Tolerance, Tolerances

Row = tuple[float | None, ...]
"""A metric in each replication, in its SI unit; None in one that had no such value."""
GAP = "none"
"""In a file, instead of the number that a replication did not have."""
FORMAT = "swifteats-sim baseline 1"
DEFAULT = Tolerance("2 %", share=0.02)


@dataclass(frozen=True, slots=True)
class Entry:
    """One scenario of a baseline.

    name, seed : its own; made_with : versions and machine, as one line; digest : as of `digest`.
    verdicts : by target, as "menu.latency.p99 p99 < 200 ms"; rows : by metric; declared : the scenario in full.
    lines : where each metric stands in the file, as far as it was read from one.
    """

    name: str
    seed: int
    replications: int
    digest: str
    made_with: str
    verdicts: Mapping[str, str]
    rows: Mapping[str, Row]
    declared: str
    lines: Mapping[str, int] = field(default_factory=dict)

    def says_as(self, other: Entry) -> bool:
        """Whether both say the same of the scenario, whatever they were made with."""
        return self._said() == other._said()

    def _said(self) -> tuple[object, ...]:
        verdicts, rows = list(self.verdicts.items()), sorted(self.rows.items())
        return self.name, self.seed, self.replications, self.digest, verdicts, rows, self.declared


@dataclass(frozen=True, slots=True)
class Baseline:
    """All that a file holds. head : its text above the scenarios, which is its author's; entries : by name."""

    head: str
    default: Tolerance | None
    patterns: Mapping[str, Tolerance]
    entries: Mapping[str, Entry]

    def tolerances(self, asked: Tolerance | None) -> Tolerances:
        """Patterns of the file first, then what was asked for, then the file's own default, then 2 %."""
        return Tolerances(asked or self.default or DEFAULT, self.patterns)

    def with_entries(self, entries: Mapping[str, Entry]) -> Baseline:
        """The baseline with these in place of those of the same name."""
        return Baseline(self.head, self.default, self.patterns, {**self.entries, **entries})


HEAD = f"""\
# What `swifteats-sim check` compares with. What stands above `scenarios:` is yours; `--update` writes the rest.
format: {FORMAT}
tolerance: {DEFAULT.text} # of every metric that no pattern below speaks of
tolerances: # by pattern, the last that matches counts: "order.latency.*": 5 %, "peak-hour/*.max": 20 ms, "eta.*": any
"""
"""Of a baseline that is begun."""
EMPTY = Baseline(HEAD, DEFAULT, MappingProxyType({}), MappingProxyType({}))

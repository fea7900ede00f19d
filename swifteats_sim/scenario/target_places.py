"""Where the targets of a scenario were written, for whoever points at one that is missed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from swifteats_sim.scenario.extending import Expansion
from swifteats_sim.scenario.nodes import descend
from swifteats_sim.scenario.overriding import overridden
from swifteats_sim.scenario.scenario import Scenario
from swifteats_sim.scenario.source import read_file


class Place(NamedTuple):
    """A line of a file. line : 1-based; None where there is none, as in a file that `--set` replaces a value of."""

    file: str
    line: int | None


def target_places(path: Path, overrides: Sequence[tuple[str, str]], scenario: Scenario) -> tuple[Place, ...]:
    """The place of each of `scenario.conditions`, in their order; a target of `--set` has the file, and no line.

    overrides : as `load` was given them; ScenarioError where `load` would raise it.
    """
    tree = Expansion().expand(read_file(path), chain=(path.resolve(),))
    for key, text in overrides:
        tree = overridden(tree, key, text)
    written = (
        descend(tree, ("targets", name, index))[0]
        for name, conditions in scenario.targets.root.items()
        for index in range(len(conditions))
    )
    return tuple(Place(str(path), None) if node.line is None else Place(node.file, node.line) for node in written)

"""Random stacks and cities in thousands: whole scenarios that Hypothesis writes, shrunk where one of them fails.

    .venv/bin/python tests/simulation/swarm_of_trees.py --stacks 1000 --cities 200

A scenario that fails is kept as a file, the smallest that was found, with the command that runs it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from random_cities import cities
from random_stacks import Tree, scenario_of, stacks

from swifteats_sim.simulation import simulate
from swifteats_sim.simulation.software import Engine
from swifteats_sim.simulation.violation import Violation

KINDS = {"stacks": stacks, "cities": cities}


class Failing(NamedTuple):
    """The smallest scenario found that fails so. kind : the invariant, or the error's name."""

    tree: Tree
    kind: str
    what: str


def attempt(tree: Tree, engine: Engine = "compiled") -> Failing | None:
    """Run a scenario; None where all is well."""
    try:
        simulate(scenario_of(tree), engine=engine)
    except Violation as broken:
        return Failing(tree, broken.invariant, str(broken))
    except Exception as error:  # whatever it is, a run must not crash
        return Failing(tree, type(error).__name__, str(error))
    return None


def search(trees: st.SearchStrategy[Tree], count: int, first: int = 0, engine: Engine = "compiled") -> Failing | None:
    """Run so many random scenarios; None where all is well. first : where Hypothesis begins."""
    failing = list[Failing]()

    @seed(first)
    @settings(
        max_examples=count, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(trees)
    def note(tree: Tree) -> None:
        found = None if failing else attempt(tree, engine)
        failing.extend([] if found is None else [found])

    note()
    return shrunk(failing[0], engine) if failing else None


def shrunk(failing: Failing, engine: Engine = "compiled") -> Failing:
    """The same kind of failure with parts left out, one by one, until it needs every one that is left."""
    tries = (attempt(tree, engine) for tree in smaller(failing.tree))
    again = next((found for found in tries if found is not None and found.kind == failing.kind), None)
    return failing if again is None else shrunk(again, engine)


def smaller(tree: Any) -> Iterator[Any]:
    """The same with one part left out, what is outermost first."""
    if isinstance(tree, dict):
        yield from ({name: each for name, each in tree.items() if name != left} for left in tree)
        yield from (tree | {name: part} for name, each in tree.items() for part in smaller(each))
    elif isinstance(tree, list):
        yield from (tree[:left] + tree[left + 1 :] for left in range(len(tree)))
        yield from ([*tree[:at], part, *tree[at + 1 :]] for at, each in enumerate(tree) for part in smaller(each))


def told(failing: Failing, file: Path) -> str:
    """What went wrong, and the command that shows it; the scenario is written to a file (JSON, which is YAML too)."""
    file.write_text(json.dumps(failing.tree, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return f"{failing.kind}: {failing.what}\n  swifteats-sim run {file} --only 1"


def main() -> None:
    """Run as many as the command line names and tell what failed."""
    parser = argparse.ArgumentParser(description="Run random stacks and cities and look for broken invariants.")
    parser.add_argument("--first", type=int, default=0, help="where the drawing begins")
    parser.add_argument("--out", type=Path, default=Path(), help="folder for scenarios that fail")
    for kind in KINDS:
        parser.add_argument(f"--{kind}", type=int, default=100, help="scenarios")
    asked, failures = parser.parse_args(), 0
    for kind, trees in KINDS.items():
        failing = search(trees(), getattr(asked, kind), asked.first)
        failures += failing is not None
        if failing is not None:
            print(told(failing, asked.out / f"{kind}-{asked.first}.yaml"), flush=True)
    print(f"{asked.stacks} stacks, {asked.cities} cities, {failures} kinds of them with a failure")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()

"""Thousands of small random scenarios: whatever is set and whatever fails, no invariant breaks and no run crashes.

    .venv/bin/python tests/simulation/swarm.py --count 10000 --step 2 --workers 2

A scenario is made of one number. Even numbers keep the platform's own rules (--step 2: only these); odd ones take what
the notes coded as well, and may break what these switches give up. A scenario that fails is told as a command, with all
settings left out that it fails without; `swarm.yaml` is written beside. `--engines`: each is run by both, which must
agree. Whole scenarios at random, not settings of one: `swarm_of_trees.py`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from swarm_settings import BASE, CITY, FAULTS, RULES, VARIANTS, Choices

from swifteats_sim.engine.streams import Streams
from swifteats_sim.results import digest
from swifteats_sim.scenario import Scenario, load
from swifteats_sim.simulation import simulate
from swifteats_sim.simulation.violation import Violation

Settings = tuple[tuple[str, str], ...]
"""(path, value), as `--set` takes them."""
SHARE = (0.02, 0.2)
"""Of its settings that a scenario takes: between these, drawn for each scenario."""
VARIED = 0.25
"""Share of the notes' switches that an odd number takes."""


class Failure(NamedTuple):
    """What went wrong. kind : the invariant, or the error's name."""

    number: int
    kind: str
    what: str
    settings: Settings

    @property
    def command(self) -> str:
        """How it is seen again, with the scenario in a file."""
        chosen = " ".join(f'--set "{path}={value}"' for path, value in self.settings)
        return f"swifteats-sim run swarm.yaml --only 1 {chosen}"


def settings_of(number: int) -> Settings:
    """The settings of a scenario. Each is drawn by its own name: another one more moves no draw of theirs."""
    streams = Streams(number, 0)
    low, high = SHARE
    share = low + (high - low) * streams("share").uniform(0)
    possible: Mapping[str, Choices] = {**CITY, **RULES, **FAULTS, **(VARIANTS if number % 2 else {})}
    chosen = [("seed", str(number))]
    for path, values in possible.items():
        draw = streams(path)
        if draw.uniform(0) < (VARIED if values is VARIANTS.get(path) else share):
            chosen.append((path, values[int(draw.uniform(1) * len(values))]))
    return tuple(chosen)


@cache
def _folder() -> TemporaryDirectory[str]:
    folder = TemporaryDirectory()
    (Path(folder.name) / "swarm.yaml").write_text(BASE, encoding="utf-8")
    return folder


def scenario_of(settings: Settings) -> Scenario:
    """The base scenario with these settings."""
    return load(Path(_folder().name) / "swarm.yaml", list(settings))


def attempt(number: int, settings: Settings, both: bool = False) -> Failure | None:
    """Run a scenario; None where all is well. both : engines, which must agree."""
    try:
        tables = simulate(scenario_of(settings))
        if both and digest([tables], "") != digest([simulate(scenario_of(settings), engine="reference")], ""):
            return Failure(number, "engines", "the engines differ", settings)
    except Violation as broken:
        return Failure(number, broken.invariant, str(broken), settings)
    except Exception as error:  # whatever it is, a run must not crash
        return Failure(number, type(error).__name__, str(error), settings)
    return None


def fails(number: int, both: bool = False) -> Failure | None:
    """The failure of a scenario, shrunk; None where all is well."""
    found = attempt(number, settings_of(number), both)
    return None if found is None else shrunk(found)


def shrunk(failure: Failure) -> Failure:
    """The same kind of failure with settings left out, one by one, until it needs every one that is left."""
    for setting in failure.settings:
        fewer = tuple(each for each in failure.settings if each != setting)
        again = attempt(failure.number, fewer, failure.kind == "engines")
        if again is not None and again.kind == failure.kind:
            return shrunk(again)
    return failure


def swarm(numbers: range, workers: int, both: bool = False) -> Iterator[Failure]:
    """The failures among these scenarios, in order."""
    with ProcessPoolExecutor(workers) as pool:
        found = pool.map(partial(fails, both=both), numbers, chunksize=8)
        yield from (failure for failure in found if failure is not None)


def main() -> None:
    """Run the scenarios that the command line names and tell what failed."""
    parser = argparse.ArgumentParser(description="Run small random scenarios and look for broken invariants.")
    parser.add_argument("--first", type=int, default=0, help="number of the first scenario")
    parser.add_argument("--count", type=int, default=1000, help="scenarios")
    parser.add_argument("--step", type=int, default=1, help="from one number to the next; 2: the platform's own rules")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--engines", action="store_true", help="run each by both engines, which must agree")
    asked = parser.parse_args()
    count = 0
    numbers = range(asked.first, asked.first + asked.count * asked.step, asked.step)
    for failure in swarm(numbers, asked.workers, asked.engines):
        count += 1
        Path("swarm.yaml").write_text(BASE, encoding="utf-8")
        print(f"{failure.number}: {failure.kind}: {failure.what}\n  {failure.command}", flush=True)
    print(f"{asked.count} scenarios, {count} failures")
    sys.exit(bool(count))


if __name__ == "__main__":
    main()

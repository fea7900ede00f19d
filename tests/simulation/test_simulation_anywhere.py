"""One digest from the command line: whatever the hash seed, zone, locale, folder, mask, threads, processor, workers,
engine, order of keys, or version of Python."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from small_city import CITY, scenario_of
from swarm_settings import BASE

from swifteats_sim.experiments import rehearse
from swifteats_sim.scenario.nodes import plain
from swifteats_sim.scenario.source import read_text

ROOT = Path(__file__).parents[2]
STACK = """
name: stack
duration: 20 s
stack:
  stations: {desk: {instances: 2, balancing: least_busy}, till: {discipline: priority}}
  caches: {menu: {ttl: 2 s, entries: 20, protection: single_flight}}
  flows:
    left: {arrivals: 10 ms, steps: [{at: desk, service: "exponential(9 ms)"}]}
    right: {arrivals: "exponential(10 ms)", steps: [{at: desk, service: "gamma(mean=6 ms, sd=5 ms)"}]}
    calls:
      clients: 30
      every: 200 ms
      steps: [{cache: menu, miss: [{at: till, service: "lognormal(median=2 ms, p95=9 ms)"}]}]
"""
REPLICATED = "replications: 3\n"
SCENARIOS: Mapping[str, str] = {
    "city": CITY.replace("60 min", "8 min").replace("1.5/min", "6/min") + REPLICATED,
    "stack": STACK + REPLICATED,
    "streets": CITY.replace("60 min", "6 min").replace("area: 9 km2", "map: grid, area: 9 km2") + REPLICATED,
    "faults": BASE.replace("name: swarm", "name: faults")
    .replace("consumers: 2}", "consumers: 2, duplicates: 30 %, crashes: [{consumer: 0, at: 3 min, for: 1 min}]}", 1)
    .replace("database: {concurrency: 8}", "database: {concurrency: 2, pauses: [{at: 5 min, for: 20 s}]}")
    + REPLICATED,
}
EACH = pytest.mark.parametrize("name", SCENARIOS)


class Place(NamedTuple):
    """Where and how a scenario is run. keys : seed of the order of all its keys, None: as written."""

    variables: Mapping[str, str] = {}
    words: tuple[str, ...] = ()
    keys: int | None = None
    mask: int = 0o022
    processors: int | None = None
    python: str = sys.executable


HERE = Place({"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"})
ELSEWHERE = Place(
    {
        "PYTHONHASHSEED": "4242", "TZ": "Asia/Kathmandu", "LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8",
        "OMP_NUM_THREADS": "3", "NUMBA_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "2",
    },
    ("--workers", "2"), keys=1, mask=0o077, processors=1,
)  # fmt: skip
BY_THE_REFERENCE = Place(
    {"PYTHONHASHSEED": "77", "TZ": "America/St_Johns", "PYTHONUTF8": "1", "PYTHONOPTIMIZE": "1"},
    ("--workers", "3", "--engine", "reference"), keys=2,
)  # fmt: skip


def shuffled(content: Any, draw: random.Random) -> Any:
    """The same with all keys of all its maps in another order; lists stay, they are in an order."""
    if isinstance(content, dict):
        return {key: shuffled(content[key], draw) for key in draw.sample([*content], len(content))}
    return [shuffled(each, draw) for each in content] if isinstance(content, list) else content


def written(text: str, keys: int | None) -> str:
    """A scenario as text; JSON, which is YAML, where its keys are shuffled."""
    if keys is None:
        return text
    return json.dumps(shuffled(plain(read_text(text, "scenario.yaml")), random.Random(keys)), indent=1)


def digest(text: str, place: Place) -> str:
    """What the command line writes down, in a folder of its own."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "scenario.yaml").write_text(written(text, place.keys), encoding="utf-8")
        command = [place.python, "-m", "swifteats_sim", "run", "scenario.yaml", "--quiet", "--out", "out", *place.words]
        subprocess.run(
            command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT), **place.variables},
            preexec_fn=lambda: settle(place), capture_output=True, text=True, check=True,
        )  # fmt: skip
        (found,) = Path(folder, "out").glob("*/summary.json")
        return str(json.loads(found.read_text(encoding="utf-8"))["digest"])


def settle(place: Place) -> None:
    """In the child: its mask, and the processors that it may use."""
    os.umask(place.mask)
    if place.processors is not None and sys.platform == "linux":
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: place.processors])


@cache
def digest_here(name: str) -> str:
    """Of a scenario, as plainly as it gets."""
    return digest(SCENARIOS[name], HERE)


@EACH
def test_everything_around_a_scenario_is_changed_and_its_digest_is_the_same(name: str) -> None:
    assert len(digest_here(name)) == 64
    assert digest(SCENARIOS[name], ELSEWHERE) == digest_here(name)


def test_within_another_program_it_is_the_same() -> None:
    assert rehearse(scenario_of(SCENARIOS["stack"])).digest == digest_here("stack")


@pytest.mark.slow
@EACH
def test_the_readable_engine_gives_the_same_digest_in_three_processes(name: str) -> None:
    assert digest(SCENARIOS[name], BY_THE_REFERENCE) == digest_here(name)


def test_a_seed_more_is_another_digest() -> None:
    """So that the tests above say something."""
    assert digest(SCENARIOS["stack"] + "seed: 2\n", HERE) != digest_here("stack")


def test_shuffled_keys_are_in_another_order_at_every_level() -> None:
    here, there = (plain(read_text(written(SCENARIOS["faults"], keys), "faults.yaml")) for keys in (None, 1))
    assert here == there
    assert [*here] != [*there]
    assert [*here["stack"]["stations"]] != [*there["stack"]["stations"]]
    assert [*here["city"]["drivers"]] != [*there["city"]["drivers"]]


LIBRARIES = "import h3, numba, numpy, pandas, pyarrow, pydantic, ruamel.yaml, scipy, simpy, typer"


def other_pythons() -> list[str]:
    """Every other minor version on this machine that has the libraries."""
    names = [f"python3.{minor}" for minor in range(11, 16) if minor != sys.version_info.minor]
    there = [found for name in names if (found := shutil.which(name)) is not None]
    libraries = "import h3, numba, numpy, pandas, pyarrow, pydantic, ruamel.yaml, scipy, simpy, typer"
    return [
        each
        for each in there
        if not subprocess.run([each, "-c", libraries], capture_output=True, check=False).returncode
    ]


@pytest.mark.slow
@EACH
def test_every_version_of_python_gives_the_same_digest(name: str) -> None:
    pythons = other_pythons()
    if not pythons:
        pytest.skip("this machine has no other Python (3.11 to 3.15) with the libraries")
    assert {digest(SCENARIOS[name], HERE._replace(python=each)) for each in pythons} == {digest_here(name)}

"""The suite kills every mutant: each bug that is seeded into a copy of the package makes the tests named with it fail.

Mutants of the compiled engine have it compiled anew, 13 s each; most of them are left to the long tests.
"""

from __future__ import annotations

import ast

import pytest
from hunting import MUTANTS, PACKAGE, ROOT, hunt, spare
from mutant import Mutant

NAMED = (
    "last come first served", "what is under way at the end is dropped", "all purposes share one stream",
    "one server too many", "durations are cut instead of rounded", "no warm-up is cut from times",
    "what was called off goes on", "keys are ignored in partitioning", "cached entries never expire",
    "writes compare no version", "a driver is not released at the door", "slack has the wrong sign",
)  # fmt: skip
"""The twelve that must not be missing."""


def marks(mutant: Mutant) -> list[pytest.MarkDecorator]:
    return [pytest.mark.long] if mutant.lasting else [pytest.mark.slow]


@pytest.mark.parametrize("mutant", [pytest.param(each, id=each.name, marks=marks(each)) for each in MUTANTS])
def test_the_suite_kills(mutant: Mutant) -> None:
    found = hunt(mutant)
    assert found.is_kill, f"{mutant.bug}: {found.failed or 'survived'}"


CONTROLS = sorted({each.tests for each in MUTANTS if not each.only})
TIMELY = ("domain/test_domain_inventory.py", "engine/test_engine_station.py", "simulation/test_simulation_twins.py")


@pytest.mark.parametrize(
    "tests",
    [pytest.param(each, marks=pytest.mark.slow if each in TIMELY else pytest.mark.long) for each in CONTROLS],
)
def test_what_has_no_bug_is_spared(tests: str) -> None:
    """The control, in a copy too: what kills mutants kills nothing else."""
    found = spare(tests)
    assert found.failed is None
    assert found.passed > 0


def test_the_twelve_are_there_and_no_two_mutants_are_alike() -> None:
    bugs = [mutant.bug for mutant in MUTANTS]
    assert set(NAMED) <= set(bugs)
    assert len(bugs) == len(set(bugs)) == len({(each.where, each.old, each.new) for each in MUTANTS})


@pytest.mark.parametrize("mutant", MUTANTS, ids=[each.name for each in MUTANTS])
def test_a_mutant_has_not_rotted(mutant: Mutant) -> None:
    """Its text stands where it says, and what comes of it is Python, and another program."""
    text = (ROOT / PACKAGE / mutant.where).read_text(encoding="utf-8")
    assert ast.dump(ast.parse(mutant.seeded(text))) != ast.dump(ast.parse(text))


def test_a_text_that_is_gone_is_told() -> None:
    with pytest.raises(ValueError, match="0 times, not once"):
        Mutant("a bug", "engine/loop.py", "no such line", "", "nowhere.py").seeded("pass\n")

"""The hunt: each mutant in a copy of the package of its own, and the part of the suite that must notice it.

    python tests/mutants/hunting.py [--lasting] [words of a bug ...]

prints a table, and exits with 0 only if every mutant was killed, by an assertion or an invariant: one that cannot even
be imported proves nothing. Compiled code is compiled anew for a mutant of the engine, which takes most of the time.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from in_the_engine import IN_THE_ENGINE
from in_the_kernel import IN_THE_KERNEL
from in_the_rules import IN_THE_RULES
from mutant import Mutant

MUTANTS = (*IN_THE_ENGINE, *IN_THE_KERNEL, *IN_THE_RULES)
HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
PACKAGE = "swifteats_sim"
KILLERS = ("AssertionError", "Failed", "Violation", "EndedTwice", "BackInTime", "Impossible")
"""What a mutant may be killed by: assertions of tests, and invariants of the package."""
PATIENCE_S = 300


class Hunt(NamedTuple):
    """What came of a mutant, or of the package as it is. failed : (test, exception, its words) of the first to fail."""

    failed: tuple[str, str, str] | None
    passed: int
    seconds: float

    @property
    def is_kill(self) -> bool:
        """Whether it was noticed for what it is."""
        return self.failed is not None and self.failed[1] in KILLERS


def hunt(mutant: Mutant) -> Hunt:
    """Seed one bug, and let the suite look for it."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        _copy(Path(folder))
        place = Path(folder, PACKAGE, mutant.where)
        text = mutant.seeded(place.read_text(encoding="utf-8"))
        place.write_text(text, encoding="utf-8")
        return _tested(Path(folder), mutant.tests, mutant.only)


def spare(tests: str) -> Hunt:
    """The control: a file of tests on a copy without any bug."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        _copy(Path(folder))
        return _tested(Path(folder), tests, "")


def _copy(folder: Path) -> None:
    """The package, and what is compiled of it; what is just being written there is not waited for."""
    unfinished = shutil.ignore_patterns("*.tmp.*", "*.pyc.*")
    shutil.copytree(ROOT / PACKAGE, folder / PACKAGE, ignore=unfinished)


def _tested(folder: Path, tests: str, only: str) -> Hunt:
    """These tests, in a process that knows no other package than the one in the folder."""
    account = folder / "account.json"
    paths = [str(folder), str(HERE)]
    settings = ["-c", str(ROOT / "pyproject.toml"), "-p", "witness", "-p", "no:cacheprovider", "-qx"]
    command = [sys.executable, "-m", "pytest", *settings, *(["-k", only] if only else [])]
    began = perf_counter()
    child = subprocess.run(
        [*command, str(ROOT / "tests" / tests)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "WITNESS": str(account)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    seconds = perf_counter() - began
    if not account.exists():
        return Hunt(
            ("no test", "Crash", f"the process ended with {child.returncode}: {child.stderr[:200]}"), 0, seconds
        )
    seen = json.loads(account.read_text(encoding="utf-8"))
    if Path(seen["package"]) != folder / PACKAGE:
        raise RuntimeError(f"not the copy was tested, but {seen['package']}")
    failed = [(each["test"], each["by"], each["message"]) for each in seen["failures"]]
    return Hunt(failed[0] if failed else None, len(seen["passed"]), seconds)


def row(mutant: Mutant, found: Hunt) -> str:
    """One line of the table."""
    if found.failed is None:
        killer = "SURVIVED"
    else:
        killer = found.failed[0].rpartition("/")[2] + ("" if found.is_kill else f"  NOT KILLED BUT {found.failed[2]}")
    return f"{mutant.bug:46} {mutant.where:28} {found.seconds:5.1f}  {killer}"


def main(words: Sequence[str]) -> int:
    """Hunt those whose bug has all the words; 0 if all are killed, else 1."""
    lasting, words = "--lasting" in words, [word for word in words if word != "--lasting"]
    wanted = [each for each in MUTANTS if (lasting or not each.lasting) and all(word in each.bug for word in words)]
    print(f"{'mutant':46} {'where':28} {'s':>5}  killed by")
    killed = 0
    for mutant in wanted:
        found = hunt(mutant)
        killed += found.is_kill
        print(row(mutant, found), flush=True)
    print(f"{killed} of {len(wanted)} killed")
    return 0 if killed == len(wanted) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

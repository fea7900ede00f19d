"""A policy of the user's own, imported because the command line names it: `--policy package.module:Name`.

Nothing else imports a user's code: a scenario file that names a module is refused where it is read. A scenario that the
command line has given a policy carries the module's path and the digest of its source: the digest of a run says which
code ran, and a worker that finds another source stops. It is the digest of the module's own file, not of what that
imports in turn.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.domain.effects import Candidates
from swifteats_sim.policies.check import check_policy, check_ranking
from swifteats_sim.policies.policy import Policy
from swifteats_sim.scenario.errors import ScenarioError, shown
from swifteats_sim.scenario.rules import is_module_path

MARK = " sha256:"
"""Between the path of a policy and the digest of its source."""
OURS, LIBRARY = Path(__file__).parent, Path(traceback.__file__).parent


class Imported:
    """A user's policy, held to what a dispatcher relies on at every call. word : as the command line has it."""

    def __init__(self, word: str, policy: Policy) -> None:
        self._word, self._policy = word, policy

    def rank(self, candidates: Candidates) -> NDArray[np.int64]:
        """See Policy; ScenarioError with the file and line at which the user's code failed."""
        with _answering(self._word, "rank"):
            ranked = np.asarray(self._policy.rank(candidates))
            check_ranking(f"{len(candidates.drivers)} candidates", ranked, len(candidates.drivers))
        return ranked


def with_source(word: str) -> str:
    """`package.module:Name` with the digest of its source, after the policy has been imported, made and checked.

    ScenarioError with one message for whatever is wrong with the path, the module or the policy.
    """
    if not is_module_path(word):
        raise refused(word, f"must be package.module:Name (got {shown(word)})")
    module = _module(word)
    policy = _made(word, module)
    with _answering(word, "a check before the run"):
        check_policy(policy)
    return f"{word}{MARK}{_digest(word, module)}"


def imported(name: str) -> Policy:
    """The policy that `with_source` has named; ScenarioError where its source has changed since."""
    word, _, digest = name.partition(MARK)
    module = _module(word)
    if _digest(word, module) != digest:
        raise refused(word, f"{module.__file__} has changed since the command began")
    return Imported(word, _made(word, module))


def _module(word: str) -> ModuleType:
    """As `python` would import it; the current directory comes last, so that it hides no library."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)
    with _answering(word, "importing it"):
        return importlib.import_module(word.partition(":")[0])


def _made(word: str, module: ModuleType) -> Policy:
    name = word.partition(":")[2]
    make = getattr(module, name, None)
    if not callable(make):
        raise refused(word, f"{module.__name__} has no class or function {shown(name)}")
    with _answering(word, "making it without arguments"):
        policy: Any = make()
    if not callable(getattr(policy, "rank", None)):
        raise refused(word, f"{name}() has no method rank(candidates), so it is no policy")
    made: Policy = policy
    return made


def _digest(word: str, module: ModuleType) -> str:
    file = getattr(module, "__file__", None)
    if file is None:
        raise refused(word, "the module has no file, so nobody could say later which code has run")
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()


@contextmanager
def _answering(word: str, doing: str) -> Iterator[None]:
    """Turn whatever a user's code raises into one message: what it was at, the error, file and line."""
    try:
        yield
    except ScenarioError:
        raise
    except (Exception, SystemExit) as error:
        raise refused(word, f"{doing}: {_said(error)}") from None


def _said(error: BaseException) -> str:
    """The last line of the traceback, and the line of the user's own code that it came from."""
    last = traceback.format_exception_only(error)[-1].strip()
    if isinstance(error, SyntaxError) and error.filename:
        return f"{last} ({error.filename}:{error.lineno})"
    passed = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_within(frame.filename, OURS)]
    own = [frame for frame in passed if not _is_a_librarys(frame.filename)] or passed[-1:]
    if isinstance(error, AssertionError) and not passed:  # of our own check
        return str(error)
    return f"{last} ({own[-1].filename}:{own[-1].lineno})" if own and _is_file(own[-1].filename) else last


def _is_a_librarys(file: str) -> bool:
    return not _is_file(file) or _is_within(file, LIBRARY) or "site-packages" in Path(file).parts


def _is_file(name: str) -> bool:
    """Not `<frozen importlib._bootstrap>`."""
    return not name.startswith("<")


def _is_within(file: str, folder: Path) -> bool:
    return folder in Path(file).parents


def refused(word: str, message: str) -> ScenarioError:
    """What is wrong with what the command line asks for."""
    return ScenarioError.of(f"--policy {shown(word)[1:-1]}", message)

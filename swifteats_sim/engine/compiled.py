"""The one place that compiles: numba without fastmath, cached on disk, typed for mypy."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from numba.core import caching
from numba.core.registry import CPUDispatcher

from swifteats_sim.engine.linking import Part, Whole

Function = Callable[..., Any]
"""Typed loosely: numba infers the types of a compiled function at its first call."""

OPTIONS = {"nopython": True, "fastmath": False, "error_model": "numpy", "no_cfunc_wrapper": True}
"""A division by zero is no error that anybody waits for: not to look for one makes all code shorter."""


def compiled(function: Function) -> Function:
    """`function`, compiled on first call, from Python or other compiled code; its Python twin stays at `.py_func`."""
    result: Function = Compiled(function)
    return result


def apart(function: Function) -> Function:
    """The same, but never merged into its callers: for what would crowd their registers, or is rare."""
    result: Function = Compiled(function, apart=True)
    return result


class Compiled(CPUDispatcher):  # type: ignore[misc]  # numba has no types
    """A compiled function: machine code of its own for Python, a part of its caller for compiled code."""

    def __init__(self, function: Function, apart: bool = False) -> None:
        super().__init__(function, {}, OPTIONS, Whole)
        with suppress(RuntimeError):  # no folder will do: compiled anew each time
            self._cache = Cache(function)
        self._part = Part(function, apart)

    @property
    def _numba_type_(self) -> Part:
        """What compiled code sees of it."""
        return self._part


@functools.cache
def stamp(folder: Path = Path(__file__).parent) -> str:
    """A digest of all sources of a folder, by default the engine's."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class _Stamped:
    """A place for cached code that is good as long as no source changes, of the engine or in its own folder."""

    _py_file: str

    def get_source_stamp(self) -> object:
        own: object = super().get_source_stamp()  # type: ignore[misc]  # of the locator it is mixed with
        return own, stamp(), stamp(Path(self._py_file).parent)


class _Private(_Stamped):
    """A place that nobody else may write to: what lies there is unpickled and run.

    It is made for its owner alone; one that is somebody else's, or that others may write to, is passed over. Beside the
    sources no such care is taken: whoever may write there may change what they say.
    """

    def ensure_cache_path(self) -> None:
        """Make the folder, if there is none."""
        Path(self.get_cache_path()).mkdir(0o700, parents=True, exist_ok=True)  # type: ignore[attr-defined]
        super().ensure_cache_path()  # type: ignore[misc]

    @classmethod
    def from_function(cls, function: Function, file: str) -> object:
        """The place for a function; None where it is none of ours."""
        found: Any = super().from_function(function, file)  # type: ignore[misc]
        return found if found is not None and is_private(Path(found.get_cache_path())) else None


def is_private(folder: Path) -> bool:
    """Whether a folder is this user's and only he may write to it; true where the system has no such owners."""
    if not hasattr(os, "geteuid"):
        return True
    status = folder.stat()
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022


class _Provided(_Private, caching.UserProvidedCacheLocator):  # type: ignore[misc]
    """Where NUMBA_CACHE_DIR says."""


class _InTree(_Stamped, caching.InTreeCacheLocator):  # type: ignore[misc]
    """Beside the sources."""


class _UserWide(_Private, caching.UserWideCacheLocator):  # type: ignore[misc]
    """In the user's own folder."""


class _Files(caching.CompileResultCacheImpl):  # type: ignore[misc]
    _locator_classes = [_Provided, _InTree, _UserWide]  # noqa: RUF012


class Cache(caching.FunctionCache):  # type: ignore[misc]
    """numba's own cache of a function looks at the function's file alone, and would miss a change of what it calls."""

    _impl_class = _Files

"""The one place that compiles: numba without fastmath, cached on disk, typed for mypy."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
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


class _Provided(_Stamped, caching.UserProvidedCacheLocator):  # type: ignore[misc]
    """Where NUMBA_CACHE_DIR says."""


class _InTree(_Stamped, caching.InTreeCacheLocator):  # type: ignore[misc]
    """Beside the sources."""


class _UserWide(_Stamped, caching.UserWideCacheLocator):  # type: ignore[misc]
    """In the user's own folder."""


class _Files(caching.CompileResultCacheImpl):  # type: ignore[misc]
    _locator_classes = [_Provided, _InTree, _UserWide]  # noqa: RUF012


class Cache(caching.FunctionCache):  # type: ignore[misc]
    """numba's own cache of a function looks at the function's file alone, and would miss a change of what it calls."""

    _impl_class = _Files

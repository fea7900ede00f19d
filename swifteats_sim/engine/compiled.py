"""The one place that compiles: numba without fastmath, cached on disk, typed for mypy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

Function = Callable[..., Any]
"""Typed loosely: numba infers the types of a compiled function at its first call."""


def compiled(function: Function) -> Function:
    """`function`, compiled on first call; its Python twin stays at `.py_func`."""
    result: Function = numba.njit(cache=True, fastmath=False)(function)
    return result

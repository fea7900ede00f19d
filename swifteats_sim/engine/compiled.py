"""The one place that compiles: numba without fastmath, cached on disk, typed for mypy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """`function`, compiled on first call; its Python twin stays at `.py_func`."""
    result: Function = numba.njit(cache=True, fastmath=False)(function)
    return result

"""Rows: an array that compiled code reaches through the place where its address and its length stand.

An array handed over as such would be copied at every call, and counted at every use; a tuple of them many times over.
Indices count from 0 on: none is looked at whether it is negative or too high.
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin, models, register_model

WORD = 8
"""Bytes of an address, and of a length behind it."""


class Rows(types.Type):  # type: ignore[misc]  # numba has no types
    """row : numba's type of one row, a scalar or a record."""

    def __init__(self, row: Any) -> None:
        self.row = row
        super().__init__(f"Rows({row})")


register_model(Rows)(models.OpaqueModel)


@infer_global(operator.getitem)
class _Getting(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: tuple[Any, ...], kws: object) -> Any:
        """See numba."""
        rows, _ = args
        return signature(rows.row, rows, types.intp) if isinstance(rows, Rows) else None


@infer_global(operator.setitem)
class _Setting(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: tuple[Any, ...], kws: object) -> Any:
        """See numba."""
        rows, _, _ = args
        return signature(types.none, rows, types.intp, rows.row) if isinstance(rows, Rows) else None


@infer_global(len)
class _Length(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: tuple[Any, ...], kws: object) -> Any:
        """See numba."""
        (rows,) = args
        return signature(types.intp, rows) if isinstance(rows, Rows) else None


@lower_builtin(operator.getitem, Rows, types.Integer)  # type: ignore[untyped-decorator]
def _get(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
    """A scalar's value, or a reference to a record."""
    row = sig.args[0].row
    place = _place(context, builder, row, *arguments)
    if isinstance(row, types.Record):
        return builder.bitcast(place, context.get_value_type(row))
    return context.unpack_value(builder, row, place)


@lower_builtin(operator.setitem, Rows, types.Integer, types.Any)  # type: ignore[untyped-decorator]
def _set(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
    rows, index, value = arguments
    row = sig.args[0].row
    place = _place(context, builder, row, rows, index)
    if isinstance(row, types.Record):
        cgutils.raw_memcpy(builder, place, value, context.get_constant(types.intp, 1), row.size)
    else:
        context.pack_value(builder, row, value, place)
    return context.get_dummy_value()


@lower_builtin(len, Rows)  # type: ignore[untyped-decorator]
def _len(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
    return _constant(builder, builder.gep(arguments[0], [ir.IntType(32)(WORD)]), ir.IntType(64))


def _place(context: Any, builder: Any, row: Any, rows: Any, index: Any) -> Any:
    """Where a row stands."""
    first = _constant(builder, rows, context.get_data_type(row).as_pointer())
    return builder.gep(first, [index], inbounds=True)


def _constant(builder: Any, place: Any, kind: Any) -> Any:
    """What stands at a place and does not change while compiled code runs."""
    value = builder.load(builder.bitcast(place, kind.as_pointer()))
    value.set_metadata("invariant.load", builder.module.add_metadata([]))
    return value


def to_rows(builder: Any, address: Any) -> Any:
    """Rows from the address, an integer, of where theirs stands."""
    return builder.inttoptr(address, cgutils.voidptr_t)

"""Rows: an array that compiled code reaches through the place where its address and its length stand.

An array handed over as such would be copied at every call, and counted at every use; a tuple of them many times over.
Indices count from 0 on: none is looked at whether it is negative or too high. A row is a scalar, or a reference to a
record, whose integers are int64 to whoever reads or writes them, however few bytes they have.

No two arrays share a place, and no two fields of a record: the compiler is told so (by `tbaa`), and need not read again
what a write elsewhere has left alone.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global, signature
from numba.extending import (
    intrinsic,
    lower_builtin,
    lower_getattr_generic,
    lower_setattr_generic,
    models,
    register_model,
)
from numba.np.numpy_support import from_dtype

WORD = 8
"""Bytes of an address, and of a length behind it."""
BYTE = ir.IntType(8).as_pointer()


class Row(types.Type):  # type: ignore[misc]  # numba has no types
    """A reference to a record. array : its name; kind : what it holds, all integers."""

    def __init__(self, array: str, kind: np.dtype[Any]) -> None:
        self.array, self.fields = array, dict(kind.fields or {})
        super().__init__(f"Row({array})")


class Rows(types.Type):  # type: ignore[misc]
    """An array. array : its name; row : numba's type of one row."""

    def __init__(self, array: str, kind: np.dtype[Any]) -> None:
        self.array, self.size = array, kind.itemsize
        self.row = from_dtype(kind) if kind.fields is None else Row(array, kind)
        super().__init__(f"Rows({array})")


register_model(Row)(models.OpaqueModel)
register_model(Rows)(models.OpaqueModel)


@infer_getattr
class _Field(AttributeTemplate):  # type: ignore[misc]
    key = Row

    def generic_resolve(self, typ: Row, attr: str) -> Any:
        """See numba."""
        return types.intp if attr in typ.fields else None


@lower_getattr_generic(Row)  # type: ignore[untyped-decorator]
def _read(context: Any, builder: Any, typ: Row, value: Any, attr: str) -> Any:
    found = _tagged(builder, builder.load(_field(builder, typ, value, attr)), f"{typ.array}.{attr}")
    return builder.sext(found, ir.IntType(64)) if found.type.width < 64 else found


@lower_setattr_generic(Row)  # type: ignore[untyped-decorator]
def _write(context: Any, builder: Any, sig: Any, arguments: Any, attr: str) -> None:
    typ, (row, value) = sig.args[0], arguments
    place = _field(builder, typ, row, attr)
    short = builder.trunc(value, place.type.pointee) if place.type.pointee.width < 64 else value
    _tagged(builder, builder.store(short, place), f"{typ.array}.{attr}")


def _field(builder: Any, typ: Row, row: Any, attr: str) -> Any:
    """Where a field of a record stands."""
    kind, offset = typ.fields[attr][:2]
    place = builder.gep(row, [ir.IntType(64)(offset)], inbounds=True)
    return builder.bitcast(place, ir.IntType(8 * kind.itemsize).as_pointer())


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
    typ = sig.args[0]
    place = _place(builder, typ, *arguments)
    if isinstance(typ.row, Row):
        return place
    pointer = context.get_data_type(typ.row).as_pointer()
    return _tagged(builder, builder.load(builder.bitcast(place, pointer)), typ.array)


@lower_builtin(operator.setitem, Rows, types.Integer, types.Number)  # type: ignore[untyped-decorator]
def _set(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
    rows, index, value = arguments
    place = builder.bitcast(_place(builder, sig.args[0], rows, index), value.type.as_pointer())
    _tagged(builder, builder.store(value, place), sig.args[0].array)
    return context.get_dummy_value()


@lower_builtin(len, Rows)  # type: ignore[untyped-decorator]
def _len(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
    return _constant(builder, builder.gep(arguments[0], [ir.IntType(32)(WORD)]), ir.IntType(64))


def _place(builder: Any, typ: Rows, rows: Any, index: Any) -> Any:
    """Where a row stands."""
    first = _constant(builder, rows, BYTE)
    return builder.gep(first, [builder.mul(index, index.type(typ.size), flags=("nsw",))], inbounds=True)


def _constant(builder: Any, place: Any, kind: Any) -> Any:
    """What stands at a place and does not change while compiled code runs."""
    value = builder.load(builder.bitcast(place, kind.as_pointer()))
    value.set_metadata("invariant.load", builder.module.add_metadata([]))
    return value


def _tagged(builder: Any, instruction: Any, name: str) -> Any:
    """A read or write of what has this name, and shares no place with what has another."""
    module = builder.module
    root = module.add_metadata(["rows of a world"])
    named = module.add_metadata([name, root, ir.IntType(64)(0)])
    instruction.set_metadata("tbaa", module.add_metadata([named, named, ir.IntType(64)(0)]))
    return instruction


@intrinsic  # type: ignore[untyped-decorator]  # numba calls it with its own types
def fetch(typing: Any, rows: Any, index: Any) -> Any:
    """Let the processor fetch the first line of a row that is needed soon; there need not be such a row."""

    def code(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(ir.VoidType(), [BYTE, *[ir.IntType(32)] * 3])
        prefetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        first = _constant(builder, arguments[0], BYTE)
        place = builder.gep(first, [builder.mul(arguments[1], arguments[1].type(rows.size))])
        builder.call(prefetch, [place, *map(ir.IntType(32), (0, 3, 1))])
        return context.get_dummy_value()

    return types.none(rows, types.intp), code


def to_rows(builder: Any, address: Any) -> Any:
    """Rows from the address, an integer, of where theirs stands."""
    return builder.inttoptr(address, cgutils.voidptr_t)

"""Fields: where each word of a thing stands, by name, in Python and in compiled code alike."""

from __future__ import annotations

from typing import Any

from numba.core import types
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global, signature
from numba.extending import lower_builtin, lower_getattr_generic, models, register_model


class Fields:
    """The words of a kind of thing. names : in order; attributes : the offset of each from the first one."""

    def __init__(self, names: str) -> None:
        """names : with spaces in between, in order."""
        self.names = tuple(names.split())
        offsets = {name: offset for offset, name in enumerate(self.names)}
        self._numba_type_ = FieldsType(offsets)
        self.__dict__.update(offsets)

    def __getattr__(self, name: str) -> int:
        """The offset of a field, which is found before anybody asks here."""
        raise AttributeError(name)

    def __len__(self) -> int:
        """How many words such a thing has."""
        return len(self.names)


class FieldsType(types.Dummy):  # type: ignore[misc]  # numba has no types
    """What compiled code knows of fields: numbers that it can put into the code where they are used."""

    def __init__(self, offsets: dict[str, int]) -> None:
        self.offsets = offsets
        super().__init__(f"Fields({' '.join(offsets)})")


register_model(FieldsType)(models.OpaqueModel)


@infer_getattr
class _Typing(AttributeTemplate):  # type: ignore[misc]
    key = FieldsType

    def generic_resolve(self, typ: FieldsType, attr: str) -> Any:
        """See numba."""
        return types.intp if attr in typ.offsets else None


@lower_getattr_generic(FieldsType)  # type: ignore[untyped-decorator]
def _offset(context: Any, builder: Any, typ: FieldsType, value: object, attr: str) -> Any:
    return context.get_constant(types.intp, typ.offsets[attr])


@infer_global(len)
class _Length(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: tuple[Any, ...], kws: object) -> Any:
        """See numba."""
        (fields,) = args
        return signature(types.intp, fields) if isinstance(fields, FieldsType) else None


@lower_builtin(len, FieldsType)  # type: ignore[untyped-decorator]
def _len(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
    return context.get_constant(types.intp, len(sig.args[0].offsets))

"""How compiled functions become machine code: translated one by one, improved and loaded once, with all that they call.

numba by itself improves and loads every function with everything below it, then the same again for each of its callers,
and makes another version for every constant that it is called with. In a deep graph of small functions nearly all time
goes into that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from llvmlite.binding import Linkage
from numba.core import types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, Flags, compile_extra
from numba.core.registry import cpu_target
from numba.extending import models, register_model


class Part(types.Callable, types.Dummy):  # type: ignore[misc]  # numba has no types
    """A compiled function as its callers see it; it must not call itself."""

    def __init__(self, function: Callable[..., Any], apart: bool) -> None:
        """Not translated yet, for any types of arguments. apart : whether it stays a function of its own."""
        self._function, self._apart = function, apart
        self._translated: dict[tuple[Any, ...], Any] = {}
        super().__init__(f"Part({function.__module__}.{function.__qualname__})")

    @property
    def key(self) -> object:
        """What tells it from others: two functions may have one name."""
        return self._function

    def get_call_type(self, context: Any, args: Iterable[Any], kws: object) -> Any:
        """The signature of a call: a constant is a number like others."""
        return self._translation(tuple(types.unliteral(each) for each in args)).signature

    def get_call_signatures(self) -> tuple[list[Any], bool]:
        """All signatures so far."""
        return [each.signature for each in self._translated.values()], False

    def get_impl_key(self, sig: Any) -> Any:
        """What numba knows the translation by."""
        return self._translation(sig.args).fndesc

    def _translation(self, args: tuple[Any, ...]) -> Any:
        if args not in self._translated:
            self._translated[args] = _translate(self._function, args, self._apart)
        return self._translated[args]


register_model(Part)(models.OpaqueModel)


def _translate(function: Callable[..., Any], args: tuple[Any, ...], apart: bool) -> Any:
    """A function for these types of arguments, ready to be called from compiled code."""
    context, flags = cpu_target.target_context, Flags()
    flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
    flags.error_model = "numpy"
    library = Loose(context.codegen(), function.__qualname__)
    result = compile_extra(cpu_target.typing_context, context, function, args, None, flags, {}, library)
    if apart:
        library.get_function(result.fndesc.llvm_func_name).add_function_attribute("noinline")
    context.insert_user_function(result.fndesc, result.fndesc, [library])
    return result


class Loose(JITCodeLibrary):  # type: ignore[misc]
    """One function as it was translated, neither improved nor loaded."""

    def _optimize_functions(self, module: Any) -> None:
        module.data_layout = self._codegen._data_layout

    def finalize(self) -> None:
        """Nothing to be done until it is linked."""
        self._finalized = True


class Bound(JITCodeLibrary):  # type: ignore[misc]
    """A function that Python calls, with all that it calls in turn."""

    def _optimize_functions(self, module: Any) -> None:
        module.data_layout = self._codegen._data_layout

    def finalize(self) -> None:
        """Link, improve and load everything."""
        self._linking_libraries: list[Any] = reachable(self._linking_libraries)
        super().finalize()

    def _optimize_final_module(self) -> None:
        """Improve all at once. Nobody else calls the parts, so that they may be merged into each other."""
        for function in self._final_module.functions:
            if function.linkage == Linkage.linkonce_odr:
                function.linkage = Linkage.internal
        passes, builder = self._codegen._module_pass_manager(loop_vectorize=False)
        passes.run(self._final_module, builder)


def reachable(libraries: Iterable[Any]) -> list[Any]:
    """Libraries and what the loose ones among them need, each once."""
    found, coming = dict[Any, None](), list(libraries)
    while coming:
        library = coming.pop()
        if library not in found:
            found[library] = None
            if isinstance(library, Loose):
                coming += library._linking_libraries
    return list(found)


class Whole(Compiler):  # type: ignore[misc]
    """The way of a function that Python calls through numba's compiler."""

    def compile_extra(self, func: Any) -> Any:
        """Compile into a library of our kind."""
        self.state.library = Bound(self.state.targetctx.codegen(), func.__qualname__)
        self.state.library.enable_object_caching()
        return super().compile_extra(func)

"""The arrays of a world in compiled code: `w` is the address of its words, in which all others are noted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba.core import types
from numba.extending import intrinsic

from swifteats_sim.engine.kernel.memory import ARRAYS, REGISTERS, World
from swifteats_sim.engine.kernel.rows import WORD, Rows, to_rows


def _rows_of(name: str) -> Callable[[int], Any]:
    """What gives compiled code the rows of one array of a world."""
    place, rows = WORD * getattr(REGISTERS, f"{name}_at"), Rows(name, ARRAYS[name])

    @intrinsic  # type: ignore[untyped-decorator]  # numba calls it with its own types
    def rows_of(typing: Any, w: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return to_rows(builder, builder.add(arguments[0], context.get_constant(types.intp, place)))

        return rows(types.intp), code

    found: Callable[[int], Any] = rows_of
    return found


words_of, heap_of, events_of, jobs_of = map(_rows_of, ("words", "heap", "events", "jobs"))
nodes_of, steps_of, counts_of = map(_rows_of, ("nodes", "steps", "counts"))
cells_of, reals_of, streams_of, out_of, stack_of = map(_rows_of, ("cells", "reals", "streams", "out", "stack"))
known_of, watched_of, followers_of = map(_rows_of, ("known", "watched", "followers"))
last_legs_of, leg_times_of, leg_places_of = map(_rows_of, ("last_legs", "leg_times", "leg_places"))


def table_of(world: World) -> int:
    """The address of a world's words, in which those of its arrays, and their lengths, are noted.

    The arrays must outlive its use; one that grows must be noted anew.
    """
    for name, each in zip(World._fields, world, strict=True):
        at: int = getattr(REGISTERS, f"{name}_at")
        world.words[at], world.words[at + 1] = each.ctypes.data, each.size
    return int(world.words.ctypes.data)

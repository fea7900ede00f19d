"""A way to be served that the compiled engine offers: the loop catches up, draws and serves in one call."""

from __future__ import annotations

from collections.abc import Callable

from swifteats_sim.engine.entrance import Errand
from swifteats_sim.engine.kernel import entering
from swifteats_sim.engine.kernel.loop import REACHED
from swifteats_sim.engine.kernel.lower_clients import lower_connections
from swifteats_sim.engine.kernel.lower_stations import lower_station
from swifteats_sim.engine.kernel.lowering import Lowering
from swifteats_sim.engine.kernel.memory import ERRAND, NONE
from swifteats_sim.engine.kernel.space import Space
from swifteats_sim.engine.registers import Registers


class CompiledDoor:
    """See engine.entrance.Entrance. at : the row of its errand, and space : where that is, once it is laid out."""

    space: Space
    at: int

    def __init__(self, errand: Errand, mend: Callable[[int, int], None]) -> None:
        """mend : told (what the loop says, the instant) where it could not catch up."""
        self.errand, self._mend = errand, mend

    def enter(self, now: int, entity: int, index: int, step: int, attempt: int) -> tuple[int, int]:
        """See Entrance."""
        said, start, departure = entering.enter(self.space.at, self.at, now, entity, index, step, attempt)
        if said != REACHED:
            self._mend(said, now)
            return self.enter(now, entity, index, step, attempt)
        return start, departure


def lower_errand(low: Lowering, errand: Errand, registers: Registers) -> int:
    """The row of an errand."""
    lay = low.layout
    law, stream = lay.drawn((errand.law, errand.stream))
    patience, patience_stream = lay.drawn(errand.patience)
    return lay.row(
        ERRAND, station=lower_station(low, errand.station), law=law, stream=stream, shared=int(errand.shared),
        patience=patience, patience_stream=patience_stream,
        scan=NONE if errand.scan is None else lower_connections(low, errand.scan, registers),
    )  # fmt: skip

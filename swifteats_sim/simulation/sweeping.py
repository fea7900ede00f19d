"""How often Python sweeps for garbage that keeps itself alive in circles: seldom, while a run goes.

A run makes hardly any, some hundred an hour of the peak, since what it is done with goes at once; but it makes many
things that live long, and each sweep looks at them all again. So an hour of the peak is not swept at all, and what was
there before, libraries above all, is not looked at. A run that is over is one big circle, all of it young where the run
was put together in here: whoever begins another one in the same process sweeps it away first, and whoever begins none
leaves it to the system.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (10_000_000, 20, 100)
"""Things made until the youngest are swept, and sweeps until the next older ones are."""
YOUNG = 1
"""The generations in which a run before has left what it was: it is swept away before it is set aside with the rest."""


@contextmanager
def seldom_swept() -> Iterator[None]:
    """Whatever was set before is set again afterwards."""
    before, swept, kept = gc.get_threshold(), gc.isenabled(), gc.get_freeze_count()
    gc.set_threshold(*SELDOM)
    gc.enable()
    if not kept:
        if swept:
            gc.collect(YOUNG)
        gc.freeze()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        if not swept:
            gc.disable()
        if not kept:
            gc.unfreeze()


def sweep() -> None:
    """Away with a run that is over."""
    gc.collect()

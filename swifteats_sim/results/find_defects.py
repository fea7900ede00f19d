"""Findings that name a defect of the design notes when its signature is seen in the record.

What the scenario declares has no say: a switch that shows no effect is not accused, and a fault without a switch is.
"""

from __future__ import annotations

from swifteats_sim.results.defect import Defect
from swifteats_sim.results.defects_of_choosing import CHOOSING
from swifteats_sim.results.defects_of_committing import COMMITTING
from swifteats_sim.results.defects_of_equipment import EQUIPMENT
from swifteats_sim.results.defects_of_ordering import ORDERING
from swifteats_sim.results.defects_of_telling import TELLING
from swifteats_sim.results.defects_of_waiting import WAITING

DEFECTS: tuple[Defect, ...] = tuple(
    sorted((*WAITING, *CHOOSING, *COMMITTING, *ORDERING, *TELLING, *EQUIPMENT), key=lambda each: int(each.refs[0][1:]))
)
"""Every defect with a signature, by its number in the ledger."""

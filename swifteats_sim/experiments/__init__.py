"""Runs of a scenario and what they show together."""

from swifteats_sim.experiments.processes import Tick
from swifteats_sim.experiments.rehearsal import Rehearsal, rehearse
from swifteats_sim.experiments.saving import save
from swifteats_sim.experiments.sequential import Look, Reached
from swifteats_sim.scenario import Precision
from swifteats_sim.simulation import Growing

__all__ = ["Growing", "Look", "Precision", "Reached", "Rehearsal", "Tick", "rehearse", "save"]

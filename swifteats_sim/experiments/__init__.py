"""Runs of a scenario and what they show together."""

from swifteats_sim.experiments.rehearsal import Rehearsal, Tick, rehearse
from swifteats_sim.experiments.saving import save

__all__ = ["Rehearsal", "Tick", "rehearse", "save"]

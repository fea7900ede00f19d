"""One run, assembled from a scenario: the one place where city, stack and policies meet."""

from swifteats_sim.simulation.growing import NO_STREETS, Growing, Ready, make_ready
from swifteats_sim.simulation.simulate import simulate
from swifteats_sim.simulation.software import Engine
from swifteats_sim.simulation.sweeping import sweep

__all__ = ["NO_STREETS", "Engine", "Growing", "Ready", "make_ready", "simulate", "sweep"]

"""Dispatch policies: how candidates for an order are ranked."""

from swifteats_sim.policies.arrival_fit import ArrivalFit
from swifteats_sim.policies.check import check_policy
from swifteats_sim.policies.fair_share import FairShare
from swifteats_sim.policies.imported import with_source
from swifteats_sim.policies.nearest import Nearest
from swifteats_sim.policies.notes_score import NotesScore
from swifteats_sim.policies.policy import Policy
from swifteats_sim.policies.registry import UnknownPolicy, policy_named, policy_names

__all__ = [
    "ArrivalFit", "FairShare", "Nearest", "NotesScore", "Policy", "UnknownPolicy", "check_policy", "policy_named",
    "policy_names", "with_source",
]  # fmt: skip

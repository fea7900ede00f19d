"""Policies by name: our own, and those that the command line names."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from types import MappingProxyType

from swifteats_sim.policies.arrival_fit import ArrivalFit
from swifteats_sim.policies.fair_share import FairShare
from swifteats_sim.policies.imported import MARK, imported
from swifteats_sim.policies.nearest import Nearest
from swifteats_sim.policies.notes_score import NotesScore
from swifteats_sim.policies.policy import Policy

_POLICIES: Mapping[str, Callable[[], Policy]] = MappingProxyType(
    {"arrival_fit": ArrivalFit, "fair_share": FairShare, "nearest": Nearest, "notes_score": NotesScore}
)


class UnknownPolicy(ValueError):
    """No policy has this name."""


def policy_names() -> tuple[str, ...]:
    """All registered names."""
    return tuple(sorted(_POLICIES))


def policy_named(name: str) -> Policy:
    """A new policy; UnknownPolicy with the closest names otherwise.

    The name may be that of a user's own one, with the digest of its source as `imported.with_source` gives it.
    """
    if name in _POLICIES:
        return _POLICIES[name]()
    if MARK in name:
        return imported(name)
    close = difflib.get_close_matches(name, policy_names(), n=2)
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else f"known: {', '.join(policy_names())}"
    raise UnknownPolicy(f"unknown policy {name!r}; {hint}")

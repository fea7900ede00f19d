"""The option `--policy`: a user's own dispatch policy, imported because the command line says so and only then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Optional

import typer

if TYPE_CHECKING:
    from swifteats_sim.scenario import Scenario
    from swifteats_sim.scenario.manifest import Recorded

Word = Annotated[
    Optional[str],  # noqa: UP045 - typer reads the annotation at run time
    typer.Option(
        "--policy",
        metavar="PACKAGE.MODULE:NAME",
        help="Rank drivers by your own policy: imports that module, from the current directory or PYTHONPATH.",
        show_default=False,
    ),
]


def with_policy(scenario: Scenario, word: str | None) -> Scenario:
    """The scenario with the policy of this word, if there is one; ScenarioError where it cannot be used."""
    if word is None:
        return scenario
    from swifteats_sim.policies.imported import refused, with_source

    if scenario.city is None:
        raise refused(word, "the scenario has no city, so that nobody is dispatched")
    assignment = scenario.assignment.model_copy(update={"policy": with_source(word)})
    return scenario.model_copy(update={"assignment": assignment})


def repeated(recorded: Recorded, word: str | None) -> Scenario:
    """The scenario of a manifest with the policy that its run had; ScenarioError where this word names another."""
    from swifteats_sim.policies.imported import refused
    from swifteats_sim.scenario.errors import ScenarioError, shown

    if recorded.policy is None and word is None:
        return recorded.scenario
    had = (recorded.policy or recorded.scenario.assignment.policy).partition(" ")[0]
    if word is None:
        asked = f"the run ranked drivers by {shown(had)}: say so too (--policy {had})"
        raise ScenarioError.of(str(recorded.file), asked)
    scenario = with_policy(recorded.scenario, word)
    if scenario.assignment.policy != recorded.policy:
        why = "its source is another one now" if word == had else f"the run ranked drivers by {shown(had)}"
        raise refused(word, why)
    return scenario

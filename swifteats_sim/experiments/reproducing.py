"""A run repeated from its manifest: whether what it read is still there, and what is of another version now."""

from __future__ import annotations

from swifteats_sim.experiments.provenance import outside, versions
from swifteats_sim.scenario import ScenarioError
from swifteats_sim.scenario.errors import shown, shown_path
from swifteats_sim.scenario.manifest import Recorded


def look_outside(recorded: Recorded) -> None:
    """ScenarioError where a map or a recorded day that the run read is not there any more, or has another content."""
    try:
        now = {(each.kind, each.name): each for each in outside(recorded.scenario)}
    except OSError as error:
        raise _refused(recorded, f"the run read {shown_path(error.filename)}: {error.strerror}") from None
    except ScenarioError as error:
        raise _refused(recorded, f"the run read {error}") from None
    except ValueError as error:  # no map of this name
        raise _refused(recorded, str(error)) from None
    for each in recorded.outside:
        found = now.get((each.kind, each.name))
        if found is None:
            raise _refused(recorded, f"the scenario names no {each.kind} {shown(each.name)}, which the run read")
        if found.sha256 != each.sha256:
            told = f"the run read {shown_path(found.place)} ({each.kind}), which has another content now"
            raise _refused(recorded, f"{told}: sha256 {found.sha256[:16]}, then {each.sha256[:16]}")


def other_versions(recorded: Recorded) -> list[str]:
    """What is not of the same version any more, in words: "numpy 2.1 (then 2.0)"."""
    then, now = recorded.versions, versions()
    names = dict.fromkeys([*now, *then])
    told = ((name, now.get(name, "none"), then.get(name, "none")) for name in names)
    return [f"{name} {one} (then {shown(other)[1:-1]})" for name, one, other in told if one != other]


def _refused(recorded: Recorded, message: str) -> ScenarioError:
    return ScenarioError.of(str(recorded.file), message)

"""Random small cities, in which those who decide share stations, ceilings of pools and limits with what flows."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from random_stacks import SHUFFLES, Tree, declared_parts, offline, sources
from random_steps import Declared, Draw, Step, Writer
from random_times import law, time
from swarm_settings import BASE

from swifteats_sim.scenario.nodes import plain
from swifteats_sim.scenario.source import read_text

UNIT_US = 100_000
RESERVE, CREATE, PAY, REQUEST = (
    {"rule": rule} for rule in ("reserve_inventory", "create_order", "pay_order", "request_assignment")
)
RETRY = {"attempts": 3, "backoff": "50 ms", "jitter": "50 %"}
FIX: list[Step] = [{"keep_newest": "known_fix"}, {"start": "tracking"}]


@st.composite
def cities(draw: Draw) -> Tree:
    """The swarm's city with random software around it."""
    tree: Tree = plain(read_text(BASE, "swarm.yaml"))
    stack, parts = tree["stack"], declared_parts(draw, UNIT_US)
    _without_clients(draw, parts)
    for kind in ("stations", "pools", "topics"):
        parts[kind] = stack[kind] | parts[kind]
    parts["stations"] |= _shared(draw)
    parts["pools"]["connections"] = {"size": draw(st.integers(1, 6)), "to": "database"}
    stack |= parts | {"flows": _flows(draw, parts), "effects": _effects(draw, parts, stack["effects"])}
    tree |= {"seed": draw(st.integers(0, 99)), "duration": draw(st.sampled_from(("5 min", "8 min")))}
    tree["demand"]["orders"]["rate"] = draw(st.sampled_from(("2.5/min", "8/min")))
    tree["city"]["geos"] |= draw(st.sampled_from(({}, {"north": _north()})))
    tree |= draw(SHUFFLES)
    return tree


def _north() -> Tree:
    return {"kind": "sparse", "area": "9 km2", "restaurants": 3, "drivers": 3}


def _without_clients(draw: Draw, parts: Declared) -> None:
    """Some streams are those of whoever follows an order."""
    for stream in parts["streams"].values():
        if draw(st.booleans()):
            del stream["clients"]


def _shared(draw: Draw) -> Tree:
    limits = {"connections": st.integers(1, 6), "queue": st.integers(0, 20)}
    return {"database": draw(st.fixed_dictionaries({"concurrency": st.integers(1, 8)}, optional=limits))}


def _decided(parts: Declared) -> list[str]:
    """Stations where those who decide may be served."""
    stations = parts["stations"].items()
    return [n for n, s in stations if s.get("balancing") != "partition" and s.get("discipline") != "priority"]


def _visit(parts: Declared, unit: int) -> st.SearchStrategy[Step]:
    return st.fixed_dictionaries(
        {"at": st.sampled_from(_decided(parts)), "service": law(unit)},
        optional={"patience": law(unit * 4), "scan": st.sampled_from([*parts["streams"]])},
    )


def _effects(draw: Draw, parts: Declared, base: Tree) -> Tree:
    """Some of them where flows are served, too."""
    visit = _visit(parts, UNIT_US // 20)
    found = {kind: draw(st.one_of(st.just(cost), visit)) for kind, cost in base.items()}
    lagging = {"read": found["read"] | draw(st.fixed_dictionaries({}, optional={"lag": law(UNIT_US)}))}
    return found | lagging


def _flows(draw: Draw, parts: Declared) -> Tree:
    joined = draw(st.sampled_from([*parts["streams"]]))
    own: Any = {
        "gps": draw(st.fixed_dictionaries({}, optional={"offline": offline(UNIT_US * 50)})),
        "others": draw(sources(UNIT_US * 10, [*parts["streams"]])),
        "joined": {"connects": joined},
        "polling": {"clients": "watchers", "every": draw(time(UNIT_US, 10, 50))},
    }
    own["gps"] |= {"clients": "drivers"} if own["gps"] else {}
    found: dict[str, Any] = {"order": _order(draw, parts)}
    later = ["polling", "joined", "others"]
    for number, name in enumerate(later):
        found[name] = own[name] | {"steps": Writer(draw, UNIT_US, _open(parts), later[number + 1 :]).steps()}
    tracking = Writer(draw, UNIT_US, _open(parts), [], brought=True)
    gps = Writer(draw, UNIT_US, _open(parts), ["others"], trail="tracking")
    consume = {"consume": "fixes", "steps": [*gps.some_steps(), *FIX]}
    found["gps"] = own["gps"] | {"steps": [*gps.some_steps(), {"place": "fixes"}, consume, *gps.some_steps()]}
    found["tracking"] = {"steps": [{"only_if": "watched"}, *tracking.steps()]}
    return found


def _open(parts: Declared) -> Declared:
    """What flows may use: not what is the orders' own."""
    pools = {name: pool for name, pool in parts["pools"].items() if name != "connections"}
    topics = {name: topic for name, topic in parts["topics"].items() if name not in ("assignment", "fixes")}
    return {**parts, "pools": pools, "topics": topics}


def _order(draw: Draw, parts: Declared) -> list[Step]:
    """The rules, with all that an order may meet before them."""
    simple = st.one_of(
        _visit(parts, UNIT_US // 10), st.sampled_from([{"limit": name} for name in parts["limits"]]),
        st.just({"delay": "100 ms"}),
    )  # fmt: skip
    before = draw(st.lists(simple, max_size=3))
    held = draw(st.sampled_from(([RESERVE, CREATE], [RESERVE, CREATE, PAY])))
    hold = {"hold": {"pool": "connections", "timeout": draw(time(UNIT_US, 0, 5, 50))}, "steps": held}
    after = [rule for rule in (PAY, REQUEST) if rule not in held]
    ways = draw(st.sampled_from((0, 1, 2)))
    if ways == 1:
        return [*before, {"retry": RETRY | {"timeout": draw(time(UNIT_US, 5, 50))}, "steps": [hold]}, *after]
    if ways == 2:
        return [{"parallel": [[hold], *([before] if before else [])]}, *after]
    return [*before, hold, *after]

"""Random small stacks: every part and every step that a scenario may declare, so loaded that everything queues.

Times are multiples of one unit, so that much happens at the same instant. What would not load is never drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from random_steps import Declared, Draw, Writer
from random_times import law, positive_law, share, time

from swifteats_sim.scenario import Scenario

UNITS_US = (1_000, 10_000, 200_000)
"""Of the last one, three hundred are more than a minute."""
Tree = dict[str, Any]
SHUFFLES = st.sampled_from([Tree(), Tree(), Tree(shuffle_ties=1), Tree(shuffle_ties=2)])
"""Half of them shuffle who comes first of those who come at the same instant."""


def scenario_of(tree: Mapping[str, Any]) -> Scenario:
    """The scenario that a tree declares."""
    return Scenario.model_validate(tree, context={"base": Path()})


@st.composite
def stacks(draw: Draw) -> Tree:
    """A scenario without a city."""
    unit = draw(st.sampled_from(UNITS_US))
    parts = declared_parts(draw, unit)
    found = flows(draw, unit, parts)
    tree: Tree = {
        "name": "random", "seed": draw(st.integers(0, 99)), "warmup": draw(time(unit, 0, 0, 50)),
        "duration": draw(time(unit, 100, 200, 301)), "stack": {**parts, "flows": found},
    }  # fmt: skip
    tree |= draw(SHUFFLES)
    return tree | ({"demand": _menus(unit)} if "menu" in found else {})


def declared_parts(draw: Draw, unit: int) -> Declared:
    """Everything but flows. `s0` is always a plain station, whom anyone may visit."""
    stations = [{"concurrency": draw(st.integers(1, 3))}, *draw(st.lists(_station(unit), min_size=1, max_size=3))]
    named = _named("s", stations)
    pool = st.fixed_dictionaries({"size": st.integers(1, 3)}, optional={"to": st.sampled_from([*named])})
    return {
        "stations": named,
        "pools": _named("p", draw(st.lists(pool, min_size=1, max_size=3))),
        "caches": _named("c", draw(st.lists(_cache(unit), min_size=1, max_size=2))),
        "topics": _named("t", draw(st.lists(_topic(unit), min_size=1, max_size=2))),
        "streams": _named("x", draw(st.lists(_stream(unit), min_size=1, max_size=2))),
        "limits": _named("l", draw(st.lists(_limit(unit), min_size=1, max_size=2))),
    }


def flows(draw: Draw, unit: int, parts: Declared) -> Tree:
    """Flows that start later ones; `gps` comes from clients, as drivers do, and `trail` from `gps` alone."""
    names = ["gps", "menu", "f2"][draw(st.sampled_from((2, 1, 0))) :]
    found: Tree = {}
    trail = False
    for number, name in enumerate(names):
        source = draw(_clients(unit) if name == "gps" else sources(unit, [*parts["streams"]]))
        writer = Writer(draw, unit, parts, names[number + 1 :], trail="trail" if name == "gps" else None)
        found[name] = ({} if name == "menu" else source) | {"steps": writer.steps()}
        trail = trail or writer.has_trail
    if trail:
        found["trail"] = {"steps": Writer(draw, unit, parts, [], brought=True).steps()}
    return found


def _named(letter: str, parts: Sequence[Any]) -> Tree:
    return {f"{letter}{number}": part for number, part in enumerate(parts)}


def _menus(unit: int) -> Tree:
    return {"menus": {"rate": f"{250_000 / unit:g}/s", "catalogue": 5, "zipf": 1.0}}


def _station(unit: int) -> st.SearchStrategy[Tree]:
    """A station of any balancing and discipline."""
    return st.integers(1, 3).flatmap(lambda instances: _station_of(unit, instances))


def _station_of(unit: int, instances: int) -> st.SearchStrategy[Tree]:
    size = {"instances": st.just(instances), "concurrency": st.integers(1, 2)}
    faults = {
        "queue": st.integers(0, 3), "connections": st.integers(1, 3),
        "pauses": st.lists(_pause(unit, instances), min_size=1, max_size=3),
    }  # fmt: skip
    kinds = ("shared", "round_robin", "least_busy", "partition")
    weights = st.lists(st.integers(1, 3), min_size=instances, max_size=instances)
    health = st.fixed_dictionaries({"every": time(unit, 1, 5, 20), "failures": st.integers(1, 2)})
    return st.one_of(
        st.fixed_dictionaries({**size, "balancing": st.sampled_from(kinds)}, optional=faults),
        st.fixed_dictionaries({**size, "balancing": st.just("weighted"), "weights": weights}, optional=faults),
        st.fixed_dictionaries({**size, "balancing": st.just("health_checked"), "health": health}, optional=faults),
        st.fixed_dictionaries({**size, "discipline": st.just("priority")}, optional={"connections": st.integers(1, 3)}),
    )


def _pause(unit: int, instances: int) -> st.SearchStrategy[Tree]:
    also = {"instance": st.integers(0, instances - 1), "speed": share(0, 10, 50, 99)}
    once = st.fixed_dictionaries({"at": time(unit, 0, 10, 50, 100), "for": law(unit)}, optional=also)
    again = st.fixed_dictionaries({"every": positive_law(unit), "for": law(unit)}, optional=also)
    return st.one_of(once, again)


def _cache(unit: int) -> st.SearchStrategy[Tree]:
    kept = {
        "entries": st.integers(1, 4), "protection": st.just("single_flight"),
    }  # fmt: skip
    removal = st.fixed_dictionaries({"delay": time(unit, 0, 5)}, optional={"failures": share(0, 50, 100)})
    ttl = {"ttl": time(unit, 1, 10, 100)}
    changing = {"changes": positive_law(unit)}
    return st.one_of(
        st.fixed_dictionaries({"hits": share(0, 30, 100)}),
        st.fixed_dictionaries(ttl, optional=kept),
        st.fixed_dictionaries(ttl | changing, optional=kept | {"invalidation": removal}),
    )


def _topic(unit: int) -> st.SearchStrategy[Tree]:
    return st.integers(1, 3).flatmap(lambda consumers: _topic_of(unit, consumers))


def _topic_of(unit: int, consumers: int) -> st.SearchStrategy[Tree]:
    lasting = time(unit, 1, 5, 20, 80)
    crash = st.fixed_dictionaries(
        {"consumer": st.integers(0, consumers - 1), "at": time(unit, 0, 10, 20, 50, 100), "for": lasting}
    )
    loss = st.fixed_dictionaries({"at": time(unit, 0, 10, 20, 50, 100), "for": lasting})
    needed = {
        "partitions": st.integers(1, 4), "consumers": st.just(consumers), "session": lasting,
        "placement": st.sampled_from(("round_robin", "keyed", "pinned", "random")), "rebalance": time(unit, 0, 1, 10),
    }  # fmt: skip
    also = {
        "handlers": st.just("unawaited"), "crashes": st.lists(crash, min_size=1, max_size=4),
        "leader_losses": st.lists(loss, min_size=1, max_size=3), "acks": st.just("leader"),
        "replication_lag": time(unit, 0, 1, 20), "duplicates": share(10, 50, 100), "failures": share(10, 50, 100),
        "attempts": st.integers(1, 4),
    }  # fmt: skip
    auto = {"commit": st.just("auto"), "commit_every": time(unit, 1, 10, 50)}
    return st.one_of(st.fixed_dictionaries(needed, optional=also), st.fixed_dictionaries(needed | auto, optional=also))


def _stream(unit: int) -> st.SearchStrategy[Tree]:
    return st.fixed_dictionaries(
        {"processes": st.integers(1, 3), "clients": st.integers(1, 60)},
        optional={
            "routing": st.just("sticky"), "fan_out": st.just(False), "scan": st.just(f"{unit * 10} ns"),
            "slots": st.integers(0, 20), "drops": positive_law(unit * 5), "reconnect": law(unit),
            "resubscribes": st.just(False),
        },
    )  # fmt: skip


def _limit(unit: int) -> st.SearchStrategy[Tree]:
    needed = {
        "rate": st.sampled_from([f"{n / unit:g}/s" for n in (20_000, 100_000, 333_333)]),
        "burst": st.integers(1, 4),
    }
    address = {"per": st.just("address"), "addresses": st.integers(1, 4)}
    return st.one_of(st.fixed_dictionaries(needed), st.fixed_dictionaries(needed | address))


def sources(unit: int, streams: list[str]) -> st.SearchStrategy[Tree]:
    """Where a flow's jobs come from, and what they ask for."""
    arrivals = st.fixed_dictionaries(
        {"arrivals": positive_law(unit)}, optional={"batch": st.integers(1, 5), "population": st.integers(1, 20)}
    )
    connects = st.fixed_dictionaries({"connects": st.sampled_from(streams)})
    source = st.one_of(arrivals, arrivals, _clients(unit), connects)
    return st.tuples(source, st.one_of(st.just({}), _keys())).map(lambda both: both[0] | both[1])


def _clients(unit: int) -> st.SearchStrategy[Tree]:
    return st.fixed_dictionaries(
        {"clients": st.integers(1, 12), "every": time(unit, 2, 5, 10, 20)}, optional={"offline": offline(unit * 2)}
    )


def offline(unit: int) -> st.SearchStrategy[Tree]:
    """How clients lose their connection."""
    return st.fixed_dictionaries(
        {"every": positive_law(unit * 2), "for": law(unit)},
        optional={"keep": st.integers(1, 9), "parallel": st.integers(1, 4)},
    )


def _keys() -> st.SearchStrategy[Tree]:
    catalogue = st.fixed_dictionaries({"catalogue": st.integers(1, 6), "zipf": st.sampled_from((0.0, 1.0))})
    places = st.fixed_dictionaries(
        {"area": st.just("1 km2"), "cell": st.sampled_from(("500 m", "3 km"))}, optional={"variants": st.integers(1, 3)}
    )
    return st.one_of(catalogue, places).map(lambda keys: {"keys": keys})

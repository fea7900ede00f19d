"""Stacks that once broke the interpreter, or parted it from the compiled loop: found by random ones, and shrunk."""

from __future__ import annotations

from typing import Any

Tree = dict[str, Any]


def _alone(flows: Tree, **parts: Tree) -> Tree:
    stations = {"s0": {"concurrency": 9}}
    return {"name": "once-wrong", "duration": "2 s", "stack": {"stations": stations, **parts, "flows": flows}}


SECOND = {"delay": "1 s"}
MANY = "50 us"
"""Between arrivals: twenty thousand come in a second, and more rows than were free are needed at one instant."""
_CRASH = {"consumer": 0, "at": "100 ms", "for": "1 s"}
_CROWDS: dict[str, Tree] = {
    "everybody is handled at once when partitions are dealt out": _alone(
        {"f0": {"arrivals": MANY, "steps": [{"place": "t0"}, {"consume": "t0", "steps": [{"delay": "1 ms"}]}]}},
        topics={
            "t0": {
                "partitions": 2, "placement": "round_robin", "handlers": "unawaited", "session": "10 ms",
                "rebalance": "10 ms", "crashes": [_CRASH],
            },
        },
    ),
    "everybody arrives at once": _alone({"f0": {"arrivals": "1 s", "batch": 30_000, "steps": [{"delay": "1 ms"}]}}),
    "everybody leaves a batch at once": _alone(
        {"f0": {"arrivals": MANY, "steps": [{"batch": {"every": "1 s"}, "steps": [{"delay": "1 ms"}]}, SECOND]}}
    ),
    "everybody fails with a batch": _alone(
        {"f0": {"arrivals": MANY, "steps": [{"batch": {"every": "1 s"}, "steps": [{"fail": "100 %"}]}]}}
    ),
    "everybody has waited for the same fill": _alone(
        {"f0": {"arrivals": MANY, "keys": {"catalogue": 1}, "steps": [{"cache": "c0", "miss": [SECOND]}]}},
        caches={"c0": {"protection": "single_flight"}},
    ),
}  # fmt: skip
ONCE_WRONG: dict[str, Tree] = {
    "a message that is done and not committed comes again in its partition, wherever its job was placed since": _alone(
        {
            "f0": {
                "arrivals": "7 ms",
                "steps": [
                    {"place": "t0"}, {"consume": "t0", "steps": [{"at": "s0", "service": "1 ms"}]}, {"place": "t0"},
                    {"delay": "1 s"},
                ],
            },
        },
        topics={
            "t0": {
                "partitions": 3, "consumers": 3, "placement": "round_robin", "commit": "auto", "commit_every": "500 ms",
                "session": "50 ms", "rebalance": "10 ms", "crashes": [{"consumer": 0, "at": "990 ms", "for": "400 ms"}],
            },
        },
    ),
    "who waits for a client to be back keeps no job of it": _alone(
        {
            "f0": {
                "clients": 5, "every": "20 ms", "steps": [{"at": "s0", "service": "10 ms"}],
                "offline": {"every": "gamma(mean=160 ms, sd=120 ms)", "for": "500 ms", "keep": 2, "parallel": 1},
            },
        },
    ),
    "a batch waits for each partition apart, also of a topic that nobody consumes": _alone(
        {
            "f0": {
                "arrivals": "1 ms",
                "steps": [
                    {"place": "t0"}, {"consume": "t0", "steps": [{"delay": "1 ms"}]}, {"place": "t1"},
                    {"batch": {"every": "20 ms", "size": 2}, "steps": [{"at": "s0", "service": "1 ms"}]},
                ],
            },
        },
        topics={
            "t0": {"partitions": 1, "placement": "pinned"}, "t1": {"partitions": 400, "placement": "round_robin"},
        },
    ),
    "jobs of others than drivers are placed by key, also where drivers start some": _alone(
        {
            "gps": {"clients": 5, "every": "100 ms", "steps": [{"start": "f1"}]},
            "f1": {"arrivals": "100 ms", "steps": [{"place": "t0"}, {"delay": "1 ms"}]},
        },
        topics={"t0": {"partitions": 4, "placement": "keyed"}},
    ),
    **_CROWDS,
}  # fmt: skip

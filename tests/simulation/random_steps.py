"""The steps of random flows, written as their author might, and nested."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import strategies as st
from random_times import law, share, time

from swifteats_sim.scenario.paths import NOWHERE, UNPLACED

Draw = Callable[[st.SearchStrategy[Any]], Any]
Declared = dict[str, dict[str, Any]]
Step = dict[str, Any]
Found = tuple[list[Step], frozenset[str]]
"""Steps, and where who comes to their end was placed last."""
NOBODY: frozenset[str] = frozenset()
DEEPEST, LONGEST = 3, 4


class Around(NamedTuple):
    """What a step stands in. placed : see scenario.paths.Met; consumed : topics; held : pools; filled : caches."""

    placed: frozenset[str] = UNPLACED
    consumed: frozenset[str] = NOBODY
    held: frozenset[str] = NOBODY
    filled: frozenset[str] = NOBODY


class Writer:
    """Writes the steps of one flow.

    startable : flows that it may start; trail : one that it may start once it was placed; brought : whether its jobs
    are of drivers, and bring a partition along.
    """

    def __init__(
        self, draw: Draw, unit: int, parts: Declared, startable: list[str],
        trail: str | None = None, brought: bool = False,
    ) -> None:  # fmt: skip
        self._draw, self._unit, self._parts = draw, unit, parts
        self._starts, self._trail, self._brought = startable, trail, brought
        self._driven, self.has_trail = brought or trail is not None, False

    def steps(self) -> list[Step]:
        """A flow's steps."""
        return self._sequence(DEEPEST, Around())[0]

    def some_steps(self) -> list[Step]:
        """Steps that stand between others, not nested as deep; may be none."""
        return self._sequence(1, Around(), least=0)[0]

    def _sequence(self, depth: int, around: Around, least: int = 1) -> Found:
        """Some steps, and where who comes to their end was placed last."""
        found = []
        for _ in range(self._draw(st.integers(least, LONGEST))):
            steps, placed = self._some(depth, around)
            found += steps
            around = around._replace(placed=placed)
        return found, around.placed

    def _some(self, depth: int, around: Around) -> Found:
        """A step, or two that belong together."""
        kinds = [self._visit] * 3 + [self._simple] * 3 + [self._placing]
        nesting = [
            self._consume,
            self._hold,
            self._branch,
            self._parallel,
            self._retry,
            self._cache,
            self._batch,
            self._repeat,
        ]
        kind = self._draw(st.sampled_from([*kinds, *(nesting if depth else ())]))
        written: tuple[list[dict[str, Any]], frozenset[str]] = kind(depth - 1, around)
        return written

    def _visit(self, depth: int, around: Around) -> Found:
        stations = self._parts["stations"]
        name = self._draw(st.sampled_from([*stations]))
        if stations[name].get("balancing") == "partition" and NOWHERE in around.placed and not self._brought:
            name = "s0"
        step = {"at": name, "service": self._service()}
        if stations[name].get("discipline") == "priority":
            return [step | {"priority": self._draw(st.integers(0, 2))}], around.placed
        also = {"patience": law(self._unit), "scan": st.sampled_from([*self._parts["streams"]])}
        return [step | self._draw(st.fixed_dictionaries({}, optional=also))], around.placed

    def _service(self) -> Any:
        one = law(self._unit)
        return self._draw(st.one_of(one, one, one, st.fixed_dictionaries({"b": one, "a": one})))

    def _simple(self, depth: int, around: Around) -> Found:
        """Any step that no other steps stand in."""
        kinds: list[st.SearchStrategy[Step]] = [
            *[_keyed("delay", law(self._unit))] * 3, _keyed("limit", st.sampled_from([*self._parts["limits"]])),
            _keyed("fail", share(0, 10, 50)), _keyed("send", st.just("300 B")),
            _keyed("deliver", st.sampled_from([*self._parts["streams"]])), _keyed("fresh", time(self._unit, 1, 20, 60)),
        ]  # fmt: skip
        startable = [*self._starts, *([self._trail] if self._trail and NOWHERE not in around.placed else [])]
        if startable:
            kinds += [_keyed("start", st.sampled_from(startable))] * 2
        if self._driven:
            kinds += [st.sampled_from(({"keep_newest": "known_fix"}, {"keep_latest": "known_fix"}))]
            kinds += [st.sampled_from(({"only_if": "watched"}, {"only_if": {"moved": "10 m"}}))]
        step = self._draw(st.one_of(kinds))
        self.has_trail = self.has_trail or (self._trail is not None and step.get("start") == self._trail)
        return [step], around.placed

    def _placing(self, depth: int, around: Around) -> Found:
        topic = self._draw(st.sampled_from([*self._parts["topics"]]))
        return [{"place": topic}], frozenset({topic})

    def _consume(self, depth: int, around: Around) -> Found:
        """A message is handled; mostly it is placed just before."""
        topic = self._draw(st.sampled_from([*self._parts["topics"]]))
        if topic in around.consumed:
            return self._placing(depth, around)
        again = around.placed != {topic} or self._draw(st.booleans())
        placed = frozenset({topic})
        steps, placed = self._sequence(depth, around._replace(placed=placed, consumed=around.consumed | {topic}))
        return [*([{"place": topic}] if again else []), {"consume": topic, "steps": steps}], placed

    def _hold(self, depth: int, around: Around) -> Found:
        pool = self._draw(st.sampled_from([*self._parts["pools"]]))
        timeout = "0 s" if pool in around.held else self._draw(time(self._unit, 0, 2, 20, 1000))
        steps, placed = self._sequence(depth, around._replace(held=around.held | {pool}))
        return [{"hold": {"pool": pool, "timeout": timeout}, "steps": steps}], placed

    def _branch(self, depth: int, around: Around) -> Found:
        shares = self._draw(st.sampled_from((("100 %",), ("50 %", "50 %"), ("10 %", "90 %"), ("30 %", "0 %", "70 %"))))
        ways = [self._sequence(depth, around, least=0) for _ in shares]
        step = {"branch": [{"share": each, "steps": steps} for each, (steps, _) in zip(shares, ways, strict=True)]}
        return [step], frozenset.union(*(placed for _, placed in ways))

    def _parallel(self, depth: int, around: Around) -> Found:
        ways = [self._sequence(depth, around)[0] for _ in range(self._draw(st.integers(1, 3)))]
        return [{"parallel": ways}], around.placed

    def _retry(self, depth: int, around: Around) -> Found:
        terms = st.fixed_dictionaries(
            {"attempts": st.integers(1, 4)},
            optional={
                "timeout": time(self._unit, 1, 5, 20, 60), "backoff": time(self._unit, 0, 1, 10),
                "factor": st.sampled_from((1.0, 1.5, 2.0)), "jitter": share(0, 50, 100), "budget": share(0, 10, 50),
            },
        )  # fmt: skip
        steps, placed = self._sequence(depth, around)
        return [{"retry": self._draw(terms), "steps": steps}], placed

    def _cache(self, depth: int, around: Around) -> Found:
        name = self._draw(st.sampled_from([*self._parts["caches"]]))
        if name in around.filled and self._parts["caches"][name].get("protection"):
            return self._simple(depth, around)
        hit, one = self._sequence(depth, around, least=0)
        miss, other = self._sequence(depth, around._replace(filled=around.filled | {name}), least=0)
        return [{"cache": name, "hit": hit, "miss": miss}], one | other

    def _batch(self, depth: int, around: Around) -> Found:
        terms = {"every": time(self._unit, 1, 5, 20)}
        steps, placed = self._sequence(depth, around)
        batch = self._draw(st.fixed_dictionaries(terms, optional={"size": st.integers(1, 5)}))
        return [{"batch": batch, "steps": steps}], around.placed | placed

    def _repeat(self, depth: int, around: Around) -> Found:
        """Whoever comes round again may have been placed anywhere."""
        steps, placed = self._sequence(depth, around._replace(placed=around.placed.union(self._parts["topics"])))
        return [{"repeat": self._draw(st.integers(1, 3)), "steps": steps}], placed


def _keyed(key: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return values.map(lambda value: {key: value})

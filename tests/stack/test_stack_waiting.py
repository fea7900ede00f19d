"""A line of waiters: the least key first, and whoever has moved on since is not there any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from swifteats_sim.stack.waiting import Waiting


@dataclass
class Waiter:
    name: str
    place: int


def line(*keys: tuple[int, str]) -> tuple[Waiting[Waiter], dict[str, Waiter]]:
    waiting, waiters = Waiting[Waiter](), {name: Waiter(name, place) for place, (_, name) in enumerate(keys)}
    for key, name in keys:
        waiting.add(key, waiters[name])
    return waiting, waiters


def test_the_least_key_is_first_and_of_equal_ones_the_first_place() -> None:
    waiting, _ = line((5, "a"), (3, "b"), (3, "c"))
    assert waiting.first() == 3
    assert [waiter.name for waiter in iter(waiting.pop, None)] == ["b", "c", "a"]
    assert waiting.first() is None


def test_whoever_has_another_place_is_gone() -> None:
    waiting, waiters = line((1, "a"), (2, "b"))
    waiters["a"].place = 9
    assert waiting.first() == 2
    assert waiting.pop() is waiters["b"]
    assert waiting.pop() is None


def test_the_first_who_fits_is_taken_and_nobody_behind_is_asked() -> None:
    waiting, waiters = line((1, "a"), (2, "b"), (3, "c"), (4, "d"))
    waiters["a"].place = 9
    asked = list[str]()

    def fits(waiter: Waiter) -> bool:
        asked.append(waiter.name)
        return waiter.name == "c"

    assert waiting.pop_if(fits) is waiters["c"]
    assert asked == ["b", "c"]
    assert waiting.pop_if(lambda waiter: waiter.name == "x") is None
    assert [waiter.name for waiter in iter(waiting.pop, None)] == ["b", "d"]


def everybody(waiter: Waiter) -> bool:
    return True


def like(number: int) -> Callable[[Waiter], bool]:
    return lambda waiter: int(waiter.name) % 3 == number % 3


MOVES = st.lists(st.tuples(st.sampled_from(["add", "move", "pop", "pop_if"]), st.integers(0, 9)), max_size=60)


@given(MOVES)
def test_it_does_what_a_sorted_list_does(moves: list[tuple[str, int]]) -> None:
    waiting, plain, places = Waiting[Waiter](), list[tuple[int, int, Waiter]](), iter(range(1000))
    for move, number in moves:
        if move == "add":
            waiter = Waiter(str(number), next(places))
            waiting.add(number, waiter)
            plain = sorted([*plain, (number, waiter.place, waiter)], key=lambda entry: entry[:2])
        elif move == "move" and number < len(plain):
            plain.pop(number)[2].place = next(places)
        elif move in ("pop", "pop_if"):
            fits = everybody if move == "pop" else like(number)
            expected = next((entry for entry in plain if fits(entry[2])), None)
            taken = waiting.pop() if move == "pop" else waiting.pop_if(fits)
            assert taken is (None if expected is None else expected[2])
            plain = [entry for entry in plain if entry is not expected]
        assert waiting.first() == (plain[0][0] if plain else None)

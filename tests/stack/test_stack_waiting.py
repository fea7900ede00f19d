"""A line of waiters: the least key first, and whoever has moved on since is not there any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from swifteats_sim.stack.waiting import Board, District, Scattered, Waiting


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


EAST, WEST, NORTH = (0, 1, 0), (0, -1, 0), (0, 0, 1)


def scattered(*waiters: tuple[District, int, str]) -> tuple[Scattered[Waiter], dict[str, Waiter]]:
    waiting, known = (
        Scattered[Waiter](Board(), 0),
        {name: Waiter(name, place) for place, (_, _, name) in enumerate(waiters)},
    )
    for district, key, name in waiters:
        waiting.add(district, key, known[name])
    return waiting, known


def test_the_first_who_fits_is_taken_and_nobody_behind_or_elsewhere_is_asked() -> None:
    waiting, waiters = scattered(
        (EAST, 1, "a"), (WEST, 2, "b"), (NORTH, 2, "x"), (EAST, 3, "c"), (WEST, 4, "d")
    )  # fmt: skip
    waiters["a"].place = 9
    asked = list[str]()

    def fits(waiter: Waiter) -> bool:
        asked.append(waiter.name)
        return waiter.name == "c"

    assert waiting.pop_if((WEST, EAST, (7, 7, 7)), fits) is waiters["c"]
    assert asked == ["b", "c"]
    assert waiting.pop_if((EAST, WEST), lambda waiter: waiter.name == "x") is None
    rest = iter(lambda: waiting.pop_if((EAST, WEST, NORTH), everybody), None)
    assert [waiter.name for waiter in rest] == ["b", "x", "d"]


def everybody(waiter: Waiter) -> bool:
    return True


def like(number: int) -> Callable[[Waiter], bool]:
    return lambda waiter: int(waiter.name) % 3 == number % 3


MOVES = st.lists(st.tuples(st.sampled_from(["add", "move", "pop"]), st.integers(0, 9)), max_size=60)


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
        elif move == "pop":
            assert waiting.pop() is (plain.pop(0)[2] if plain else None)
        assert waiting.first() == (plain[0][0] if plain else None)


DISTRICTS = (EAST, WEST, NORTH)
SCATTERED_MOVES = st.lists(
    st.tuples(
        st.sampled_from(["add", "move", "pop_if"]), st.integers(0, 9), st.sets(st.sampled_from(DISTRICTS), min_size=1)
    ),
    max_size=60,
)


@given(SCATTERED_MOVES)
def test_scattered_it_does_what_a_sorted_list_of_those_districts_does(
    moves: list[tuple[str, int, set[District]]],
) -> None:
    waiting, plain, places = Scattered[Waiter](Board(), 0), list[tuple[int, int, District, Waiter]](), iter(range(1000))
    for move, number, where in moves:
        districts = sorted(where)
        if move == "add":
            waiter = Waiter(str(number), next(places))
            waiting.add(districts[0], number, waiter)
            plain = sorted([*plain, (number, waiter.place, districts[0], waiter)], key=lambda entry: entry[:2])
        elif move == "move" and number < len(plain):
            plain.pop(number)[3].place = next(places)
        elif move == "pop_if":
            fits = [each for each in plain if each[2] in where and like(number)(each[3])]
            taken = waiting.pop_if(districts, like(number))
            assert taken is (fits[0][3] if fits else None)
            plain = [each for each in plain if each not in fits[:1]]


def test_the_board_says_who_may_have_somebody_where() -> None:
    board, name = Board(), iter(range(9))
    first, second = Scattered[Waiter](board, 1), Scattered[Waiter](board, 2)
    one, other = Waiter("one", next(name)), Waiter("other", next(name))
    first.add(EAST, 1, one)
    second.add(EAST, 1, other)
    second.add(WEST, 1, other)
    assert board.owners((EAST, WEST)) == [1, 2]
    assert board.owners((WEST, NORTH)) == [2]
    assert first.pop_if((EAST,), lambda each: True) is one
    other.place = 5
    assert board.owners((EAST, WEST)) == [1, 2], "nobody has looked since"
    for each in (first, second):
        assert each.pop_if((EAST, NORTH), lambda each: True) is None
    assert (board.owners((EAST,)), board.owners((WEST,))) == ([], [2])
    first.add(EAST, 1, one)
    assert board.owners((EAST,)) == [1]

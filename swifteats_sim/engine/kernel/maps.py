"""Hash tables of integers, open addressing with linear probing; a row is a key and some values."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel.arrays import cells_of, words_of
from swifteats_sim.engine.kernel.memory import MAP, NONE, REGISTERS

EMPTY = -(1 << 62)
"""A key that nobody has."""
SPREAD = -7046029254386353131
"""The multiplier of multiplicative hashing (Knuth, TAOCP 3, 6.4), 2**64 over the golden ratio, as an int64."""


@compiled
def home(key, mask):  # type: ignore[no-untyped-def]
    """The place where the search for a key begins."""
    mixed = key * SPREAD
    return (mixed ^ (mixed >> 32)) & mask


@compiled
def _row_of(w, m, key):  # type: ignore[no-untyped-def]
    """Where in `cells` the row of a key begins, or the empty one that would be its."""
    first, mask, width = words_of(w)[m + MAP.first], words_of(w)[m + MAP.mask], words_of(w)[m + MAP.width] + 1
    place = home(key, mask)
    while True:
        at = first + place * width
        if cells_of(w)[at] == key or cells_of(w)[at] == EMPTY:
            return at
        place = (place + 1) & mask


@compiled
def find(w, m, key):  # type: ignore[no-untyped-def]
    """The first value's place in `cells` of a key's row, NONE where there is none."""
    at = _row_of(w, m, key)
    return at + 1 if cells_of(w)[at] == key else NONE


@compiled
def find_or_add(w, m, key, value):  # type: ignore[no-untyped-def]
    """The same, where a missing key is added, all its values `value`."""
    at = _row_of(w, m, key)
    if cells_of(w)[at] == key:
        return at + 1
    cells_of(w)[at] = key
    for number in range(1, words_of(w)[m + MAP.width] + 1):
        cells_of(w)[at + number] = value
    words_of(w)[m + MAP.used] += 1
    if 2 * words_of(w)[m + MAP.used] > words_of(w)[m + MAP.mask]:
        words_of(w)[REGISTERS.full] = 1
    return at + 1


@compiled
def refill(w, m, rows):  # type: ignore[no-untyped-def]
    """Put rows, int64[n, 1 + width], into an empty table that has room for them."""
    for row in range(rows.shape[0]):
        at = find_or_add(w, m, rows[row, 0], 0)
        for number in range(1, rows.shape[1]):
            cells_of(w)[at + number - 1] = rows[row, number]


@compiled
def remove(w, m, key):  # type: ignore[no-untyped-def]
    """Remove a key that is there; those who were moved along by it move back (Knuth, 6.4, algorithm R)."""
    first, mask, width = words_of(w)[m + MAP.first], words_of(w)[m + MAP.mask], words_of(w)[m + MAP.width] + 1
    gap = (find(w, m, key) - 1 - first) // width
    place = gap
    while True:
        place = (place + 1) & mask
        at = first + place * width
        if cells_of(w)[at] == EMPTY:
            break
        if ((place - home(cells_of(w)[at], mask)) & mask) >= ((place - gap) & mask):
            for number in range(width):
                cells_of(w)[first + gap * width + number] = cells_of(w)[at + number]
            gap = place
    cells_of(w)[first + gap * width] = EMPTY
    words_of(w)[m + MAP.used] -= 1

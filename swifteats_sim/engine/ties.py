"""Ties: who comes first of those who come at the same instant, shuffled in the place of the stated order.

No result ought to hang on that. A shuffle is a function of its key and of who comes, so that it can be done again, and
both engines shuffle alike: `kernel/ties.py` says the same. Never shuffled are an effect and its cause (what is not
caused yet is not to come), jobs that one entity sends in one flow, with all their parts (a log keeps their order, and
so does a connection), who decides and what flows after it, the journal, which is read before jobs in the order in which
it was written, and the jobs of one arrival.

Source of `mixed`: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

STATED = 0
"""The key of no shuffle."""
BITS = (1 << 64) - 1


def key_of(seed: int | None, replication: int) -> int:
    """The key of one replication's shuffle, a positive int64; STATED where there is no seed."""
    if seed is None:
        return STATED
    digest = hashlib.blake2b(f"{seed}/{replication}/ties".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1 | 1


def mixed(word: int) -> int:
    """A permutation of words of 64 bits, in which every bit hangs on all."""
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 & BITS
    word = (word ^ word >> 27) * 0x94D049BB133111EB & BITS
    return word ^ word >> 31


def shuffled(key: int, numbers: Iterator[int]) -> Iterator[int]:
    """Numbers, each changed for one that no other is changed for, so that their order is lost."""
    return (mixed(key + number & BITS) for number in numbers)


def rank(key: int, *words: int) -> int:
    """Where somebody stands among all of one instant. words : the instant (ns), and who it is."""
    for word in words:
        key = mixed(key + word & BITS)
    return key


def place_of_birth(key: int, at: int, flow: int, entity: int) -> tuple[int, int]:
    """Where a birth stands among all events of its instant: those of one flow together, by `of_entity`."""
    return (0, 0) if key == STATED else (rank(key, at, flow), of_entity(key, entity))


def place_of_job(key: int, at: int, flow: int, entity: int) -> tuple[int, int]:
    """Where a job's event stands among all events of its instant: those of one entity's jobs together."""
    return (0, 0) if key == STATED else (rank(key, at, flow, entity), 0)


def of_entity(key: int, entity: int) -> int:
    """Where an entity stands among those of a flow that are born at once: the same each time they come round."""
    return entity if key == STATED else rank(key, entity)

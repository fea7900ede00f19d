"""What becomes of jobs that pass some steps when nothing waits: who comes through, and how long it takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Passage:
    """Of the jobs that enter: shares that come through and that fail (the rest is dropped), s on average and at least.

    The mean is of all who enter, the least of those who come through.
    """

    through: float = 1.0
    failed: float = 0.0
    mean: float = 0.0
    least: float = 0.0

    def then(self, after: Passage) -> Passage:
        """This, and then that for whoever came through."""
        return Passage(
            self.through * after.through,
            self.failed + self.through * after.failed,
            self.mean + self.through * after.mean,
            self.least + after.least,
        )


def attempts_of(failed: float, most: int) -> float:
    """Attempts made on average where each one fails with this probability: 1 + f + ... + f**(most - 1)."""
    return float(most) if failed >= 1.0 else (1.0 - failed**most) / (1.0 - failed)


def either(ways: list[tuple[float, Passage]]) -> Passage:
    """One of several ways, each taken by a share of the jobs."""
    taken = [(share, way) for share, way in ways if share]
    return Passage(
        sum(share * way.through for share, way in taken),
        sum(share * way.failed for share, way in taken),
        sum(share * way.mean for share, way in taken),
        min((way.least for _, way in taken if way.through), default=0.0),
    )


def together(ways: list[Passage]) -> Passage:
    """All ways at once. The slowest on average is less than the average of the slowest: the mean is a lower bound."""
    whole = Passage()
    for way in ways:
        whole = whole.then(way)
    return Passage(whole.through, whole.failed, max(way.mean for way in ways), max(way.least for way in ways))


def tried(once: Passage, times: float, pauses: float) -> Passage:
    """Attempts, `times` on average, until one comes through; pauses : s between them."""
    through = once.through * times
    dropped = (1.0 - once.through - once.failed) * times
    return Passage(through, max(0.0, 1.0 - through - dropped), once.mean * times + pauses, once.least)


def repeated(once: Passage, times: int) -> Passage:
    """The same again and again."""
    rounds = attempts_of(once.through, times)
    return Passage(once.through**times, once.failed * rounds, once.mean * rounds, once.least * times)

"""When a client is cut off: gaps that follow each other for ever, each client's own."""

from __future__ import annotations

from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.streams import Stream

GAP, LENGTH = 0, 1
"""Steps of the two draws of a gap."""


class Gaps:
    """Gap `k` of a client is drawn at (client, k). Questions about one client must come in order of time."""

    def __init__(self, every: Law, lasting: Law, stream: Stream) -> None:
        """every : from the beginning, or a gap's end, to the next one (s); lasting : of a gap (s), at least 1 ns."""
        self.every, self.lasting, self.stream = every, lasting, stream
        self._now: dict[int, tuple[int, int, int]] = {}

    def begin(self, client: int, now: int) -> None:
        """The client is there from now on, and its first gap lies ahead; who never began has been there since 0."""
        self._now[client] = self._draw(client, 0, now)

    def back(self, client: int, now: int) -> int:
        """When the client is reached: now, or at the end of the gap it is in (ns)."""
        _, start, end = self._at(client, now)
        return end if now >= start else now

    def next_end(self, client: int, now: int) -> int:
        """The end of the gap that the client is in, or comes to next (ns)."""
        return self._at(client, now)[2]

    def had_one(self, client: int, now: int) -> bool:
        """Whether the client was ever cut off up to now."""
        number, start, _ = self._at(client, now)
        return number > 0 or now >= start

    def _at(self, client: int, now: int) -> tuple[int, int, int]:
        """(number, start, end) of the first gap that is not over."""
        gap = self._now.get(client) or self._draw(client, 0, 0)
        while now >= gap[2]:
            gap = self._draw(client, gap[0] + 1, gap[2])
        self._now[client] = gap
        return gap

    def _draw(self, client: int, number: int, after: int) -> tuple[int, int, int]:
        start = after + self.every.draw_ns(self.stream, client, number, GAP)
        return number, start, start + max(1, self.lasting.draw_ns(self.stream, client, number, LENGTH))

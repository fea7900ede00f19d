"""Token buckets, one a key, as the generic cell rate algorithm: one integer a key and no refilling."""

from __future__ import annotations

from swifteats_sim.engine.clock import SECOND


class Buckets:
    """Buckets of `burst` tokens, full at first, that gain one token every `interval` ns; a job takes one.

    The theoretical arrival time of a key is when its bucket will be full again; a token is there while that is at
    most (burst - 1) intervals ahead. Source: virtual scheduling, ITU-T I.371 and ATM Forum TM 4.0. `burst` counts
    all that pass at once: nginx's `limit_req burst=N nodelay` admits N + 1 and so is burst N + 1 here.
    """

    __slots__ = ("_full_at", "ahead", "interval")

    def __init__(self, rate: float, burst: int) -> None:
        """rate : tokens a second, held as a whole number of ns between two. ValueError unless rate > 0, burst >= 1."""
        if not rate > 0.0 or burst < 1:
            raise ValueError(f"a bucket needs a rate and a place for a token, not {rate}/s and {burst}")
        self.interval = max(1, round(SECOND / rate))
        self.ahead = (burst - 1) * self.interval
        self._full_at: dict[int, int] = {}

    def admit(self, key: int, now: int) -> bool:
        """Whether the key's bucket has a token, which is then taken."""
        full_at = max(self._full_at.get(key, 0), now)
        if full_at - now > self.ahead:
            return False
        self._full_at[key] = full_at + self.interval
        return True

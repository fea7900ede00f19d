"""What became of a load of fixes, by the notes of who sent them, of who brought them to Redis, and by Redis itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.live.positions import Positions

SECOND = 1_000_000_000


class Lag(NamedTuple):
    """at : s from the start; fixes : handed over by then, and not known."""

    at: int
    fixes: int


@dataclass(frozen=True)
class FixesMeasured:
    """A load of fixes on real servers.

    sent : that the broker has; refused : that it has not said to have; lost : sent, and never known; again : deliveries
    of what was known already. disordered : fixes that came to a consumer after a newer one of their driver, copies left
    out; strayed : drivers with fixes in several partitions; old : drivers of whom Redis does not know the newest.
    latencies : int64[sent - lost], ascending ns, from when the phone sends a fix to when Redis knows it; behind : the
    same of the sender alone, until it hands a fix over. lags : once a second. cpu : ns of processor time by process.
    """

    sent: int
    refused: int
    lost: int
    again: int
    disordered: int
    strayed: int
    old: int
    seconds: float
    latencies: NDArray[np.int64]
    behind: NDArray[np.int64]
    lags: tuple[Lag, ...]
    cpu: Mapping[str, int]

    @property
    def flawless(self) -> bool:
        """Nothing lost, and every driver's fixes in order."""
        return not (self.refused or self.lost or self.disordered or self.strayed or self.old)

    @property
    def rate(self) -> float:
        """Fixes/s."""
        return self.sent / self.seconds

    def latency(self, share: float) -> float:
        """s within which this share of the fixes was known."""
        return float(np.quantile(self.latencies, share)) / SECOND

    @property
    def lag(self) -> tuple[float, int]:
        """Mean and most of the lags."""
        fixes = [lag.fixes for lag in self.lags]
        return float(np.mean(fixes)), max(fixes)


def seen(
    sent: NDArray[Any], notes: Sequence[NDArray[Any]], start: int, positions: Positions, cpu: Mapping[str, int]
) -> FixesMeasured:
    """Join the notes. sent : rows of SENT in order of time; notes : rows of NOTED of each consumer, as written."""
    has, every = sent[sent["partition"] >= 0], np.concatenate(notes)
    every = every[np.argsort(every["known"], kind="stable")]
    first = np.sort(np.unique(_place(every), return_index=True)[1])
    known = every[first]
    lost = int((~np.isin(_place(has), _place(known))).sum())
    latencies = np.sort(known["known"] - known["at"])
    return FixesMeasured(
        sent=len(has), refused=len(sent) - len(has), lost=lost, again=len(every) - len(known),
        disordered=_disordered(known), strayed=_strayed(has), old=_old(has, positions),
        seconds=float(sent["at"][-1] - start) / SECOND, latencies=latencies,
        behind=np.sort(sent["handed"] - sent["at"]), lags=_lags(has["handed"], known["known"], start), cpu=dict(cpu),
    )  # fmt: skip


def _place(rows: NDArray[Any]) -> NDArray[np.int64]:
    """One number for partition and offset."""
    places: NDArray[np.int64] = rows["partition"] << 48 | rows["offset"]
    return places


def _disordered(known: NDArray[Any]) -> int:
    by_driver = known[np.argsort(known["driver"], kind="stable")]
    same = by_driver["driver"][1:] == by_driver["driver"][:-1]
    return int((same & (np.diff(by_driver["at"]) <= 0)).sum())


def _strayed(sent: NDArray[Any]) -> int:
    pairs = np.unique(sent["driver"] << 16 | sent["partition"])
    return len(pairs) - len(np.unique(sent["driver"]))


def _old(sent: NDArray[Any], positions: Positions) -> int:
    newest = dict(zip(sent["driver"].tolist(), sent["at"].tolist(), strict=True))  # the last one of each stays
    return sum(positions.at(driver) != at for driver, at in newest.items())


def _lags(handed: NDArray[np.int64], known: NDArray[np.int64], start: int) -> tuple[Lag, ...]:
    ends = max(handed.max(), known.max())
    instants = np.arange(start, ends + SECOND, SECOND)[1:]
    left = np.searchsorted(np.sort(handed), instants, "right") - np.searchsorted(np.sort(known), instants, "right")
    return tuple(Lag(second, int(fixes)) for second, fixes in enumerate(left, start=1))

"""How much each case runs: enough to see that it works, what fits into ten minutes, or everything."""

from __future__ import annotations

from typing import NamedTuple


class Size(NamedTuple):
    """Spans are (warm-up, measured), s.

    gps : of the engine's GPS pipeline, gps_plain : of the plain model's; pair : of the compiled peak hour against the
    reference, from an empty city; hour : of the compiled peak hour alone; drivers, platform : of the whole platform
    against the plain one; fleets : drivers; fleet : their span, of which the measured part alone counts; replications,
    workers : how many, and the span of each; queue, queue_other : of the queueing case by the engine and by Ciw.
    """

    gps: tuple[float, float]
    gps_plain: tuple[float, float]
    pair: tuple[float, float]
    hour: tuple[float, float]
    drivers: int
    platform: tuple[float, float]
    fleets: tuple[int, ...]
    fleet: tuple[float, float]
    replications: int
    workers: tuple[float, float]
    queue: tuple[float, float]
    queue_other: tuple[float, float]


SIZES = {
    "tiny": Size(
        gps=(1, 2), gps_plain=(1, 2), pair=(0, 5), hour=(0, 10), drivers=200, platform=(0, 60), fleets=(300, 1000),
        fleet=(60, 60), replications=2, workers=(0, 90), queue=(10, 100), queue_other=(10, 100),
    ),
    "quick": Size(
        gps=(10, 590), gps_plain=(5, 20), pair=(0, 180), hour=(3600, 3600), drivers=500, platform=(1200, 600),
        fleets=(1000, 3000, 10_000, 30_000, 100_000), fleet=(60, 60), replications=8, workers=(0, 1800),
        queue=(600, 7000), queue_other=(600, 2400),
    ),
    "full": Size(
        gps=(10, 590), gps_plain=(10, 590), pair=(3600, 3600), hour=(3600, 3600), drivers=10_000, platform=(3600, 3600),
        fleets=(1000, 3000, 10_000, 30_000, 100_000), fleet=(2400, 1200), replications=8, workers=(2700, 3600),
        queue=(600, 7000), queue_other=(600, 7000),
    ),
}  # fmt: skip
"""By name; `quick` is what `make bench` runs."""

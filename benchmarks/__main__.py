"""`make bench`: wall time, events and memory of stated runs, as a table and as JSON.

Timings are of this machine and this moment: compare the lines of one run with each other, not with another machine's.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks.cost import Cost, cost_of

SHORT = ("warmup=0 s", "duration=10 min")
RUNS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ten minutes of peak_tenth": ("peak_tenth.yaml", SHORT),
    "ten minutes of peak_hour": ("peak_hour.yaml", SHORT),
}
REPEATS = 5


def median_of(costs: Sequence[Cost]) -> Cost:
    """The run with the median wall time."""
    middle = statistics.median_low([cost.wall for cost in costs])
    return next(cost for cost in costs if cost.wall == middle)


def main() -> None:
    """Measure every run in a process of its own, and print."""
    rows = {}
    for name, (file, settings) in RUNS.items():
        with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
            costs = [pool.submit(cost_of, file, settings).result() for _ in range(REPEATS)]
        rows[name] = median_of(costs)
    lines = [f"| run (median of {REPEATS}) | wall s | x real time | events/s | fixes | orders | peak MB |"]
    lines.append("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, cost in rows.items():
        speed, rate = cost.virtual / cost.wall, cost.events / cost.wall
        counts = f"{cost.fixes:,} | {cost.orders:,} | {cost.memory:,.0f}"
        lines.append(f"| {name} | {cost.wall:.1f} | {speed:,.0f} | {rate:,.0f} | {counts} |")
    sys.stdout.write("\n".join(lines) + "\n")
    content = {name: cost._asdict() for name, cost in rows.items()}
    sys.stdout.write(json.dumps({"cores": os.cpu_count(), "runs": content}, indent=2) + "\n")


if __name__ == "__main__":
    main()

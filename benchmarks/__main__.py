"""`make bench`: how fast the engine is, beside what a user would write without it, in one run on this machine.

    python -m benchmarks [CASE...] [--repeats N] [--size tiny|quick|full] [--json FILE]

Every figure is a median over repeats, every ratio the median of ratios within a repeat; arms run in turn. Progress goes
to stderr, the tables (Markdown) to stdout, and everything measured to FILE. Compare the lines of one run with each
other, never with another machine's.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks import fleets, gps, peak, queueing, startup, whole, workers
from benchmarks.arms import say
from benchmarks.report import Report
from benchmarks.sizes import SIZES, Size

CASES: Mapping[str, Callable[[Size, int], Report]] = {
    "gps": gps.compare,
    "peak": peak.compare,
    "hour": peak.hour,
    "platform": whole.compare,
    "fleets": fleets.compare,
    "workers": workers.compare,
    "queueing": queueing.compare,
    "startup": startup.compare,
}
"""By the name that the command line takes."""
REPEATS = 5


def main() -> None:
    """Run the cases that are named, or all; print each as soon as it is known."""
    asked = _arguments()
    sys.stdout.write(f"# Benchmark\n\n{_where()}, size {asked.size}, {asked.repeats} repeats.\n\n")
    found = dict[str, Any]()
    for name in asked.cases or CASES:
        say(name)
        began = perf_counter()
        report = CASES[name](SIZES[asked.size], asked.repeats)
        sys.stdout.write(report.markdown() + "\n")
        sys.stdout.flush()
        found[name] = {**report.json(), "took_s": perf_counter() - began}
    if asked.json is not None:
        content = {"where": _where(), "size": asked.size, "repeats": asked.repeats, "cases": found}
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"all when left out: {', '.join(CASES)}")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--size", choices=SIZES, default="quick", help="full takes hours, tiny a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="everything measured")
    asked = parser.parse_args()
    unknown = [name for name in asked.cases if name not in CASES]
    if unknown or asked.repeats < 1:
        parser.error(f"no such case: {', '.join(unknown)}" if unknown else "--repeats must be 1 or more")
    return asked


def _where() -> str:
    """The machine, and what ran on it."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("simpy", "numpy", "numba"))
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {libraries}"


if __name__ == "__main__":
    main()

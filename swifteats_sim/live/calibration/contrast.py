"""Predicted beside measured: the figures of each load, how far off, and whether that is near enough to be of use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from swifteats_sim.live.calibration.calibrate import Calibration, FixesContest
from swifteats_sim.live.calibration.measured import DRIVERS, ITEMS, ORDER, Measured

AIMS = {"orders": 0.15, "order p50": 0.15, "conflicts on items": 0.30, "conflicts on drivers": 0.30}
"""Relative errors that would make a prediction useful."""
FEW = 30
"""Conflicts below which their share says little: its own error is a sixth and more."""


@dataclass(frozen=True)
class Figure:
    """One figure of a load. unit : "/s", "ms", "%", or "" (a count); enough : whether it rests on enough events."""

    load: str
    name: str
    unit: str
    predicted: float
    measured: float
    enough: bool = True

    @property
    def error(self) -> float | None:
        """Relative to what was measured; None where that is nothing, or neither says anything."""
        usable = isfinite(self.predicted) and isfinite(self.measured) and self.measured
        return self.predicted / self.measured - 1 if usable else None

    @property
    def aim(self) -> float | None:
        """The error that is aimed at; None where there is no aim."""
        return AIMS.get(self.name)

    @property
    def holds(self) -> bool | None:
        """Whether the aim is met; None where there is none, or too little to tell."""
        if self.aim is None or self.error is None or not self.enough:
            return None
        return abs(self.error) <= self.aim


def figures(calibration: Calibration) -> Iterator[Figure]:
    """All figures, load after load, the fixes last."""
    for contest in calibration.contests:
        load = contest.load
        named = f"{load.clients} clients, {load.items} items, {load.drivers} drivers"
        yield from _of(named, contest.predicted, contest.measured)
    if calibration.fixes is not None:
        yield from _of_fixes(calibration.fixes)


def _of_fixes(contest: FixesContest) -> Iterator[Figure]:
    load, predicted, measured = contest.load, contest.predicted, contest.measured
    named = f"{load.rate:,.0f} fixes/s, {load.drivers:,} drivers, {load.seconds:g} s"
    yield Figure(named, "fixes lost", "", 0, measured.lost + measured.refused)
    yield Figure(named, "fixes out of order", "", 0, measured.disordered + measured.strayed + measured.old)
    yield Figure(named, "fix p50", "ms", 1e3 * predicted.p50, 1e3 * measured.latency(0.5))
    yield Figure(named, "fix p99", "ms", 1e3 * predicted.p99, 1e3 * measured.latency(0.99))
    yield Figure(named, "lag, mean", "", predicted.lag, measured.lag[0])


def _of(load: str, predicted: Measured, measured: Measured) -> Iterator[Figure]:
    yield Figure(load, "orders", "/s", predicted.throughput, measured.throughput)
    for kind in (ORDER, "reserve", "assign"):
        for name, q in (("p50", 0.5), ("p99", 0.99)):
            yield Figure(
                load, f"{kind} {name}", "ms", 1e3 * predicted.quantile(kind, q), 1e3 * measured.quantile(kind, q)
            )
    for what in (ITEMS, DRIVERS):
        enough = min(measured.lost.get(what, 0), predicted.lost.get(what, 0)) >= FEW
        ratios = predicted.conflict_ratio(what), measured.conflict_ratio(what)
        yield Figure(load, f"conflicts on {what}", "%", *ratios, enough)
    yield Figure(load, "retries an order", "%", retries(predicted), retries(measured))


def retries(done: Measured) -> float:
    """Commits and searches that had to be made again, an order."""
    again = sum(done.lost.values()) + len(done.took.get("pause", ()))
    return again / max(1, len(done.took.get(ORDER, ())))


def markdown(calibration: Calibration) -> str:
    """Tables to paste: a column a load, each cell predicted / measured (error), bold where an aim is missed."""
    every = list(figures(calibration))
    loads = dict.fromkeys(figure.load for figure in every)
    tables = [[figure for figure in every if figure.load == load] for load in loads]
    closed = [table for table in tables if table[0].name == "orders"]
    others = [[table] for table in tables if table[0].name != "orders"]
    return "\n".join(_table(columns) for columns in ([closed] if closed else []) + others)


def _table(columns: Sequence[Sequence[Figure]]) -> str:
    """Loads beside each other, which all have the same figures."""
    heads = ("predicted / measured", *(column[0].load for column in columns))
    lines = [f"| {' | '.join(heads)} |", f"| --- |{' ---: |' * len(columns)}"]
    for row in zip(*columns, strict=True):
        lines.append(f"| {' | '.join((_named(row[0]), *map(_cell, row)))} |")
    return "\n".join(lines) + "\n"


def _named(figure: Figure) -> str:
    return figure.name if figure.aim is None else f"{figure.name} (aim: {100 * figure.aim:.0f} %)"


def _cell(figure: Figure) -> str:
    error = f"**{said(figure)}**" if figure.holds is False else said(figure)
    values = f"{shown(figure.predicted, figure.unit)} / {shown(figure.measured, figure.unit)}"
    return values if figure.error is None else f"{values} ({error})"


def shown(value: float, unit: str) -> str:
    """A figure with its unit, three digits of it; a share in percent."""
    if not isfinite(value):
        return "-"
    text = f"{100 * value if unit == '%' else value:.3g}"
    return f"{text} {unit}" if unit in ("%", "ms") else f"{text}{unit}"


def said(figure: Figure) -> str:
    """The error in percent, and whether it says anything."""
    if figure.error is None:
        return "-"
    return f"{100 * figure.error:+.0f} %{'' if figure.enough else ' (few)'}"


def aimed(figure: Figure) -> str:
    """The aim, and whether it is met."""
    if figure.aim is None:
        return ""
    met = {True: "met", False: "missed", None: "cannot be told"}[figure.holds]
    return f"{100 * figure.aim:.0f} %: {met}"

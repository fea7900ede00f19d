"""A sweep as tables: tidy ones for programs, with what is varied as columns, and one for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from swifteats_sim.experiments.result import Result
from swifteats_sim.experiments.sweeping import Swept
from swifteats_sim.results import Estimate
from swifteats_sim.results.markdown import markdown_table
from swifteats_sim.results.names import unit_of_name
from swifteats_sim.results.wording import several
from swifteats_sim.scenario import format_value
from swifteats_sim.scenario.differing import in_short
from swifteats_sim.scenario.grid import Point

if TYPE_CHECKING:
    from rich.table import Table

MOST = 4
"""Metrics that a printed table has room for."""
VARIED = "set."
"""Before the path of a column of what is varied: `set.duration` is none of the table's own columns."""


def metrics_parquet(swept: Swept) -> bytes:
    """A row for each point and metric: value, ci95_low, ci95_high (null where there is no interval)."""

    def rows(result: Result) -> list[tuple[Any, ...]]:
        found = result.estimates.items()
        return [(name, unit_of_name(name), each.value, *(each.ci95 or (None, None))) for name, each in found]

    return _parquet(swept, {"metric": "str", "unit": "str", "value": "f", "ci95_low": "f", "ci95_high": "f"}, rows)


def replications_parquet(swept: Swept) -> bytes:
    """A row for each point, metric and replication that measured it (from 0)."""

    def rows(result: Result) -> list[tuple[Any, ...]]:
        found = enumerate(result.measured)
        return [(name, number, value) for number, measured in found for name, value in measured.items()]

    return _parquet(swept, {"metric": "str", "replication": "i", "value": "f"}, rows)


def sweep_markdown(swept: Swept) -> str:
    """All points with every metric that is judged, to paste."""
    sweep = swept.sweep
    told = f"{several(len(sweep.points), 'point', 'points')} of {sweep.scenario}, {chance(swept)}."
    return f"# Sweep\n\n{told}\n\n{points_markdown(swept, judged_metrics(swept))}\nDigest {swept.digest}\n"


def chance(swept: Swept) -> str:
    """Which random numbers the points have."""
    seeds = {point.scenario.seed: None for point in swept.sweep.points}
    return f"all on the same random numbers (seed {next(iter(seeds))})" if len(seeds) == 1 else "on different seeds"


def judged_metrics(swept: Swept) -> tuple[str, ...]:
    """The metrics of all targets, each once, in their order."""
    results = swept.results.values()
    return tuple(dict.fromkeys(each.target.metric for result in results for each in result.judgements))


def points_markdown(swept: Swept, metrics: Sequence[str]) -> str:
    """A row for each point: what is varied, these metrics, the verdict."""
    return markdown_table(_header(swept, metrics), _rows(swept, metrics))


def points_rich(swept: Swept, metrics: Sequence[str]) -> Table:
    """The same for `rich`."""
    from rich.table import Table  # only a terminal needs it
    from rich.text import Text

    table = Table()
    for column, title in enumerate(_header(swept, metrics)):
        table.add_column(Text(title), justify="left" if column == len(metrics) + len(swept.sweep.paths) else "right")
    for row in _rows(swept, metrics):
        table.add_row(*(Text(cell) for cell in row))
    return table


def _header(swept: Swept, metrics: Sequence[str]) -> tuple[str, ...]:
    return (*swept.sweep.paths, *metrics, "verdict")


def _rows(swept: Swept, metrics: Sequence[str]) -> list[tuple[str, ...]]:
    return [_row(point, swept.results[point.number], metrics) for point in swept.sweep.points]


def _row(point: Point, result: Result, metrics: Sequence[str]) -> tuple[str, ...]:
    values = (in_short(value) for _, value in point.choice)
    return (*values, *(_cell(name, result.estimates.get(name)) for name in metrics), _verdict(result))


def _cell(name: str, found: Estimate | None) -> str:
    """ "412 ms ± 3 %": the interval as a share, since its unit may be another one."""
    if found is None:
        return "none"
    value = format_value(found.value, unit_of_name(name))
    if found.ci95 is None or not found.value:
        return value
    half = 50 * (found.ci95[1] - found.ci95[0]) / abs(found.value)
    return f"{value} ± {half:.2g} %" if half < 10 else f"{value} ± {half:,.0f} %"


def _verdict(result: Result) -> str:
    worst, judged = result.verdict, result.judgements
    if worst is None or worst == "pass":
        return worst or "no targets"
    count = sum(each.verdict == worst for each in judged)
    return worst if len(judged) == 1 else f"{worst} ({count} of {len(judged)})"


def _parquet(swept: Swept, columns: dict[str, str], rows: Callable[[Result], list[tuple[Any, ...]]]) -> bytes:
    """The rows of every point behind its number and what is varied, as Parquet."""
    import pyarrow as pa  # printing needs none
    import pyarrow.parquet as pq

    kinds = {"str": pa.string(), "f": pa.float64(), "i": pa.int64()}
    varied = {f"{VARIED}{path}": pa.string() for path in swept.sweep.paths}
    schema = pa.schema({"point": pa.int64(), **varied, **{name: kinds[kind] for name, kind in columns.items()}})
    every = [
        (point.number, *(value for _, value in point.choice), *row)
        for point in swept.sweep.points
        for row in rows(swept.results[point.number])
    ]
    content = list(zip(*every, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, kind) for column, kind in zip(content, schema.types, strict=True)]
    sink = BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), sink, compression="zstd")
    return sink.getvalue()

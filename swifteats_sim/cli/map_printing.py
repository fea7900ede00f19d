"""What `map show` and `map fetch` print: tables, as wide as the terminal or as long lines need."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from swifteats_sim.streets.bundled import bundled_maps
from swifteats_sim.streets.limits import KMH
from swifteats_sim.streets.map_file import read_map
from swifteats_sim.streets.statistics import Numbers, Roads, numbers
from swifteats_sim.streets.street_map import StreetMap

WIDTH = 120
"""Columns where nobody sees the terminal."""


def print_map(streets: StreetMap) -> None:
    """Its numbers by class of road, and where it comes from."""
    console, facts = _console(), numbers(streets)
    console.print(_heading(streets, facts), highlight=False, markup=False)
    console.print(_roads_table(facts))
    table = _table("provenance", "")
    table.columns[1].overflow = "fold"
    for key, value in streets.provenance.items():
        table.add_row(Text(key), Text(value))
    console.print(table)


def print_bundled() -> None:
    """Each map that comes with the package."""
    console = _console()
    table = _table("map", "size", "nodes", "arcs", "attribution")
    for column in table.columns[1:4]:
        column.justify = "right"
    found = bundled_maps()
    for name, path in found.items():
        streets = read_map(path)
        size = f"{path.stat().st_size / 1e6:.1f} MB"
        counts = f"{streets.nodes:,}", f"{streets.arcs:,}"
        table.add_row(name, size, *counts, Text(streets.provenance["attribution"]))
    console.print(table)
    for path in found.values():
        console.print(str(path), highlight=False, markup=False, soft_wrap=True)


def _heading(streets: StreetMap, facts: Numbers) -> str:
    size = f"{facts.width / 1000:.1f} x {facts.height / 1000:.1f} km"
    return f"{streets.name}: {facts.nodes:,} nodes, {facts.arcs:,} arcs, {size}, {facts.one_way:.0%} one-way"


def _roads_table(facts: Numbers) -> Table:
    table = _table("road", "arcs", "km", "mean arc, m", "slowest, km/h", "mean, km/h", "fastest, km/h")
    for column in table.columns[1:]:
        column.justify = "right"
    for roads in facts.roads:
        table.add_row(*_cells(roads), end_section=roads is facts.roads[-2])
    return table


def _cells(roads: Roads) -> tuple[str, ...]:
    speeds = (f"{speed / KMH:.0f}" for speed in (roads.slowest, roads.mean, roads.fastest))
    return roads.name, f"{roads.arcs:,}", f"{roads.length / 1000:,.1f}", f"{roads.length / roads.arcs:.0f}", *speeds


def _table(*names: str) -> Table:
    table = Table(*names, box=SIMPLE_HEAD, pad_edge=False)
    table.columns[0].no_wrap = True
    return table


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=WIDTH)

"""What `benchmark` prints: tables for a terminal, Markdown for everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from swifteats_sim.mdrp.tabulating import Tabulated


def print_table(table: Tabulated) -> None:
    """One table under its title."""
    from swifteats_sim.results.markdown import markdown_table

    console = Console()
    if not console.is_terminal:
        text = f"{table.title}\n\n{markdown_table(table.header, table.rows)}\n"
        console.print(text, end="", highlight=False, markup=False, soft_wrap=True)
        return
    drawn = Table(title=table.title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in table.header:
        drawn.add_column(name, overflow="fold")
    for row in table.rows:
        drawn.add_row(*(Text(cell) for cell in row))  # Text, not str: an instance's name is not markup
    console.print(drawn)

"""Prints what arithmetic says of a scenario: coloured tables in a terminal, plain text of 80 columns elsewhere."""

from __future__ import annotations

import dataclasses
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import typer

from swifteats_sim.forecast.explaining import Explanation
from swifteats_sim.forecast.explaining_tables import Table
from swifteats_sim.forecast.objections import Objection
from swifteats_sim.scenario import Scenario

if TYPE_CHECKING:
    from rich.table import Table as RichTable

WIDTH = 80
GAP = "  "
NARROWEST = 24
STYLES = (("OVER", "bold red"), ("tight", "yellow"))


def say_in_words(explanation: Explanation) -> None:
    """Print it in the form that the reader can see."""
    if sys.stdout.isatty():
        print_rich(explanation)
    else:
        typer.echo("\n".join(plain(explanation)))
    typer.echo()


def say_tables(tables: tuple[Table, ...], notes: tuple[str, ...]) -> None:
    """Print tables and what is to be noted beside them, in the form that the reader can see."""
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.text import Text

        console = Console()
        for table in tables:
            console.print(_rich(table, box=None, padding=(0, len(GAP), 0, 0), pad_edge=False), Text())
        for note in _items(notes, console.width):
            console.print(Text(note))
    else:
        lines = (*_plain_tables(tables), "", "Notes", *_items(notes))
        typer.echo("\n".join(lines[1:]))


def plain(explanation: Explanation) -> Iterator[str]:
    """The explanation in lines of at most 80 columns, unless names are long."""
    if explanation.question:
        yield from ("", *textwrap.wrap(explanation.question, WIDTH))
    yield from _plain_tables(explanation.tables)
    if explanation.notes:
        yield from ("", "Notes", *_items(explanation.notes))
    yield from _against(explanation)
    yield from ("", *textwrap.wrap(explanation.conclusion, WIDTH))


def print_rich(explanation: Explanation) -> None:
    """The same with tables of `rich`, for a terminal."""
    from rich.console import Console
    from rich.text import Text

    console = Console()
    if explanation.question:
        console.print(Text(explanation.question))
    for table in explanation.tables:
        console.print(_rich(table))
    for note in _items(explanation.notes, console.width):
        console.print(Text(note))
    for line in _against(explanation, console.width):
        console.print(Text(line, style="bold" if line in HEADS else ""))
    console.print(Text(explanation.conclusion))


def data(path: str, scenario: Scenario, explanation: Explanation) -> dict[str, Any]:
    """Everything reckoned, for a program to read; times in seconds, rates a second, ratios 0..1."""
    against = {name: [_objection(each) for each in found] for name, found in _found(explanation)}
    heading = {"path": path, "name": scenario.name, "question": scenario.question}
    return {**heading, **nested(explanation.facts), **against}


CANNOT, BEWARE = "Cannot hold:", "Beware:"
HEADS = (CANNOT, BEWARE)


def nested(value: Any) -> Any:
    """A result for a program to read: fields and properties, by name."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: nested(getattr(value, field.name)) for field in dataclasses.fields(value)}
        properties = [name for name, member in vars(type(value)).items() if isinstance(member, property)]
        return {**fields, **{name: nested(getattr(value, name)) for name in properties}}
    if isinstance(value, Mapping):
        return {key: nested(each) for key, each in value.items()}
    return [nested(each) for each in value] if isinstance(value, tuple) else value


def _plain_tables(tables: tuple[Table, ...]) -> Iterator[str]:
    for table in tables:
        yield from ("", table.title, *_lines(table))


def _rich(table: Table, **look: Any) -> RichTable:
    """The table for a terminal; words after the numbers take what room is left."""
    from rich.table import Table as RichTable
    from rich.text import Text

    shown = RichTable(title=table.title, title_justify="left", **look)
    for column, name in enumerate(table.head):
        shown.add_column(name, justify="right" if 0 < column <= table.numbers else "left")
    for row in table.rows:
        shown.add_row(*(Text(cell, style=_style(cell)) for cell in row))
    return shown


def _against(explanation: Explanation, width: int = WIDTH) -> Iterator[str]:
    for head, found in ((CANNOT, explanation.cannot), (BEWARE, explanation.beware)):
        if found:
            yield from ("", head, *_items((_sentence(each) for each in found), width))


def _sentence(objection: Objection) -> str:
    return objection.text + (f" ({', '.join(objection.refs)})" if objection.refs else "")


def _items(texts: Iterable[str], width: int = WIDTH) -> Iterator[str]:
    for text in texts:
        yield from textwrap.wrap(text, width, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)


def _lines(table: Table) -> Iterator[str]:
    """Aligned columns, the last one wrapped."""
    rows = (table.head, *table.rows)
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.head) - 1)]
    room = max(NARROWEST, WIDTH - sum(widths) - len(GAP) * len(widths))
    for row in rows:
        cells = [
            cell.rjust(width) if 0 < column <= table.numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=False))
        ]
        first, *more = _wrapped(row[-1], room)
        yield GAP.join([*cells, first]).rstrip()
        indent = " " * (sum(widths) + len(GAP) * len(widths))
        yield from (indent + line for line in more)


def _wrapped(cell: str, room: int) -> list[str]:
    lines = [part for line in cell.split("\n") for part in textwrap.wrap(line, room, break_on_hyphens=False)]
    return lines or [""]


def _style(cell: str) -> str:
    return next((style for word, style in STYLES if cell.endswith(word)), "")


def _found(explanation: Explanation) -> tuple[tuple[str, tuple[Objection, ...]], ...]:
    return ("cannot_hold", explanation.cannot), ("beware", explanation.beware)


def _objection(objection: Objection) -> dict[str, Any]:
    return {"text": objection.text, "refs": list(objection.refs)}

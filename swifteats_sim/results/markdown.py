"""A table as Markdown with aligned columns."""

from __future__ import annotations

import re
from collections.abc import Sequence


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The rows under their header, ending in a newline; a cell is text, whatever bars, tags or line ends it holds."""
    cells = [header, *([_escaped(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    lines = [_line(row, widths) for row in cells]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines) + "\n"


def _escaped(cell: str) -> str:
    cell = "".join(letter if letter.isprintable() else " " if letter == "\n" else repr(letter)[1:-1] for letter in cell)
    return re.sub(r"[\\|]|<(?=[a-zA-Z/!?])|\[(?=[^\]]*\]\()", r"\\\g<0>", cell)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"

"""What a case found, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.figures import Difference


@dataclass(frozen=True)
class Report:
    """One case's table. caption : what was run and what is left out; data : everything measured, for JSON."""

    title: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    data: dict[str, Any] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()

    def markdown(self) -> str:
        """Title, table, caption, and how far the models are apart."""
        lines = [f"## {self.title}", "", *_table(self.columns, self.rows), "", self.caption]
        if self.differences:
            rows = [(one.name, figure(one.engine), figure(one.plain), percent(one.apart)) for one in self.differences]
            lines += ["", *_table(("the same in both models?", "engine", "other", "apart"), rows)]
        return "\n".join(lines) + "\n"

    def json(self) -> dict[str, Any]:
        """Everything, with the differences."""
        return {"title": self.title, "caption": self.caption, **self.data, "differences": [
            {**each._asdict(), "apart": each.apart} for each in self.differences
        ]}  # fmt: skip


def figure(value: float) -> str:
    """Four digits."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def percent(share: float) -> str:
    """With its sign."""
    return f"{share:+.1%}"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The first column is text, the others are numbers."""
    lines = [columns, ["---"] + ["---:"] * (len(columns) - 1), *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]

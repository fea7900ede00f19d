"""One bar that moves, to stderr, for work that says how far it is; nothing where that is no terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Show = Callable[[str, str, int, int | None], None]
"""What is under way, what is told of it, how much of it is done, of how much (None: nobody knows)."""


@contextmanager
def bar(name: str, told: str, quiet: bool) -> Iterator[Show]:
    """A bar that begins with these words."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda name, told, done, of: None
        return
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(name, total=None, told=told)
        yield lambda name, told, done, of: progress.update(task, description=name, told=told, completed=done, total=of)

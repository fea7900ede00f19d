"""What is printed fits the terminal it is read in."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from swifteats_sim.cli import printing

SENTENCE = "Saturated: open orders grow by 10/min; requests for a driver that are not done grow by 9.99/min. " * 3


def screen(monkeypatch: pytest.MonkeyPatch, width: int, terminal: bool = True) -> tuple[Console, io.StringIO]:
    """What everything is printed on from now on, and what it shows."""
    shown = io.StringIO()
    console = Console(file=shown, width=width, force_terminal=terminal, color_system=None)
    monkeypatch.setattr(printing, "Console", lambda: console)
    return console, shown


@pytest.mark.parametrize(
    ("width", "terminal", "widest"), [(60, True, 60), (80, True, 80), (200, True, 110), (60, False, 110)]
)
def test_sentences_are_as_wide_as_the_terminal(
    monkeypatch: pytest.MonkeyPatch, width: int, terminal: bool, widest: int
) -> None:
    console, shown = screen(monkeypatch, width, terminal)
    printing._say(console, SENTENCE, "  ")
    lengths = [len(line) for line in shown.getvalue().splitlines()]
    assert widest - 15 < max(lengths) <= widest


@pytest.mark.parametrize("width", [60, 80, 140])
def test_the_catalogue_breaks_no_word(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    _, shown = screen(monkeypatch, width)
    printing.print_metrics()
    lines = shown.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    words = set(shown.getvalue().replace("│", " ").replace(":", " ").split())
    assert words >= {
        "assignment.preparation_left",
        "delivery.click_to_door",
        "station.<station>.utilization",
        "restaurant",
    }

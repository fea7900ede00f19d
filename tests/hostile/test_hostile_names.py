"""Names and words that users choose are words wherever they come to stand: terminal, Markdown, SVG, file names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hostile_files import QUEUE, lay
from typer.testing import CliRunner

from swifteats_sim.cli.main import app
from swifteats_sim.results.markdown import markdown_table
from swifteats_sim.scenario import load
from swifteats_sim.streets.checking import is_name

WORDS = (
    "</script><script>alert(1)</script>", "[red]x[/] [/nothing] [link=http://x]y[/link]", "=cmd|'/c calc'!A0",
    "| a | b |", "`x` **y** [z](http://x) ![z](http://x)", "%s {0} $HOME $(id) \\", "naïve 東京 שלום 💥",
)  # fmt: skip


@pytest.mark.parametrize("words", WORDS)
def test_a_question_is_printed_as_it_stands(words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`rich` takes brackets for colours unless it is told not to."""
    monkeypatch.chdir(tmp_path)
    quoted = "'" + words.replace("'", "''") + "'"
    lay(tmp_path, {"asks.yaml": QUEUE + f"question: {quoted}\n"})
    assert load(tmp_path / "asks.yaml").question == words
    done = CliRunner().invoke(app, ["validate", "asks.yaml"])
    assert done.exit_code == 0, done.exception
    assert words in " ".join(done.stdout.split("\n"))


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("a|b", "a\\|b"), ("a\nb", "a b"), ("<script>x</script>", "\\<script>x\\</script>"), ("<!-- x", "\\<!-- x"),
        ("[x](http://y)", "\\[x](http://y)"), ("\x1b[31m", "\\\\x1b[31m"), ("a\u202eb", "a\\\\u202eb"), ("\\", "\\\\"),
        ("p99 < 200 ms", "p99 < 200 ms"), ("[0, 1]", "[0, 1]"),
    ],
)  # fmt: skip
def test_a_cell_of_markdown_is_text(cell: str, written: str) -> None:
    last = markdown_table(("a",), [(cell,)]).splitlines()[-1]
    assert last.strip("| ") == written.strip("| ")
    assert last.isprintable()


@pytest.mark.parametrize(
    "name", ["..", "../x", "a/b", "a\\b", "a\0b", "NUL", "con.png", "COM1", "a.", "a ", "", "a" * 101, "\u202ea"]
)
def test_a_map_is_called_by_no_such_name(name: str) -> None:
    assert not is_name(name)


@pytest.mark.parametrize("name", ["reykjavik", "La Serena 2.0", "東京", "a", "console", "nullarbor"])
def test_a_map_is_called_by_its_name(name: str) -> None:
    assert is_name(name)


@pytest.fixture
def grid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small map with a hostile attribution."""
    monkeypatch.chdir(tmp_path)
    from dataclasses import replace

    from swifteats_sim.streets.grid import grid_map
    from swifteats_sim.streets.map_file import write_map

    streets = grid_map("dense", 2.0)
    about = {**streets.provenance, "attribution": "$\\frac{ </text><script>alert(1)</script> [red]x[/]"}
    write_map(replace(streets, name="small", provenance=about), tmp_path / "small.parquet")
    return tmp_path


def test_a_picture_holds_words_as_words(grid: Path) -> None:
    done = CliRunner().invoke(app, ["map", "show", "small.parquet", "--out", "pictures"])
    assert done.exit_code == 0, done.exception
    assert "[red]x[/]" in done.stdout
    page = (grid / "pictures" / "small.svg").read_text(encoding="utf-8")
    assert "<script" not in page
    texts = [element.text for element in ElementTree.fromstring(page).iter() if element.text]
    assert any("</text><script>alert(1)</script> [red]x[/]" in text for text in texts)


def test_a_picture_replaces_a_link_and_is_not_written_through_it(grid: Path) -> None:
    """What stands in the output folder under a result's name is replaced; nothing outside the folder is touched."""
    outside = grid / "outside.txt"
    outside.write_text("mine", encoding="utf-8")
    (grid / "pictures").mkdir()
    (grid / "pictures" / "small.svg").symlink_to(outside)
    done = CliRunner().invoke(app, ["map", "show", "small.parquet", "--out", "pictures"])
    assert done.exit_code == 0, done.exception
    assert outside.read_text(encoding="utf-8") == "mine"
    assert not (grid / "pictures" / "small.svg").is_symlink()
    assert sorted(path.name for path in (grid / "pictures").iterdir()) == ["small.png", "small.svg"]


def test_an_attribution_that_steers_the_terminal_is_refused(grid: Path) -> None:
    line = ["map", "build", "--osm", "none.osm", "--attribution", "\x1b[31mred"]
    done = CliRunner().invoke(app, line)
    assert done.exit_code == 2
    assert done.stderr == "--attribution: '\\x1b[31mred': must be text on one line\n"


@pytest.mark.parametrize("name", [b"\xff.yaml", b"\x1b[31mred.yaml", "\u202egpj.yaml".encode(), b"a\nb.yaml"])
def test_a_file_of_any_name_is_in_order_and_named_on_one_line(name: bytes, tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(name)).write_text(QUEUE, encoding="utf-8")
    for options in (["--quiet"], ["--json"]):
        command = [sys.executable, "-m", "swifteats_sim", "validate", *options, os.fsdecode(name)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert all(line.isprintable() for line in done.stdout.decode().splitlines())

"""Hostile names as terminals, XML, Markdown and the log of a build meet them: nothing obeys."""

from __future__ import annotations

from pathlib import Path

import pytest

from swifteats_sim.results.annotations import Annotation
from swifteats_sim.results.inert import LONG, inert, inert_markdown

HOSTILE = [
    "</failure><evil/>", "]]>", "::error file=x::no", "a\n::error::no", "a\r\nb", "| a | b |", "=cmd|' /C calc'!A0",
    "\u202egnp.exe", "\u200f", "\x1b[31mred", "\x00", "\x07", "\ufffe", "\ud800", "##[error]no", "<script>x</script>",
    "[a](javascript:x)", "![a](https://x.y/z)", "`code`", "**bold**", "@everyone", "&lt;", "x" * 10_000,
    "%0A::error::no", "\u2028", "\x85",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_line_stays_one_printable_line(name: str) -> None:
    shown = inert(name)
    assert shown.isprintable()
    assert len(shown.splitlines()) == 1
    assert "##[" not in shown
    assert len(shown) < 12 * LONG
    shown.encode("utf-8")


def test_what_is_harmless_stays_as_it_is() -> None:
    assert inert("call.wait p99 < 200 ms, 12 %: Zürich 東京") == "call.wait p99 < 200 ms, 12 %: Zürich 東京"
    assert inert_markdown("call.wait.p99 +3.1 % (1 ms, paired)") == "call.wait.p99 +3.1 % (1 ms, paired)"


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_markdown_shows_letters_and_no_markup(name: str) -> None:
    shown = inert_markdown(name)
    assert not set(shown) & set("<>[]`*|\\~@")
    assert "://" not in shown


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_an_annotation_is_one_command_and_its_own(name: str) -> None:
    line = Annotation("error", name, 3, name, name).text(Path())
    assert len(line.splitlines()) == 1
    head, properties, message = line.split("::", 2)
    assert (head, message.count("\n"), message.count("\r")) == ("", 0, 0)
    words = properties.removeprefix("error ").split(",")
    assert [word.partition("=")[0] for word in words] == ["file", "line", "title"]


def test_a_percent_sign_and_a_colon_are_escaped_as_github_reads_them() -> None:
    line = Annotation("warning", "a:b,c.yaml", None, "50 %: a, b", "50 %: a, b").text(Path())
    assert line == "::warning file=a%3Ab%2Cc.yaml,line=1,title=50 %25%3A a%2C b::50 %25: a, b"


def test_files_are_named_from_the_root_of_their_repository(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    inside = Annotation("error", str(tmp_path / "sub/x.yaml"), 3, "t", "m").text(tmp_path)
    assert inside == "::error file=sub/x.yaml,line=3,title=t::m"
    outside = Annotation("error", "/elsewhere/x.yaml", 3, "t", "m").text(tmp_path)
    assert outside == "::error file=/elsewhere/x.yaml,line=3,title=t::m"

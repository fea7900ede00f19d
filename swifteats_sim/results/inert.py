"""Text of others made harmless for whoever shows it: terminals, XML, Markdown, the log of a build."""

from __future__ import annotations

LONG = 300
"""Letters at most."""
COMMAND = "##["
"""What a runner of builds obeys anywhere in a line."""
IN_MARKDOWN = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", "[": "&#91;", "]": "&#93;", "`": "&#96;", "*": "&#42;", "~": "&#126;",
    "@": "&#64;", "\\": "&#92;", "|": "&#124;",
}  # fmt: skip
"""Letters that mean something to Markdown or HTML, as text that is shown as they are."""


def inert(text: str) -> str:
    """One line that no terminal, XML reader or runner obeys: what cannot be printed stands there by its number."""
    short = text if len(text) <= LONG else f"{text[: LONG - 4]} ..."
    shown = "".join(letter if letter.isprintable() else _escaped(letter) for letter in short)
    return shown.replace(COMMAND, _by_number(COMMAND[0]) + COMMAND[1:])


def inert_markdown(text: str) -> str:
    """One line that Markdown shows as it is: no markup, no link, no cell's end."""
    shown = "".join(IN_MARKDOWN.get(letter, letter) for letter in inert(text))
    return shown.replace("://", ":&#47;/").replace("www.", "www&#46;")


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def _by_number(letter: str) -> str:
    return f"\\x{ord(letter):02x}"

"""What is wrong with a map or what one is built from: file, key, rule, in one line."""

from __future__ import annotations

import os


class MapError(ValueError):
    """A map, or a source of one, that cannot be used; its text is one line, `file: key: message`."""

    def __init__(self, file: str | os.PathLike[str], message: str, key: str = "") -> None:
        """What is wrong with this file.

        key : column, attribute or option that is meant; "" for the file as a whole.
        message : the value and the rule that it breaks.
        """
        self.file, self.key, self.message = os.fspath(file), key, message
        super().__init__(self.file, message, key)

    def __str__(self) -> str:
        """`file: key: message`, whatever bytes the parts hold."""
        parts = (self.file, self.key, self.message)
        return ": ".join(printable(part) for part in parts if part)


def shown(value: object, most: int = 80) -> str:
    """A value as it may stand in a message: escaped, and not long."""
    text = repr(value if not isinstance(value, str) else value[: 2 * most])
    return text if len(text) <= most else text[: most - 4] + "..." + text[0]


def printable(text: str) -> str:
    """The same on one line, with nothing that a terminal obeys."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)

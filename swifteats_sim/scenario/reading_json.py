"""JSON that anybody may have written: read within limits, or refused in a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

MAX_BYTES = 8_000_000
"""Lists of empty lists take 30 times as much in memory."""


class NotReadable(ValueError):
    """A file that is not what it should be; its text says why, in a clause."""


def read_object(path: Path, most: int = MAX_BYTES) -> dict[str, Any]:
    """The one object that a file holds; NotReadable for anything else."""
    try:
        if not path.is_file():
            raise NotReadable("is a directory, not a file" if path.is_dir() else "no such file")
        with path.open("rb") as file:
            raw = file.read(most + 1)
    except OSError as error:
        raise NotReadable(error.strerror or "cannot be read") from None
    if len(raw) > most:
        raise NotReadable(f"larger than {most // 10**6} MB")
    try:
        content = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refused)
    except NotReadable:
        raise
    except UnicodeDecodeError:
        raise NotReadable("not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise NotReadable(f"not JSON: {error.msg} in line {error.lineno}") from None
    except (ValueError, RecursionError):  # a number of thousands of digits; thousands of brackets
        raise NotReadable("not JSON that can be read: a number is too long, or it is nested too deep") from None
    if not isinstance(content, dict):
        raise NotReadable("must hold keys with values")
    return content


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotReadable("a key stands twice")
    return found


def _refused(constant: str) -> Any:
    raise NotReadable(f"holds {constant}, which is no number")

"""Scenarios made hostile at random: keys, values, units, structure, bytes and letters of good ones, by number."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from hostile_files import CITY, QUEUE

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SMALL = (QUEUE, *(path.read_text(encoding="utf-8") for path in sorted((SCENARIOS / "theory").glob("*.yaml"))))
"""Whole in themselves, and read in 3 ms."""
LARGE = (
    CITY,
    *((SCENARIOS / name).read_text(encoding="utf-8") for name in (
        "peak_tenth.yaml", "burst.yaml", "menu_browsing.yaml", "gps_ingest.yaml", "defects/small_city.yaml",
        "channels/server_sent_events.yaml", "retry_storm.yaml",
    )),
)  # fmt: skip
"""They extend the whole platform, and take five times as long."""
SHARE_OF_LARGE = 0.06

NUMBERS = (
    "0", "-1", "1", "2", "3.5", "-0", "1e3", "1e18", "1e308", "1e999", "-1e999", ".nan", "nan", ".inf",
    "-.inf", "0x1f", "1_000", "9" * 25, "9" * 400, "0.0000000001", "1e-300", "٣", "½", "1,5", "+5",
    "999999999999", "2147483648", "1000000",
)  # fmt: skip
UNITS = (
    "ns", "us", "ms", "s", "min", "h", "day", "m", "km", "km2", "m2", "/s", "/min", "/h", "/day", "%", "km/h",
    "m/s", "B", "kB", "GB", "", "S", "sec", "µs", "parsec",
)  # fmt: skip
WORDS = (
    "null", "true", "no", "~", "off", "[]", "{}", "[[]]", "{a: 1}", "[1, 2]", "''", '"\\0"', '"\\e[31m"',
    '"\\u202e"', '"\\ud800"', "</script>", "'=cmd|'", "../../x", "/etc/passwd", "&a 1", "*a",
    "!!python/name:os.system x", "!x", "2024-01-01", "1:30", "a" * 300, "'" + "b" * 3000 + "'",
    "exponential(1 s)", "uniform(1 s, 2 s)", "erlang(3, 1 s)", "empirical(x)",
    "lognormal(median=1 s, p95=2 s)", "gamma(mean=1 s, sd=1 s)", "hyperexponential(0.5, 1 s, 2 s)",
    "exponential((1 s))", "empirical(/dev/zero)", "os:system", "extends", "design", "x.yaml", "[red]x[/]",
    "%s%n", "${HOME}", "| x", "> x", "?", "- x", "@x", "`x`", "💥", "é́́́", "\u2028", "\ufeff", "\x85", "\t",
)  # fmt: skip
KEYS = (
    "name", "duration", "warmup", "seed", "replications", "question", "city", "demand", "stack", "targets",
    "extends", "stations", "flows", "pools", "caches", "topics", "streams", "limits", "effects", "budgets",
    "arrivals", "steps", "at", "service", "delay", "instances", "concurrency", "queue_limit", "patience",
    "repeat", "parallel", "branch", "start", "hold", "pool", "retry", "cache", "batch", "rule", "geos",
    "orders", "rate", "trace", "map", "clients", "connects", "priority", "discipline", "<<", "__proto__",
    "__class__", "0", "-", "",
)  # fmt: skip
VALUE = re.compile(r"(?<=[\s:\[,(])[^\s:\[\]{},()#'\"]+(?: [a-z%/0-9]+)?(?=[\s\]},)]|$)", re.MULTILINE)
KEY = re.compile(r"[A-Za-z_][\w.-]*(?=:)")

Change = Callable[[random.Random, str], str]


def mutated(number: int, large: bool | None = None) -> bytes:
    """The hostile scenario of this number, always the same."""
    draw = random.Random(number)
    is_large = draw.random() < SHARE_OF_LARGE if large is None else large
    text = draw.choice(LARGE if is_large else SMALL)
    for _ in range(draw.choice((1, 1, 1, 2, 3, 5))):
        text = draw.choice(CHANGES)(draw, text)
    raw = text.encode("utf-8", "surrogatepass")
    return _bytes(draw, raw) if draw.random() < 0.05 else raw


def _swapped(draw: random.Random, text: str, found: re.Pattern[str], instead: str) -> str:
    places = list(found.finditer(text))
    if not places:
        return instead
    place = draw.choice(places)
    return text[: place.start()] + instead + text[place.end() :]


def _quantity(draw: random.Random) -> str:
    return draw.choice(NUMBERS) + draw.choice((" ", " ", "", "  ")) + draw.choice(UNITS)


def _another_value(draw: random.Random, text: str) -> str:
    return _swapped(draw, text, VALUE, _quantity(draw) if draw.random() < 0.6 else draw.choice(WORDS))


def _another_number(draw: random.Random, text: str) -> str:
    return _swapped(draw, text, re.compile(r"\d+(?:\.\d+)?"), draw.choice(NUMBERS))


def _another_unit(draw: random.Random, text: str) -> str:
    return _swapped(draw, text, re.compile(r"(?<=\d) ?(?:ns|us|ms|s|min|h|day|km|km2|%|/min|/s)\b"), draw.choice(UNITS))


def _another_key(draw: random.Random, text: str) -> str:
    others = KEY.findall(text) or ["x"]
    return _swapped(draw, text, KEY, draw.choice(KEYS) if draw.random() < 0.5 else draw.choice(others))


def _a_value_of_its_own(draw: random.Random, text: str) -> str:
    """One value of the file in another one's place."""
    return _swapped(draw, text, VALUE, draw.choice(VALUE.findall(text) or ["x"]))


def _lines(change: Callable[[random.Random, list[str]], Sequence[str]]) -> Change:
    def changed(draw: random.Random, text: str) -> str:
        lines = text.split("\n")
        return "\n".join(change(draw, lines))

    return changed


def _one_gone(draw: random.Random, lines: list[str]) -> list[str]:
    at = draw.randrange(len(lines))
    return lines[:at] + lines[at + 1 :]


def _one_twice(draw: random.Random, lines: list[str]) -> list[str]:
    at = draw.randrange(len(lines))
    return lines[:at] + [lines[at]] * draw.choice((2, 2, 3, 40)) + lines[at + 1 :]


def _two_swapped(draw: random.Random, lines: list[str]) -> list[str]:
    one, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return lines


def _one_deeper(draw: random.Random, lines: list[str]) -> list[str]:
    at, by = draw.randrange(len(lines)), draw.choice((-4, -2, -1, 1, 2, 4, 40))
    line = lines[at]
    lines[at] = " " * by + line if by > 0 else line[min(-by, len(line) - len(line.lstrip())) :]
    return lines


def _a_new_one(draw: random.Random, lines: list[str]) -> list[str]:
    at = draw.randrange(len(lines) + 1)
    indent = " " * draw.choice((0, 0, 2, 4, 6))
    value = _quantity(draw) if draw.random() < 0.4 else draw.choice(WORDS)
    return [*lines[:at], f"{indent}{draw.choice(KEYS)}: {value}", *lines[at:]]


def _nested(draw: random.Random, text: str) -> str:
    depth = draw.choice((2, 5, 12, 40, 400))
    return _swapped(draw, text, VALUE, "[" * depth + "x" + "]" * depth)


def _spliced(draw: random.Random, text: str) -> str:
    other = draw.choice(SMALL)
    return text[: draw.randrange(len(text) + 1)] + other[draw.randrange(len(other)) :]


def _cut(draw: random.Random, text: str) -> str:
    return text[: draw.randrange(len(text) + 1)]


def _a_letter(draw: random.Random, text: str) -> str:
    at = draw.randrange(len(text) + 1)
    letter = chr(
        draw.choice((draw.randrange(32), draw.randrange(128), draw.randrange(0x3000), draw.randrange(0x11_0000)))
    )
    return text[:at] + letter + text[at + draw.choice((0, 1)) :]


def _punctuation(draw: random.Random, text: str) -> str:
    return _swapped(draw, text, re.compile(r"[\[\]{}(),:\"']"), draw.choice(["", *"[]{}(),:\"'#-&*!|>%@`\\"]))


def _bytes(draw: random.Random, raw: bytes) -> bytes:
    changed = bytearray(raw)
    for _ in range(draw.choice((1, 2, 20))):
        if changed:
            changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


CHANGES: tuple[Change, ...] = (
    _another_value, _another_value, _another_value, _another_number, _another_number, _another_unit, _another_key,
    _a_value_of_its_own, _a_value_of_its_own, _lines(_one_gone), _lines(_one_twice), _lines(_two_swapped),
    _lines(_one_deeper), _lines(_a_new_one), _nested, _spliced, _cut, _a_letter, _punctuation,
)  # fmt: skip

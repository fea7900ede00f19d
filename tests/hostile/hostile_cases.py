"""Bad inputs, made by hand: files by name and the command that meets them. What each is told stands in `told.txt`."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from hostile_files import (
    CITY,
    COURIERS,
    DAY,
    LIBRARY,
    ORDERS,
    QUEUE,
    Content,
    deep_parquet,
    gigabyte,
    library,
    packed_parquet,
    plain_parquet,
    rappi,
    with_lines,
)

sys.path.append(str(Path(__file__).parents[1] / "streets"))

Given = tuple[Mapping[str, Content], list[str]]
VALIDATE, DESCRIBE = ["validate", "bad.yaml"], ["trace", "describe", "day"]
GOOD: Mapping[str, Content] = {"good.yaml": QUEUE}


class Case(NamedTuple):
    """Files by name, and the command."""

    files: Mapping[str, Content]
    command: list[str]


def times(content: Content) -> dict[str, Content]:
    """A scenario with measured times in a file."""
    return {"bad.yaml": QUEUE.replace("exponential(10 ms)", "empirical(times.txt)"), "times.txt": content}


def on_map(name: str) -> dict[str, Content]:
    """The city on a map."""
    return {"bad.yaml": CITY.replace("area: 9 km2", f"map: {name}")}


def setting(*settings: str) -> list[str]:
    """A run of the good scenario with settings."""
    return ["run", "good.yaml", *(word for each in settings for word in ("--set", each))]


QUEUE_LINES = {
    "a duration that is no number": (2, "duration: .nan"),
    "a duration without end": (2, "duration: .inf"),
    "a negative duration": (2, "duration: -5 s"),
    "a duration of nothing": (2, "duration: 0 s"),
    "a bare number for a duration": (2, "duration: 10"),
    "metres for minutes": (2, "duration: 5 m"),
    "two units": (2, "duration: 5 s s"),
    "a duration of a million years": (2, "duration: 365000000 day"),
    "a duration with a huge exponent": (2, "duration: 1e999 s"),
    "a duration finer than a nanosecond": (2, "duration: 0.1 ns"),
    "a duration in words": (2, "duration: a while"),
    "a list for a duration": (2, "duration: [1 s]"),
    "a mapping for a duration": (2, "duration: {s: 1}"),
    "nothing for a duration": (2, "duration:"),
    "truth for a duration": (2, "duration: true"),
    "a clock for a duration": (2, "duration: 1:30"),
    "Arabic digits": (2, "duration: ٥ s"),
    "an underscore in a number": (2, "duration: 1_000 s"),
    "a hexadecimal number": (2, "duration: 0x10 s"),
    "a duration of 10,000 digits": (2, "duration: " + "9" * 9000 + " s"),
    "a comma for a point": (2, "duration: 1,5 s"),
    "a name with capitals": (1, "name: Tiny"),
    "a name that climbs": (1, "name: ../../etc/tiny"),
    "a name with a slash": (1, "name: a/b"),
    "a name of dots": (1, 'name: ".."'),
    "an empty name": (1, 'name: ""'),
    "no name": (1, "name:"),
    "a name of 10,000 letters": (1, "name: " + "a" * 9900),
    "a name with a NUL": (1, 'name: "a\\0b"'),
    "a name that colours terminals": (1, 'name: "\\e[31mred"'),
    "a name written from right to left": (1, 'name: "gnp\\u202eexe"'),
    "a name that is a number": (1, "name: 7"),
    "a name that is a tag of a page": (1, "name: </script><script>alert(1)</script>"),
    "a name that is a formula": (1, "name: =cmd|'/c calc'!A0"),
    "a name with a new line": (1, 'name: "a\\nb"'),
    "half a surrogate pair": (1, 'name: "\\ud800"'),
    "a question that steers the terminal": (3, 'question: "\\e]0;owned\\a"'),
    "a question that turns the writing": (3, 'question: "\\u202egnp.exe"'),
    "a question of 10,000 letters": (3, "question: " + "x" * 9900),
    "a seed below 0": (3, "seed: -1"),
    "a seed beyond 63 bits": (3, "seed: 9223372036854775808"),
    "a seed of 25 digits": (3, "seed: " + "9" * 25),
    "a seed of 5,000 digits": (3, "seed: " + "9" * 5000),
    "half a seed": (3, "seed: 1.5"),
    "a seed that is true": (3, "seed: true"),
    "a seed in quotes": (3, 'seed: "1"'),
    "no replications": (3, "replications: 0"),
    "a million replications": (3, "replications: 1000000"),
    "an unknown key": (3, "sede: 1"),
    "a key twice": (3, "name: other"),
    "a key that is a list": (3, "[a]: 1"),
    "a key with a NUL": (3, '"a\\0": 1'),
    "a key that colours terminals": (3, '"\\e[31m": 1'),
    "a key of 9,000 letters": (3, "k" * 9000 + ": 1"),
    "an anchor": (3, "seed: &a 1"),
    "an alias": (3, "seed: *a"),
    "a merge key": (3, "<<: {seed: 1}"),
    "a tag that builds an object": (3, 'seed: !!python/object/apply:os.system ["touch owned"]'),
    "a tag of its own": (3, "seed: !seed 1"),
    "a date": (2, "duration: 2024-01-01"),
    "a tab for blanks": (3, "\tseed: 1"),
    "brackets that do not close": (3, "seed: [1"),
    "quotes that do not close": (3, 'seed: "1'),
    "a second document": (3, "---\nname: other"),
    "no value after a colon": (3, "seed 1"),
    "1,000 brackets": (3, "seed: " + "[" * 1000),
    "a stack that is a list": (4, "stack: []\nx:"),
    "no instances": (6, "    s: {instances: 0, concurrency: 1}"),
    "a negative concurrency": (6, "    s: {instances: 1, concurrency: -1}"),
    "a billion instances": (6, "    s: {instances: 1000000000000, concurrency: 1}"),
    "one and a half instances": (6, "    s: {instances: 1.5, concurrency: 1}"),
    "instances that are no number": (6, "    s: {instances: .nan, concurrency: 1}"),
    "an unknown key of a station": (6, "    s: {instances: 1, concurency: 1}"),
    "a station called by a path": (6, "    ../s: {instances: 1, concurrency: 1}"),
    "a station with markup": (6, '    "[red]s[/]": {instances: 1, concurrency: 1}'),
    "a station of 10,000 letters": (6, "    " + "s" * 9000 + ": {instances: 1, concurrency: 1}"),
    "a step at no station": (8, "    f: {arrivals: exponential(10 ms), steps: [{at: z, service: 1 ms}]}"),
    "a law that nobody knows": (8, "    f: {arrivals: exponental(10 ms), steps: [{at: s, service: 1 ms}]}"),
    "a law without its argument": (8, "    f: {arrivals: exponential(), steps: [{at: s, service: 1 ms}]}"),
    "a law of a negative mean": (8, "    f: {arrivals: exponential(-1 ms), steps: [{at: s, service: 1 ms}]}"),
    "a law of mean 0": (8, "    f: {arrivals: exponential(0 ms), steps: [{at: s, service: 1 ms}]}"),
    "a law of mean NaN": (8, "    f: {arrivals: exponential(nan ms), steps: [{at: s, service: 1 ms}]}"),
    "a law without a bracket": (8, "    f: {arrivals: 'exponential(1 ms', steps: [{at: s, service: 1 ms}]}"),
    "bounds the wrong way round": (8, "    f: {arrivals: 'uniform(5 ms, 1 ms)', steps: [{at: s, service: 1 ms}]}"),
    "an Erlang of a million phases": (8, "    f: {arrivals: 'erlang(1000000, 1 ms)', steps: [{at: s, service: 1 ms}]}"),
    "a lognormal of two huge spreads": (
        8,
        "    f: {arrivals: 'lognormal(median=1 ns, p95=36500 day)', steps: [{at: s, service: 1 ms}]}",
    ),
    "code for a law": (
        8,
        "    f: {arrivals: \"__import__('os').system('touch owned')\", steps: [{at: s, service: 1 ms}]}",
    ),
    "arrivals every nanosecond": (8, "    f: {arrivals: exponential(1 ns), steps: [{at: s, service: 1 ms}]}"),
    "a flow without steps": (8, "    f: {arrivals: exponential(10 ms), steps: []}"),
    "steps 12 deep": (
        8,
        "    f: {arrivals: exponential(10 ms), steps: "
        + "[{repeat: 2, steps: " * 12
        + "[{at: s, service: 1 ms}]"
        + "}]" * 12
        + "}",
    ),
    "a flow that starts itself": (8, "    f: {arrivals: exponential(10 ms), steps: [{start: f}]}"),
    "a step of two kinds": (8, "    f: {arrivals: exponential(10 ms), steps: [{at: s, delay: 1 ms}]}"),
    "a step of no kind": (8, "    f: {arrivals: exponential(10 ms), steps: [{wait: 1 ms}]}"),
    "an empirical law of no file": (8, "    f: {arrivals: empirical(), steps: [{at: s, service: 1 ms}]}"),
    "an empirical law of a folder": (8, "    f: {arrivals: empirical(/), steps: [{at: s, service: 1 ms}]}"),
    "an empirical law of an endless device": (
        8,
        "    f: {arrivals: empirical(/dev/zero), steps: [{at: s, service: 1 ms}]}",
    ),
    "an empirical law of a name too long": (
        8,
        "    f: {arrivals: empirical(" + "a" * 400 + "), steps: [{at: s, service: 1 ms}]}",
    ),
    "a target of no metric": (10, '  f.latenzy: ["p99 < 1 s"]'),
    "a target of no statistic": (10, '  f.latency: ["p98 < 1 s"]'),
    "a target of the wrong unit": (10, '  f.latency: ["p99 < 1 km"]'),
    "a target without a unit": (10, '  f.latency: ["p99 < 1"]'),
    "a target that is no number": (10, '  f.latency: ["p99 < .nan"]'),
    "a target of another sign": (10, '  f.latency: ["p99 ~ 1 s"]'),
    "a target of 10,000 letters": (10, '  f.latency: ["p99 < ' + "9" * 9000 + ' s"]'),
    "a target with markup": (10, '  f.latency: ["[red]p99[/] < 1 s"]'),
    "no condition": (10, "  f.latency: []"),
}
"""Another line instead of one of the queue's, which are counted from 1."""
CITY_LINES = {
    "a rate without time": (7, "  orders: {rate: 6}"),
    "a negative rate": (7, "  orders: {rate: -6/min}"),
    "no orders": (7, "  orders: {rate: 0/min}"),
    "orders beyond reach": (7, "  orders: {rate: 1e12/s}"),
    "shares of 150 %": (7, "  orders: {rate: 6/min, share: {centre: 150 %}}"),
    "a share of no geo": (7, "  orders: {rate: 6/min, share: {center: 100 %}}"),
    "a share that is bare": (7, "  orders: {rate: 6/min, share: {centre: 1}}"),
    "a level back in time": (7, "  orders: {rate: 6/min, curve: [{at: 5 min, level: 50 %}, {at: 1 min, level: 50 %}]}"),
    "orders and a trace": (7, "  orders: {rate: 6/min}\n  trace: day"),
    "an area in metres": (5, "    centre: {kind: dense, area: 9 m2, restaurants: 12, drivers: 30}"),
    "an area of nothing": (5, "    centre: {kind: dense, area: 0 km2, restaurants: 12, drivers: 30}"),
    "a kind that nobody knows": (5, "    centre: {kind: crowded, area: 9 km2, restaurants: 12, drivers: 30}"),
    "a billion restaurants": (5, "    centre: {kind: dense, area: 9 km2, restaurants: 1000000000, drivers: 30}"),
    "a billion drivers": (5, "    centre: {kind: dense, area: 9 km2, restaurants: 12, drivers: 1000000000}"),
    "a geo called by a path": (5, "    ../centre: {kind: dense, area: 9 km2, restaurants: 12, drivers: 30}"),
    "a geo written from right to left": (
        5,
        '    "\\u202ecentre": {kind: dense, area: 9 km2, restaurants: 12, drivers: 30}',
    ),
    "a map that nobody knows": (5, "    centre: {kind: dense, map: reykjavk, restaurants: 12, drivers: 30}"),
    "a map that is no Parquet": (5, "    centre: {kind: dense, map: ./bad.yaml, restaurants: 12, drivers: 30}"),
    "cells that are none": (5, "    centre: {kind: dense, map: reykjavik, cells: [zz], restaurants: 12, drivers: 30}"),
    "no geo": (4, "  geos: {}\n  x:"),
    "a policy of the user's own": (7, '  orders: {rate: 6/min}\nassignment: {policy: "os:system"}'),
    "a policy that nobody knows": (7, "  orders: {rate: 6/min}\nassignment: {policy: nearst}"),
    "a stack that nobody knows": (8, "stack: {extends: desing}"),
    "a stack elsewhere": (8, "stack: {extends: ../../../../etc/passwd}"),
    "a stack of no YAML": (8, "stack: {extends: day.yaml}"),
    "a stack of 5,000 letters": (8, "stack: {extends: " + "a" * 5000 + ".yaml}"),
    "an extension that is a list": (8, "stack: {extends: [design]}"),
    "two shares over 100 %": (3, "city:\n  drivers: {accept: 90 %, no_answer: 20 %}"),
    "a probability of 101 %": (3, "city:\n  drivers: {accept: 101 %}"),
    "a time of the day past midnight": (3, "city:\n  starts: '25:00'"),
    "a fix every 0 s": (3, "city:\n  drivers: {fix_every: 0 s}"),
}
"""The same of the city."""
FILES: dict[str, Given] = {
    "an empty file": ({"bad.yaml": ""}, VALIDATE),
    "only a comment": ({"bad.yaml": "# nothing\n"}, VALIDATE),
    "a list": ({"bad.yaml": "- a\n"}, VALIDATE),
    "a word": ({"bad.yaml": "word\n"}, VALIDATE),
    "a folder": ({"bad.yaml": None}, VALIDATE),
    "no file": ({}, VALIDATE),
    "not UTF-8": ({"bad.yaml": QUEUE.encode().replace(b"seed: 1", b"seed: \xff1")}, VALIDATE),
    "UTF-16": ({"bad.yaml": QUEUE.encode("utf-16")}, VALIDATE),
    "a NUL byte": ({"bad.yaml": QUEUE.encode().replace(b"seed: 1", b"seed: 1\0")}, VALIDATE),
    "an escape byte": ({"bad.yaml": QUEUE.encode().replace(b"seed: 1", b"seed: \x1b[31m1")}, VALIDATE),
    "a JPEG": ({"bad.yaml": b"\xff\xd8\xff\xe0\0\x10JFIF"}, VALIDATE),
    "a pickle": ({"bad.yaml": pickle.dumps({"name": "tiny"}, protocol=4)}, VALIDATE),
    "larger than a megabyte": ({"bad.yaml": "#" * 1_000_001}, VALIDATE),
    "a sparse gigabyte": ({"bad.yaml": gigabyte()}, VALIDATE),
    "one line of 20,000 characters": ({"bad.yaml": "name: " + "a" * 20_000}, VALIDATE),
    "20,001 values": ({"bad.yaml": "a: [\n" + "1,\n" * 20_001 + "]\n"}, VALIDATE),
    "a bomb of aliases": (
        {
            "bad.yaml": "a: &a [x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9))
        },
        VALIDATE,
    ),
    "a bomb of merges": (
        {
            "bad.yaml": "a: &a {k: v}\n"
            + "".join(
                f"{chr(98 + i)}: &{chr(98 + i)} {{<<: [{','.join(['*' + chr(97 + i)] * 9)}]}}\n" for i in range(9)
            )
        },
        VALIDATE,
    ),
    "a YAML of another version": ({"bad.yaml": "%YAML 9.9\n---\nname: x\n"}, VALIDATE),
    "a link to itself": ({"bad.yaml -> bad.yaml": ""}, VALIDATE),
    "an extension that is a link to itself": (
        {"bad.yaml": QUEUE.replace("seed: 1", "extends: loop.yaml"), "loop.yaml -> loop.yaml": ""},
        VALIDATE,
    ),
    "an extension of itself": ({"bad.yaml": QUEUE.replace("seed: 1", "extends: bad.yaml")}, VALIDATE),
    "a circle of extensions": (
        {"bad.yaml": QUEUE.replace("seed: 1", "extends: b.yaml"), "b.yaml": "extends: bad.yaml\n"},
        VALIDATE,
    ),
    "an extended file that is wrong": (
        {"bad.yaml": QUEUE.replace("seed: 1", "extends: b.yaml"), "b.yaml": "replications: 2\nwarmup: 5\n"},
        VALIDATE,
    ),
    "an extended folder": ({"bad.yaml": QUEUE.replace("seed: 1", "extends: b.yaml"), "b.yaml": None}, VALIDATE),
    "an extended file of a gigabyte": (
        {"bad.yaml": QUEUE.replace("seed: 1", "extends: b.yaml"), "b.yaml": gigabyte()},
        VALIDATE,
    ),
    "a chain of 25 files": (
        {
            "bad.yaml": QUEUE.replace("seed: 1", "extends: f0.yaml"),
            **{f"f{i}.yaml": f"extends: f{i + 1}.yaml\n" for i in range(25)},
            "f25.yaml": "seed: 1\n",
        },
        VALIDATE,
    ),
    "700 steps at stations that are not there, among 1,000": (
        {
            "bad.yaml": "name: x\nduration: 1 s\nstack:\n  stations:\n"
            + "".join(f"    station-number-{i}: {{instances: 1, concurrency: 1}}\n" for i in range(1000))
            + "  flows:\n"
            + "".join(f"    f{i}: [{{at: station-nummer-{i}x, service: 1 ms}}]\n" for i in range(700))
        },
        VALIDATE,
    ),
    "1,500 unknown metrics, among thousands": (
        {
            "bad.yaml": "name: x\nduration: 1 s\nstack:\n  stations: {s: {instances: 1, concurrency: 1}}\n  flows:\n"
            + "".join(
                f"    f{i}: {{arrivals: exponential(1 s), steps: [{{at: s, service: 1 ms}}]}}\n" for i in range(900)
            )
            + "targets:\n"
            + "".join(f'  f{i}.latenzy: ["p99 < 1 s"]\n' for i in range(1500))
        },
        VALIDATE,
    ),
    "9,900 unknown keys": ({"bad.yaml": "".join(f"key{i}: 1\n" for i in range(9900))}, VALIDATE),
}
"""Files as a whole, and files that they extend."""
TIMES: dict[str, Given] = {
    "measured times: none": (times("# unit: ms\n"), VALIDATE),
    "measured times: NaN": (times("# unit: ms\n1\nnan\n"), VALIDATE),
    "measured times: infinite": (times("# unit: ms\n1\ninf\n"), VALIDATE),
    "measured times: negative": (times("# unit: ms\n1\n-2\n"), VALIDATE),
    "measured times: words": (times("# unit: ms\n1\nlong\n"), VALIDATE),
    "measured times: an unknown unit": (times("# unit: m\n1\n"), VALIDATE),
    "measured times: no unit": (times("1\n"), VALIDATE),
    "measured times: an underscore": (times("# unit: ms\n1_0\n"), VALIDATE),
    "measured times: not UTF-8": (times(b"# unit: ms\n\xff\n"), VALIDATE),
    "measured times: NUL": (times(b"# unit: ms\n1\0\n"), VALIDATE),
    "measured times: a line of a million letters": (times("# unit: ms\n" + "1" * 1_000_000 + "\n"), VALIDATE),
    "measured times: a gigabyte": (times(gigabyte()), VALIDATE),
    "measured times: a folder": (times(None), VALIDATE),
    "measured times: a pickle": (times(b"\x80\x04\x95\x1d\0\0\0\0"), VALIDATE),
}
"""Measured times."""
DAYS: dict[str, Given] = {
    "a trace that is not there": ({"bad.yaml": DAY}, VALIDATE),
    "a trace that is a file": ({"bad.yaml": DAY, "day": "x"}, VALIDATE),
    "a trace of 5,000 letters": ({"bad.yaml": DAY.replace("trace: day", f"trace: {'a' * 5000}")}, VALIDATE),
    "a trace that is a link to itself": ({"bad.yaml": DAY, "day -> day": ""}, VALIDATE),
    "a day: NaN for a place": (rappi(ORDERS.replace("2,4.66", "2,nan")), DESCRIBE),
    "a day: beyond the pole": (rappi(ORDERS.replace("2,4.66", "2,91")), DESCRIBE),
    "a day: a place in words": (rappi(ORDERS.replace("2,4.66", "2,here")), DESCRIBE),
    "a day: an underscore in a number": (rappi(ORDERS.replace("2,4.66", "2,4_0")), DESCRIBE),
    "a day: a negative time": (rappi(ORDERS.replace("12:05:00", "-1:05:00")), DESCRIBE),
    "a day: 25 o'clock": (rappi(ORDERS.replace("12:05:00", "25:05:00")), DESCRIBE),
    "a day: a time in seconds": (rappi(ORDERS.replace("12:05:00", "43500")), DESCRIBE),
    "a day: ready before it was ordered": (rappi(ORDERS.replace("12:25:00", "11:25:00")), DESCRIBE),
    "a day: an order twice": (rappi(ORDERS.replace("\n2,", "\n1,")), DESCRIBE),
    "a day: an order without a number": (rappi(ORDERS.replace("\n2,", "\n,")), DESCRIBE),
    "a day: a column is missing": (rappi(ORDERS.replace("ready_time,", "")), DESCRIBE),
    "a day: a cell is missing": (rappi(ORDERS.replace(",12:45:00", "")), DESCRIBE),
    "a day: no rows": (rappi(ORDERS.split("\n")[0] + "\n"), DESCRIBE),
    "a day: an empty file": (rappi(""), DESCRIBE),
    "a day: not UTF-8": ({**rappi(), "day/orders.csv": ORDERS.encode() + b"\xff"}, DESCRIBE),
    "a day: NUL": (rappi(ORDERS.replace("\n2,", "\n\0,")), DESCRIBE),
    "a day: a cell of 200,000 letters": (rappi(ORDERS.replace("\n2,", "\n" + "x" * 200_000 + ",")), DESCRIBE),
    "a day: a gigabyte": ({**rappi(), "day/orders.csv": gigabyte()}, DESCRIBE),
    "a day: a name that colours terminals": (rappi(couriers=COURIERS.replace("motorcycle", "\x1b[31mred")), DESCRIBE),
    "a day: a name written from right to left": (rappi(couriers=COURIERS.replace("motorcycle", "\u202ered")), DESCRIBE),
    "a day: a vehicle of 10,000 letters": (rappi(couriers=COURIERS.replace("motorcycle", "m" * 10_000)), DESCRIBE),
    "a day: off before on": (rappi(couriers=COURIERS.replace("15:00:00", "10:00:00")), DESCRIBE),
    "a day: a courier twice": (rappi(couriers=COURIERS.replace("\n2,", "\n1,")), DESCRIBE),
    "a day: a quote that does not close": (rappi(ORDERS.replace("\n2,", '\n"2,')), DESCRIBE),
    "a day: a folder for a file": ({"day/orders.csv": None, "day/couriers.csv": COURIERS}, DESCRIBE),
    "a day: no files": ({"day": None}, DESCRIBE),
    "a day: no folder": ({}, DESCRIBE),
    "a day: wrong in a scenario that is looked at": (
        rappi(ORDERS.replace("2,4.66", "2,nan")),
        ["validate", "--quiet", "bad.yaml"],
    ),
    "a day: wrong in a scenario": (rappi(ORDERS.replace("2,4.66", "2,nan")), ["run", "bad.yaml"]),
    "an instance: NaN": (library(orders=LIBRARY["orders.txt"].replace("11\t21", "nan\t21")), DESCRIBE),
    "an instance: half a minute": (library(orders=LIBRARY["orders.txt"].replace("\t31\t", "\t31.5\t")), DESCRIBE),
    "an instance: a negative time": (library(orders=LIBRARY["orders.txt"].replace("\t31\t", "\t-31\t")), DESCRIBE),
    "an instance: years": (library(orders=LIBRARY["orders.txt"].replace("\t31\t", "\t1e18\t")), DESCRIBE),
    "an instance: an unknown restaurant": (library(orders=LIBRARY["orders.txt"].replace("r1\t41", "r9\t41")), DESCRIBE),
    "an instance: ready before it was ordered": (
        library(orders=LIBRARY["orders.txt"].replace("r1\t41", "r1\t1")),
        DESCRIBE,
    ),
    "an instance: a restaurant twice": (library(restaurants=LIBRARY["restaurants.txt"] + "r1\t5\t5\n"), DESCRIBE),
    "an instance: off before on": (library(couriers=LIBRARY["couriers.txt"].replace("0\t500", "100\t50")), DESCRIBE),
    "an instance: no speed": (library(instance_parameters="meters_per_minute\n\n"), DESCRIBE),
    "an instance: a speed of nothing": (library(instance_parameters="meters_per_minute\n0\n"), DESCRIBE),
    "an instance: an infinite speed": (library(instance_parameters="meters_per_minute\ninf\n"), DESCRIBE),
    "an instance: beyond the world": (library(restaurants="restaurant\tx\ty\nr1\t5e7\t5\n"), DESCRIBE),
    "an instance: commas for tabs": (library(orders=LIBRARY["orders.txt"].replace("\t", ",")), DESCRIBE),
}
"""Recorded days, of both kinds."""
MAPS: dict[str, Given] = {
    "a map that is not there": (on_map("./none.parquet"), ["validate", "--quiet", "bad.yaml"]),
    "a map of 5,000 letters": (on_map("m" * 5000 + ".parquet"), ["validate", "--quiet", "bad.yaml"]),
    "a map that is a link to itself": (
        {**on_map("./m.parquet"), "m.parquet -> m.parquet": ""},
        ["validate", "--quiet", "bad.yaml"],
    ),
    "a map's source: a link to itself": ({"m.osm -> m.osm": ""}, ["map", "build", "--osm", "m.osm"]),
    "a map's source: an endless device": ({}, ["map", "build", "--pbf", "/dev/zero"]),
    "a map's source: 100,000 elements deep": (
        {"m.graphml": "<graphml>" + "<a>" * 100_000},
        ["map", "build", "--graphml", "m.graphml"],
    ),
    "a map's source: a gigabyte": ({"m.graphml": gigabyte(b"<graphml>")}, ["map", "build", "--graphml", "m.graphml"]),
    "a map's name: a path": ({}, ["map", "build", "--grid", "dense", "--area", "5", "--name", "../up"]),
    "a map's name: a device": ({}, ["map", "build", "--grid", "dense", "--area", "5", "--name", "NUL.x"]),
    "a map's name: from right to left": ({}, ["map", "build", "--grid", "dense", "--area", "5", "--name", "\u202ered"]),
    "a map's area: NaN": ({}, ["map", "build", "--grid", "dense", "--area", "nan"]),
    "a map's area: all the world": ({}, ["map", "build", "--grid", "dense", "--area", "1e12"]),
    "a map's kind: unknown": ({}, ["map", "build", "--grid", "[/red]", "--area", "5"]),
    "a map's box: NaN": ({}, ["map", "build", "--grid", "dense", "--area", "5", "--bbox", "nan,0,1,1"]),
    "a map: not there": ({}, ["map", "show", "none.parquet"]),
    "a map: unknown": ({}, ["map", "show", "[/red]"]),
    "a map: a name of 5,000 letters": ({}, ["map", "show", "a" * 5000]),
    "a map: no Parquet": ({"m.parquet": "PAR1"}, ["map", "show", "m.parquet"]),
    "a map: a pickle": ({"m.parquet": b"\x80\x04\x95\x1d\0\0\0\0"}, ["map", "show", "m.parquet"]),
    "a map: Parquet of something else": ({"m.parquet": plain_parquet}, ["map", "show", "m.parquet"]),
    "a map: millions of arcs in a few bytes": ({"m.parquet": packed_parquet}, ["map", "show", "m.parquet"]),
    "a map: metadata of 100,000 brackets": ({"m.parquet": deep_parquet}, ["map", "show", "m.parquet"]),
}
"""Maps, and what they are built from."""
LINES: dict[str, Given] = {
    "--set: no value": (GOOD, setting("seed")),
    "--set: no path": (GOOD, setting("=1")),
    "--set: an unknown key": (GOOD, setting("sede=1")),
    "--set: a path of dots": (GOOD, setting("stack..s=1")),
    "--set: a path of 1,000 parts": (GOOD, setting(".".join("a" * 1000) + "=1")),
    "--set: an alias": (GOOD, setting("seed=*a")),
    "--set: a tag": (GOOD, setting("seed=!!python/name:os.system")),
    "--set: 1,000 brackets": (GOOD, setting("seed=" + "[" * 1000)),
    "--set: into a value": (GOOD, setting("seed.x=1")),
    "--set: a path that colours terminals": (GOOD, setting("\x1b[31mseed=1")),
    "--set: a value that colours terminals": (GOOD, setting("seed=\x1b[31m1")),
    "--set: a value that is no UTF-8": (GOOD, setting("name=\udcff")),
    "--seed: below 0": (GOOD, ["run", "good.yaml", "--seed", "-1"]),
    "--seed: markup": (GOOD, ["run", "good.yaml", "--seed", "[/red]"]),
    "--replications: 0": (GOOD, ["run", "good.yaml", "--replications", "0"]),
    "--workers: 0": (GOOD, ["run", "good.yaml", "--workers", "0"]),
    "--engine: unknown": (GOOD, ["run", "good.yaml", "--engine", "[/red]"]),
    "--out: a file": ({**GOOD, "taken": "x"}, ["run", "good.yaml", "--out", "taken"]),
    "--out: a name of 5,000 letters": (GOOD, ["run", "good.yaml", "--out", "o" * 5000]),
    "--policy: no module": ({"good.yaml": QUEUE}, ["run", "good.yaml", "--policy", "nowhere:Mine"]),
    "a file that is called by an escape": ({"\x1b[31mbad.yaml": "a"}, ["validate", "\x1b[31mbad.yaml"]),
    "a file of 5,000 letters": ({}, ["validate", "a" * 5000]),
    "a file called in no UTF-8": ({"\udcff.yaml": "a"}, ["validate", "\udcff.yaml"]),
}
"""The command line itself."""
FOLDERS: dict[str, Given] = {
    "a run folder: without a scenario": ({"run/manifest.json": "{}"}, ["compare", "run", "run"]),
    "a run folder: a scenario of a pickle": (
        {"run/scenario.yaml": b"\x80\x04\x95\x1d\0\0\0\0"},
        ["compare", "run", "run"],
    ),
    "a run folder: a scenario of a gigabyte": ({"run/scenario.yaml": gigabyte()}, ["compare", "run", "run"]),
    "a run folder: a scenario that is a folder": ({"run/scenario.yaml": None}, ["compare", "run", "run"]),
    "a run folder: a scenario that imports": (
        {"run/scenario.yaml": CITY + 'assignment: {policy: "os:system sha256:00"}\n'},
        ["compare", "run", "run"],
    ),
    "a run folder: a name of 5,000 letters": ({}, ["compare", "a" * 5000, "b"]),
    "a run folder: a scenario that is a link to itself": (
        {"run/scenario.yaml -> scenario.yaml": ""},
        ["compare", "run", "run"],
    ),
    "a calibration: a stack of a bomb": (
        {
            "bad.yaml": QUEUE.replace("stack:", "stack:\n  extends: cal/stack.yaml"),
            "cal/stack.yaml": "a: &a [x]\nb: *a\n",
        },
        VALIDATE,
    ),
    "a calibration: samples that are not there": (
        {
            "bad.yaml": "name: x\nduration: 1 s\nstack: {extends: cal/stack.yaml}\n",
            "cal/stack.yaml": "extends: design\neffects:\n  read: [{delay: empirical(read.txt)}]\n",
        },
        VALIDATE,
    ),
    "a calibration: a row that nobody names": (
        {
            "bad.yaml": "name: x\nduration: 1 s\nstack: {extends: cal/stack.yaml}\n",
            "cal/stack.yaml": "extends: design\nbudgets:\n  nowhere: {row: 1 ms}\n",
        },
        VALIDATE,
    ),
}
"""Folders that a run or a calibration has left, as somebody else may hand them on."""


def _maps_sources() -> dict[str, Given]:
    """Those of the tests of maps that cost little, through the command line."""
    from test_streets_hostile import CASES

    costly = ("a huge block", "a damaged file", "garbage", "a file cut short", "pbf as XML", "pbf as a graph")
    return {
        f"a map's source: {name}": ({f"m.{form}": content}, ["map", "build", f"--{form}", f"m.{form}"])
        for name, (form, content, _) in CASES.items()
        if name not in costly
    }


def cases() -> dict[str, Case]:
    """All of them by name."""
    changed: dict[str, Given] = {}
    for text, lines in ((QUEUE, QUEUE_LINES), (CITY, CITY_LINES)):
        changed |= {name: ({"bad.yaml": with_lines(text, {at: line})}, VALIDATE) for name, (at, line) in lines.items()}
    every = [changed, FILES, TIMES, DAYS, _maps_sources(), MAPS, LINES, FOLDERS]
    return {name: Case(*given) for part in every for name, given in part.items()}

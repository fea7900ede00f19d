"""Good inputs, each small, of which hostile ones differ in a line or two."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

QUEUE = """\
name: tiny
duration: 10 s
seed: 1
stack:
  stations:
    s: {instances: 1, concurrency: 1}
  flows:
    f: {arrivals: exponential(10 ms), steps: [{at: s, service: 1 ms}]}
targets:
  f.latency: ["p99 < 1 s"]
"""
CITY = """\
name: town
duration: 10 min
city:
  geos:
    centre: {kind: dense, area: 9 km2, restaurants: 12, drivers: 30}
demand:
  orders: {rate: 6/min}
stack: {extends: design}
"""
DAY = """\
name: day
duration: 10 min
city:
  geos:
    centre: {kind: dense}
demand:
  trace: day
stack: {extends: design}
"""
ORDERS = """\
order_id,pick_up_lat,pick_up_lng,drop_off_lat,drop_off_lng,placement_time,preparation_time,ready_time,expected_drop_off_time
1,4.65,-74.05,4.66,-74.06,12:00:00,12:10:00,12:20:00,12:40:00
2,4.66,-74.06,4.67,-74.07,12:05:00,12:15:00,12:25:00,12:45:00
"""
COURIERS = """\
courier_id,vehicle,on_lat,on_lng,on_time,off_time
1,bicycle,4.65,-74.05,11:00:00,14:00:00
2,motorcycle,4.66,-74.06,11:30:00,15:00:00
"""
LIBRARY = {
    "orders.txt": "order\tx\ty\tplacement_time\trestaurant\tready_time\n"
    "o1\t10\t20\t30\tr1\t40\no2\t11\t21\t31\tr1\t41\n",
    "couriers.txt": "courier\tx\ty\ton_time\toff_time\nc1\t0\t0\t0\t500\n",
    "restaurants.txt": "restaurant\tx\ty\nr1\t5\t5\n",
    "instance_parameters.txt": "meters_per_minute\tother\n320\t1\n",
}
"""An instance of the Meal Delivery Routing Problem library."""

Content = str | bytes | None | Callable[[Path], None]
"""Text, bytes, None for a folder, or what writes the file."""


def with_lines(text: str, changed: Mapping[int, str]) -> str:
    """The text with some lines, counted from 1, replaced."""
    lines = text.split("\n")
    for number, line in changed.items():
        lines[number - 1] = line
    return "\n".join(lines)


def lay(folder: Path, files: Mapping[str, Content]) -> None:
    """Write files and folders by name; a name `a -> b` is a link to b."""
    for name, content in files.items():
        path = folder / name.partition(" -> ")[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        if " -> " in name:
            path.symlink_to(folder / name.partition(" -> ")[2])
        elif content is None:
            path.mkdir(exist_ok=True)
        elif callable(content):
            content(path)
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())


def rappi(orders: str = ORDERS, couriers: str = COURIERS) -> dict[str, Content]:
    """A recorded day in folder `day`, with the scenario that names it."""
    return {"day/orders.csv": orders, "day/couriers.csv": couriers, "bad.yaml": DAY}


def library(**changed: str) -> dict[str, Content]:
    """An instance in folder `day`, some of its files replaced, with the scenario that names it."""
    files = {name: changed.get(name.partition(".")[0], text) for name, text in LIBRARY.items()}
    return {**{f"day/{name}": text for name, text in files.items()}, "bad.yaml": DAY}


def gigabyte(head: bytes = b"") -> Callable[[Path], None]:
    """A file of a gigabyte, which takes no room on the disk."""

    def write(path: Path) -> None:
        path.write_bytes(head)
        os.truncate(path, 10**9)

    return write


def plain_parquet(path: Path) -> None:
    """A table that is no map."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"a": [1, 2, 3]}), path)


def packed_parquet(path: Path) -> None:
    """A map of 2 million arcs that are all alike, in a few thousand bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    one = {"tail": pa.array([0], pa.int32()), "head": pa.array([1], pa.int32()), "length": pa.array([1.0])}
    one |= {"speed": pa.array([1.0]), "road": pa.array(["other"]), "geometry": pa.array([b""])}
    table = pa.table({name: pa.repeat(column[0], 2_000_000) for name, column in one.items()})
    pq.write_table(table.replace_schema_metadata({"swifteats_map": ABOUT}), path, compression="zstd")


def deep_parquet(path: Path) -> None:
    """A map whose metadata is nothing but brackets."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"a": [1]}).replace_schema_metadata({"swifteats_map": "[" * 100_000}), path)


ABOUT = '{"version": 1, "name": "packed", "provenance": {"attribution": ""}}'

"""Equal records have equal digests, on any machine; any change shows."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from results_records import (
    caches,
    fixes,
    flow,
    orders,
    pools,
    run,
    series,
    states,
    stations,
    streams,
    times,
    topics,
)

from swifteats_sim.results import Tables, digest
from swifteats_sim.results.tables import FLOW_NUMBERS

HERE = Path(__file__).parent


def day(**changes: Any) -> Tables:
    parts: dict[str, Any] = {
        "orders": orders({"placed": 1, "state": "delivered", "reason": "é"}, {"placed": 2, "state": "failed"}),
        "states": states((0, 1, "available"), (0, 2, "order_assigned")),
        "fixes": fixes({"driver": 0, "sent": 1, "known": -1, "x": 1.5, "y": -0.25}),
        "series": series(open_orders=[1, 2], **{"in_flight.gps": [0, 1]}),
        "flows": {"gps": flow([1.0], born=1), "tracking": flow([], born=0)},
        "stations": stations({"station": "gateway", "servers": 1, "visits": 1, "busy": 1, "wait": 0}),
        "pools": pools({"pool": "orders-db", "size": 3}),
        "caches": caches({"cache": "menus", "reads": 2, "hits": 1}),
        "topics": topics({"topic": "fixes", "messages": 2}),
        "streams": streams({"stream": "tracking", "sent": 2, "delivered": 1}),
        "delays": {"fixes": times(0.5, 0.25), "calls": times()},
        "counts": {"events": 7, "oversold": 0},
    }
    return run(**{**parts, **changes})


def test_the_digest_is_64_hex_digits_and_repeats() -> None:
    first = digest([day()], "{}")
    assert first == digest([day()], "{}")
    assert len(bytes.fromhex(first)) == 32


PRINT = "import test_results_digest as t; print(t.digest([t.day(), t.day()], '{}'))"


@pytest.mark.parametrize(("hash_seed", "zone", "locale"), [("0", "UTC", "C"), ("4242", "Asia/Kolkata", "C.UTF-8")])
def test_neither_hash_seed_nor_time_zone_nor_locale_has_a_say(hash_seed: str, zone: str, locale: str) -> None:
    path = os.pathsep.join([str(HERE), str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")])
    env = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone, "LC_ALL": locale, "PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", PRINT], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == digest([day(), day()], "{}")


def test_the_order_of_names_and_columns_does_not_matter() -> None:
    turned = replace(
        day(counts={"oversold": 0, "events": 7}, flows=dict(reversed(list(day().flows.items())))),
        orders=day().orders[day().orders.columns[::-1]],
    )
    assert digest([turned], "{}") == digest([day()], "{}")


def test_how_pandas_stores_a_column_does_not_matter() -> None:
    plain = day()
    stored = plain.orders.astype({"state": "category", "reason": "object", "lines": "int32"})
    big_endian = plain.orders["placed"].to_numpy().astype(">i8")
    stored["placed"] = pd.Series(big_endian.astype("int64"))
    assert digest([replace(plain, orders=stored)], "{}") == digest([plain], "{}")


def test_an_empty_table_has_one_digest_whatever_its_types() -> None:
    empty = run()
    typed = replace(empty, states=empty.states.astype({"driver": "int64", "at": "int64", "state": "object"}))
    assert digest([typed], "{}") == digest([empty], "{}")


def test_every_change_shows() -> None:
    plain = day()
    moved = plain.orders.assign(placed=plain.orders["placed"] + 1)
    changed = [
        ([plain], "{} "),
        ([plain, plain], "{}"),
        ([replace(plain, end=plain.end + 1)], "{}"),
        ([replace(plain, warmup=plain.warmup + 1)], "{}"),
        ([replace(plain, orders=moved)], "{}"),
        ([replace(plain, orders=plain.orders[::-1])], "{}"),
        ([replace(plain, orders=plain.orders.rename(columns={"lines": "rows"}))], "{}"),
        ([day(states=states((0, 1, "available"), (0, 2, "at_restaurant")))], "{}"),
        (
            [day(fixes=fixes({"driver": 0, "sent": 1, "known": -1, "x": np.nextafter(1.5, 2), "y": -0.25}))],
            "{}",
        ),
        ([day(flows={**plain.flows, "gps": flow([1.0], born=2)})], "{}"),
        ([day(flows={**plain.flows, "gps": flow([1.000000001], born=1)})], "{}"),
        ([day(flows={"gps": plain.flows["gps"]})], "{}"),
        ([day(counts={"events": 8, "oversold": 0})], "{}"),
    ]
    digests = [digest(tables, scenario) for tables, scenario in [([plain], "{}"), *changed]]
    assert len(set(digests)) == len(changed) + 1


PARTS = (("stations", "busy"), ("pools", "held"), ("caches", "hits"), ("topics", "waited"), ("streams", "sent"))


@pytest.mark.parametrize(("table", "column"), PARTS)
def test_every_part_of_the_stack_shows(table: str, column: str) -> None:
    frame = getattr(day(), table)
    grown = day(**{table: frame.assign(**{column: frame[column] + 1})})
    assert len({digest([each], "{}") for each in (day(), grown, day(**{table: frame[:0]}))}) == 3


@pytest.mark.parametrize("number", FLOW_NUMBERS)
def test_every_number_of_a_flow_shows(number: str) -> None:
    flows = day().flows
    grown = replace(flows["gps"], **{number: getattr(flows["gps"], number) + 1})
    assert digest([day(flows={**flows, "gps": grown})], "{}") != digest([day()], "{}")


def test_every_wait_and_every_delay_shows() -> None:
    flows = day().flows
    waited = {**flows, "gps": flow([1.0], born=1, wait=[0.5])}
    changed = [
        day(flows=waited),
        day(delays={"fixes": times(0.5, 0.25 + 1e-9), "calls": times()}),
        day(delays={"fixes": times(0.5), "calls": times(0.25)}),
        day(delays={"fixes": times(0.5, 0.25)}),
        day(geos=("center",)),
        day(geos=()),
    ]
    assert len({digest([each], "{}") for each in (day(), *changed)}) == len(changed) + 1


def test_the_order_in_which_jobs_end_does_not_matter() -> None:
    assert digest([day(delays={"fixes": times(0.25, 0.5), "calls": times()})], "{}") == digest([day()], "{}")


def test_a_presence_of_more_nanoseconds_than_an_int64_holds_has_a_digest() -> None:
    crowded = replace(day().flows["gps"], presence=36 * 10**18)
    assert digest([day(flows={"gps": crowded})], "{}") != digest([day(flows={"gps": day().flows["gps"]})], "{}")


def test_text_cannot_flow_from_one_row_into_the_next() -> None:
    one, other = (day(states=states((0, 1, a), (0, 2, b))) for a, b in (("ab", "c"), ("a", "bc")))
    assert digest([one], "{}") != digest([other], "{}")


def test_a_missing_text_is_refused() -> None:
    holed = day().states.assign(state=pd.Series(["available", None], dtype=object))
    with pytest.raises(TypeError, match="holds numbers or text, not None"):
        digest([replace(day(), states=holed)], "{}")

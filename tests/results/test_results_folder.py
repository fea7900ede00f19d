"""A run folder is whole or not there at all."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from results_records import (
    bare_run,
    caches,
    fixes,
    flow,
    kitchens,
    legs,
    offers,
    orders,
    pools,
    run,
    series,
    shifts,
    states,
    stations,
    streams,
    times,
    topics,
)

from swifteats_sim.results import Tables, folder, write_run
from swifteats_sim.results.tables import FLOW_NUMBERS

SUMMARY = {"digest": "0123456789abcdef", "metrics": {}}
MANIFEST = {"scenario": "peak", "note": "Zürich"}


def day(**changes: Any) -> Tables:
    parts: dict[str, Any] = {
        "orders": orders({"placed": 1.5, "state": "delivered", "delivered": 90}, {"placed": 0, "state": "failed"}),
        "offers": offers({"committed": 2, "travel": 30, "slack": -1e-9, "released": 90}),
        "stations": stations(
            {"station": "gateway", "servers": 2, "visits": 3, "busy": 1.25, "wait": 0.5, "max_wait": 0.5}
        ),
        "kitchens": kitchens({"cooks": 1, "busy": 12}),
        "shifts": shifts((0, -1)),
        "states": states((0, 0, "available")),
        "legs": legs({"driver": 0, "start": 2, "end": 32, "x0": 0.0, "y0": 0.0, "x1": 100.0, "y1": 50.0}),
        "fixes": fixes({"driver": 0, "sent": 5, "known": -1, "x": 10.0, "y": 5.0}),
        "series": series(open_orders=[1, 2, 0], **{"in_flight.gps": [0, 1, 0]}),
    }
    return run(**{**parts, **changes})


def write(root: Path, *tables: Tables, **changes: Any) -> Path:
    return write_run(
        root, "peak", {**SUMMARY, **changes}, MANIFEST, tables or (day(),), {"scenario.yaml": "name: peak\n"}
    )


def names(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir())


def test_the_folder_holds_every_table_and_its_documents(tmp_path: Path) -> None:
    path = write(tmp_path / "outputs")
    assert path == tmp_path / "outputs" / "peak-01234567"
    assert names(tmp_path / "outputs") == ["peak-01234567"]
    assert names(path) == [
        "assignments.parquet", "fixes.parquet", "kitchens.parquet", "legs.parquet", "manifest.json",
        "orders.parquet", "scenario.yaml", "series.parquet", "shifts.parquet",
        "states.parquet", "stations.parquet", "summary.json", "why_late.parquet",
    ]  # fmt: skip
    assert json.loads((path / "summary.json").read_text(encoding="utf-8")) == SUMMARY
    assert json.loads((path / "manifest.json").read_text(encoding="utf-8")) == MANIFEST
    assert (path / "scenario.yaml").read_text(encoding="utf-8") == "name: peak\n"


def test_times_are_seconds_and_never_is_nan(tmp_path: Path) -> None:
    path = write(tmp_path)
    placed = pd.read_parquet(path / "orders.parquet", columns=["placed", "delivered", "lines"])
    expected = pd.DataFrame({"placed": [1.5, 0.0], "delivered": [90.0, float("nan")], "lines": [1, 1]})
    pd.testing.assert_frame_equal(placed, expected)
    offer = pd.read_parquet(path / "assignments.parquet").iloc[0]
    assert (offer["committed"], offer["travel"], offer["slack"], offer["released"]) == (
        2.0,
        30.0,
        -1e-9,
        90.0,
    )
    assert pd.isna(offer["answered"])
    station = pd.read_parquet(path / "stations.parquet").iloc[0]
    assert (station["busy"], station["wait"], station["max_wait"], station["visits"]) == (1.25, 0.5, 0.5, 3)
    assert pd.read_parquet(path / "kitchens.parquet")["busy"].tolist() == [12.0]
    assert pd.isna(pd.read_parquet(path / "shifts.parquet")["off"]).all()
    assert pd.read_parquet(path / "series.parquet")["at"].tolist() == [60.0, 120.0, 180.0]


def software(**changes: Any) -> Tables:
    """A stack without a city, with one of everything."""
    parts: dict[str, Any] = {
        "stations": stations({"station": "gateway", "servers": 1, "visits": 1, "busy": 1, "wait": 0}),
        "pools": pools({"pool": "orders-db", "size": 3, "takes": 2, "held": 1.5, "wait": 0.5, "max_wait": 0.25}),
        "caches": caches({"cache": "menus", "reads": 4, "hits": 3}),
        "topics": topics({"topic": "fixes", "messages": 2, "bytes": 686, "waited": 2.5}),
        "streams": streams({"stream": "tracking", "sent": 4, "delivered": 1}),
        "flows": {"menu": flow([1.0, 2.0], born=3, rejected=1, presence=3.5), "gps": flow([], born=0)},
        "delays": {"fixes": times(0.5)},
        "series": series(**{"in_flight.menu": [0, 1, 0]}),
    }
    return bare_run(**{**parts, **changes})


def test_without_a_city_its_tables_have_no_files(tmp_path: Path) -> None:
    assert names(write(tmp_path, software())) == [
        "caches.parquet", "distributions.parquet", "flows.parquet", "manifest.json", "pools.parquet", "scenario.yaml",
        "series.parquet", "stations.parquet", "streams.parquet", "summary.json", "topics.parquet",
    ]  # fmt: skip


def test_the_parts_of_the_stack_are_written_with_times_in_seconds(tmp_path: Path) -> None:
    path = write(tmp_path, software(), software(pools=pools()))
    pool = pd.read_parquet(path / "pools.parquet")
    assert pool[["replication", "pool", "takes", "held", "wait", "max_wait"]].to_numpy().tolist() == [
        [0, "orders-db", 2, 1.5, 0.5, 0.25]
    ]
    cache = pd.read_parquet(path / "caches.parquet")
    assert cache[["cache", "reads", "hits"]].to_numpy().tolist() == [["menus", 4, 3]] * 2
    topic = pd.read_parquet(path / "topics.parquet").iloc[0]
    assert (topic["messages"], topic["bytes"], topic["waited"]) == (2, 686, 2.5)
    assert pd.read_parquet(path / "streams.parquet")["delivered"].tolist() == [1, 1]


def test_a_flow_is_a_row_of_what_became_of_its_jobs(tmp_path: Path) -> None:
    whole = pd.read_parquet(write(tmp_path, software(), software()) / "flows.parquet")
    assert whole.columns.tolist() == ["replication", "flow", *FLOW_NUMBERS]
    assert whole[["replication", "flow", "born", "completed", "rejected", "presence"]].to_numpy().tolist() == [
        [0, "menu", 3, 2, 1, 3.5],
        [0, "gps", 0, 0, 0, 0.0],
        [1, "menu", 3, 2, 1, 3.5],
        [1, "gps", 0, 0, 0, 0.0],
    ]


def test_durations_are_written_as_buckets_with_their_counts(tmp_path: Path) -> None:
    """Of 2**29 ns and more, 2**19 ns wide: 1 s lies in the 884th from there, 2 s in the same of twice the width."""
    menu = flow([1.0, 2.0, 1.0 + 1e-9], born=3, wait=[0.0, 2e-6])
    whole = pd.read_parquet(write(tmp_path, software(flows={"menu": menu}), software()) / "distributions.parquet")
    lowest = 2**29 + 883 * 2**19
    assert whole[whole["replication"] == 0].to_numpy().tolist() == [
        [0, "menu.latency", lowest / 1e9, (lowest + 2**19 - 1) / 1e9, 2],
        [0, "menu.latency", 2 * lowest / 1e9, (2 * lowest + 2**20 - 1) / 1e9, 1],
        [0, "menu.wait", 0.0, 0.0, 1],
        [0, "menu.wait", 2e-6, 2e-6, 1],
        [0, "broker.fixes.delay", lowest / 2e9, (lowest + 2**19 - 2) / 2e9, 1],
    ]
    assert whole[whole["replication"] == 1]["metric"].unique().tolist() == ["menu.latency", "broker.fixes.delay"]


def test_replications_in_which_nothing_took_any_time_leave_the_counts_integers(tmp_path: Path) -> None:
    whole = pd.read_parquet(write(tmp_path, bare_run(), software()) / "distributions.parquet")
    assert whole["replication"].unique().tolist() == [1]
    assert whole["count"].dtype == "int64"


def test_replications_stand_one_after_the_other(tmp_path: Path) -> None:
    path = write(tmp_path, day(), run(), day(orders=orders({"placed": 7})))
    whole = pd.read_parquet(path / "orders.parquet")
    assert whole.columns[0] == "replication"
    assert whole[["replication", "order", "placed"]].to_numpy().tolist() == [
        [0, 0, 1.5],
        [0, 1, 0.0],
        [2, 0, 7.0],
    ]


def test_tables_are_compressed_with_zstd(tmp_path: Path) -> None:
    group = pq.ParquetFile(write(tmp_path) / "orders.parquet").metadata.row_group(0)
    assert {group.column(index).compression for index in range(group.num_columns)} == {"ZSTD"}


def test_a_run_in_which_nothing_happened_can_be_written(tmp_path: Path) -> None:
    assert len(pd.read_parquet(write(tmp_path, run()) / "orders.parquet")) == 0


def test_the_manifest_comes_last_and_the_folder_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(folder, "_put_in_place", lambda part, _: seen.append(names(part)))
    synced: list[str] = []
    monkeypatch.setattr(folder, "_sync", lambda path: synced.append(path.name))
    write(tmp_path)
    assert len(seen[0]) == 13
    assert sorted(synced[:12]) == [name for name in seen[0] if name != "manifest.json"]
    assert synced[12] == "manifest.json"


def test_a_folder_of_the_same_digest_is_replaced(tmp_path: Path) -> None:
    (write(tmp_path) / "left-over").touch()
    path = write(tmp_path, note="second")
    assert json.loads((path / "summary.json").read_text(encoding="utf-8"))["note"] == "second"
    assert "left-over" not in names(path)
    assert names(tmp_path) == ["peak-01234567"]


def test_another_digest_has_its_own_folder(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, digest="fedcba98")
    assert names(tmp_path) == ["peak-01234567", "peak-fedcba98"]


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, OSError])
def test_nothing_half_written_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: type[BaseException]
) -> None:
    def fail(path: Path, frame: pd.DataFrame) -> None:
        if path.name == "states.parquet":
            raise trouble

    monkeypatch.setattr(folder, "_write_parquet", fail)
    with pytest.raises(trouble):
        write(tmp_path)
    assert names(tmp_path) == []


def test_nan_in_a_summary_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write(tmp_path, value=float("nan"))
    assert names(tmp_path) == []


def test_an_earlier_run_survives_a_rename_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = write(tmp_path, note="first")
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.suffix == ".part":
            raise OSError("no space left")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="no space left"):
        write(tmp_path, note="second")
    assert names(tmp_path) == ["peak-01234567"]
    assert json.loads((earlier / "summary.json").read_text(encoding="utf-8"))["note"] == "first"


KILLED = """\
import os, signal, sys
from pathlib import Path
from swifteats_sim.results import folder

def die(part, final):
    if sys.argv[2] == "between":
        final.rename(final.with_name(f".{final.name}.old"))
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[2] != "after":
    folder._put_in_place = die
folder.write_texts(Path(sys.argv[1]), sys.argv[3], {"note.txt": "second"})
"""


def killed(root: Path, when: str, name: str = "peak-01234567") -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(root), when, name], check=False)
    assert done.returncode == (0 if when == "after" else -signal.SIGKILL)


def test_what_a_killed_run_left_is_cleared_away_by_the_next_one(tmp_path: Path) -> None:
    killed(tmp_path, "before", "gone-00000000")
    assert names(tmp_path) == [".gone-00000000.lock", ".gone-00000000.part"]
    write(tmp_path)
    assert names(tmp_path) == ["peak-01234567"]


def test_an_earlier_run_comes_back_where_its_successor_was_killed(tmp_path: Path) -> None:
    earlier = write(tmp_path, note="first")
    killed(tmp_path, "between")
    assert not earlier.exists()
    write(tmp_path, digest="fedcba98")  # whoever is next
    assert names(tmp_path) == ["peak-01234567", "peak-fedcba98"]
    assert json.loads((earlier / "summary.json").read_text(encoding="utf-8"))["note"] == "first"


def test_what_another_process_is_at_is_left_alone(tmp_path: Path) -> None:
    with folder.whole(tmp_path / "slow-00000000"):
        killed(tmp_path, "after")
        assert names(tmp_path) == [".slow-00000000.lock", ".slow-00000000.part", "peak-01234567"]
    assert names(tmp_path) == ["peak-01234567", "slow-00000000"]


def test_hidden_files_of_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".theirs.lock").write_text("not ours", encoding="utf-8")
    (tmp_path / ".theirs.part").mkdir()
    (tmp_path / ".lock").touch()
    write(tmp_path)
    assert names(tmp_path) == [".lock", ".theirs.lock", ".theirs.part", "peak-01234567"]


def test_a_file_is_replaced_as_a_whole_or_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write_whole(tmp_path / "table", b"first")

    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(folder, "_sync", full)
        with pytest.raises(OSError, match="No space"):
            folder.write_whole(tmp_path / "table", b"second")
    assert (names(tmp_path), (tmp_path / "table").read_bytes()) == (["table"], b"first")
    folder.write_whole(tmp_path / "table", b"third")
    assert (tmp_path / "table").read_bytes() == b"third"

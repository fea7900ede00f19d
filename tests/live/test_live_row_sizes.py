"""How much a hundred thousand orders take, how fast they are archived, and that not one of them is changed by it."""

from __future__ import annotations

from pathlib import Path

import pytest
from archive_worlds import NOW, all_rows, assert_archived, connected, fill, hot_rows

from swifteats_sim.live.archive import archive
from swifteats_sim.live.clock import MONOTONIC
from swifteats_sim.live.row_sizes import measure, measured_rows


@pytest.mark.slow
def test_a_hundred_thousand_orders_row_for_row(postgres_dsn: str, tmp_path: Path) -> None:
    fill(postgres_dsn, 20_000)
    before = hot_rows(postgres_dsn)
    assert len(before) == 100_000
    begun = MONOTONIC()
    outcomes = archive(postgres_dsn, tmp_path, NOW)
    seconds = (MONOTONIC() - begun) / 1e9
    assert_archived(postgres_dsn, tmp_path, before)
    orders, size, stored = (
        sum(getattr(outcome, name) for outcome in outcomes) for name in ("orders", "size", "stored")
    )
    assert orders == 60_000
    print(f"{orders / seconds:,.0f} orders/s; {size / orders:.1f} bytes a row, {stored / orders:.1f} as Parquet")
    known = measured_rows()
    assert size / orders == pytest.approx(known.orders, rel=0.02)
    assert stored / orders == pytest.approx(known.archived, rel=0.05)


@pytest.mark.slow
def test_rows_take_what_is_stated(postgres_dsn: str, tmp_path: Path) -> None:
    fill(postgres_dsn, 20_000)
    known = measured_rows()
    with connected(postgres_dsn) as connection:
        sizes = measure(connection)
    assert sizes == {name: pytest.approx(getattr(known, name), rel=0.02) for name in sizes}
    assert list(sizes) == ["orders", "drivers", "items", "reservations"]
    assert len(all_rows(postgres_dsn, tmp_path)) == 100_000

"""The command that sizes: rows and bytes of what the platform keeps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from swifteats_sim.cli.leaving import BAD_INPUT, orderly, say
from swifteats_sim.cli.settings import Settings, overrides

if TYPE_CHECKING:
    from swifteats_sim.forecast.explaining_tables import Table
    from swifteats_sim.forecast.sizing import Sizing
    from swifteats_sim.scenario import Scenario

MOST_DAYS = 36_500
MEASURED = (
    "Measured rows hold what the rules need, with their indexes, on PostgreSQL 18.4 (in the archive: Parquet), and no "
    "addresses, names or photographs: the owner's sizes are those of everything."
)


def size(
    scenario: Annotated[Path, typer.Argument(help="Scenario file.", show_default=False)],
    storage: Annotated[bool, typer.Option("--storage", help="Rows and bytes of what the platform keeps.")] = False,
    hot_days: Annotated[
        int, typer.Option(min=1, max=MOST_DAYS, help="Days that an order stays in the database (F7).")
    ] = 90,
    settings: Settings = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what is reckoned as JSON, in bytes.")] = False,
) -> None:
    """Say by arithmetic how much there will be: with --storage, of what the platform keeps.

    Beside the scenario stand the owner's figures for the whole country, and what the design notes made of them.
    """
    if not storage:
        say("size: say what to size: --storage, rows and bytes of what the platform keeps (nothing else is answered)")
        raise typer.Exit(BAD_INPUT)
    with orderly():
        from swifteats_sim.cli.grounds import look_at_maps
        from swifteats_sim.forecast.sizing import size_storage
        from swifteats_sim.scenario import load, read_trace

        declared = load(scenario, overrides(settings), look_at_maps)
        day = declared.demand.trace
        sizing = size_storage(declared, None if day is None else read_trace(day), hot_days)
        if as_json:
            typer.echo(json.dumps(_data(scenario, declared, sizing), indent=2, ensure_ascii=False))
        else:
            _print(sizing)


def _print(sizing: Sizing) -> None:
    from swifteats_sim.cli.explaining import say_tables

    say_tables((*sizing.tables, _measured()), (*sizing.notes, MEASURED))


def _measured() -> Table:
    """Bytes a row of the rules' own tables, beside the owner's."""
    from swifteats_sim.forecast.explaining_tables import Table
    from swifteats_sim.forecast.owners_figures import OWNER
    from swifteats_sim.forecast.storage_tables import weight
    from swifteats_sim.live.row_sizes import measured_rows

    rows, sizes = measured_rows(), OWNER.sizes
    compared = (
        ("order", sizes.order, rows.orders),
        ("order in the archive", sizes.order, rows.archived),
        ("driver", sizes.driver, rows.drivers),
        ("item", sizes.item, rows.items),
    )
    return Table(
        "A row as the owner sizes it (F6, F9), and as the rules' tables hold it",
        ("row", "owner", "measured"),
        tuple((name, weight(owner), weight(measured)) for name, owner, measured in compared),
        1,
    )


def _data(path: Path, scenario: Scenario, sizing: Sizing) -> dict[str, Any]:
    """Everything reckoned, for a program to read."""
    from swifteats_sim.cli.explaining import nested
    from swifteats_sim.forecast.owners_figures import OWNER
    from swifteats_sim.live.row_sizes import measured_rows

    return {
        "path": str(path),
        "name": scenario.name,
        "scenario": nested(sizing.own),
        "owner": nested(sizing.country),
        "figures": nested(OWNER),
        "noted": nested(sizing.noted),
        "measured_bytes_a_row": nested(measured_rows()),
    }

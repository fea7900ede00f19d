"""What there is to say of storage before anything runs: numbers, tables, sentences."""

from __future__ import annotations

from dataclasses import dataclass

from swifteats_sim.forecast.explaining_tables import Table
from swifteats_sim.forecast.noted_storage import Noted, noted_storage
from swifteats_sim.forecast.owners_figures import OWNER
from swifteats_sim.forecast.storage import Storage, storage_of, storage_of_the_country
from swifteats_sim.forecast.storage_notes import storage_notes
from swifteats_sim.forecast.storage_tables import noted_table, storage_tables
from swifteats_sim.scenario import Scenario, Trace


@dataclass(frozen=True)
class Sizing:
    """Everything to say. own : of the scenario, None where it has nothing; country : the owner's figures."""

    own: Storage | None
    country: Storage
    noted: tuple[Noted, ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...]


def size_storage(scenario: Scenario, trace: Trace | None, hot_days: int = OWNER.hot_days) -> Sizing:
    """Rows and bytes of a scenario and of the whole country, with `hot_days` of orders in the database.

    trace : the recorded day, where the scenario names one.
    """
    own, country, noted = storage_of(scenario, trace, hot_days), storage_of_the_country(hot_days), noted_storage()
    tables = (
        *(storage_tables(f"Scenario {scenario.name}", own) if own is not None else ()),
        *storage_tables(f"The owner's figures, for {OWNER.area:,} km2", country),
        noted_table(noted),
    )
    return Sizing(own, country, noted, tables, storage_notes(scenario, own, country))

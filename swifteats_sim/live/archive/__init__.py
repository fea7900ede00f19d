"""The archive of orders: what is past its hot window leaves the database for partitioned Parquet (F7, A59)."""

from swifteats_sim.live.archive.problems import Damaged, InUse, NoOrders, NotItsArchive, Stays, Unwritable
from swifteats_sim.live.archive.reading import Found, find, read_archive, read_everything
from swifteats_sim.live.archive.run import HOT_DAYS, Outcome, archive
from swifteats_sim.live.archive.telling import Moment

__all__ = [
    "HOT_DAYS", "Damaged", "Found", "InUse", "Moment", "NoOrders", "NotItsArchive", "Outcome", "Stays", "Unwritable",
    "archive", "find", "read_archive", "read_everything",
]  # fmt: skip

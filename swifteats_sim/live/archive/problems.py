"""Why orders stay in the database: nothing is taken out of it before all is well."""

from __future__ import annotations


class Stays(RuntimeError):
    """A partition stays where it is: the message says why, and whoever mends that runs the archive again."""


class Damaged(Stays):
    """The files do not hold what the database holds. The partition is exported anew by the next run."""


class Unwritable(Stays):
    """The folder takes no more: it is full, or not to be written to. No other partition is tried."""


class InUse(RuntimeError):
    """Another archiver is at work."""


class NotItsArchive(RuntimeError):
    """The folder is not where the orders of this database went."""


class NoOrders(RuntimeError):
    """The database is not the platform's."""

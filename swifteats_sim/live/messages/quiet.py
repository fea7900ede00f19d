"""What all clients of a broker have in common: they say nothing on the terminal."""

from __future__ import annotations

from typing import Any

QUIET: dict[str, Any] = {"log_level": 0, "log.connection.close": False}
"""A broker that goes away is told of by what fails. librdkafka would otherwise write lines to stderr."""

"""Real servers that start by themselves: on loopback, on free ports, with data that nobody keeps."""

from swifteats_sim.live.servers.addresses import Addresses
from swifteats_sim.live.servers.starting import started

__all__ = ["Addresses", "started"]

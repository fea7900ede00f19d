"""Street maps on the plane of a run: one beside the other, each once, whatever geos lie on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.city.spots import Points
from swifteats_sim.engine.ways import ALONG, POINT, Lines, X, Y, no_lines
from swifteats_sim.scenario.city import City
from swifteats_sim.scenario.streets import ALL_ROADS, GRID, STRAIGHT
from swifteats_sim.streets.arriving import arriving
from swifteats_sim.streets.bundled import find_map
from swifteats_sim.streets.cells import Cells, Cover
from swifteats_sim.streets.congestion import HOUR, HOURS, Congestion
from swifteats_sim.streets.dense_and_sparse import dense_and_sparse
from swifteats_sim.streets.grid import grid_map
from swifteats_sim.streets.map_file import read_map
from swifteats_sim.streets.shapes import metres_along
from swifteats_sim.streets.street_map import ROADS, StreetMap

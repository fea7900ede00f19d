"""A place by its name, fetched by OSMnx from the servers of OpenStreetMap: the one part that needs a network."""

from __future__ import annotations

from swifteats_sim.streets.errors import MapError, shown
from swifteats_sim.streets.graph_ways import ways_of
from swifteats_sim.streets.reading_osm import LICENCE
from swifteats_sim.streets.street_map import COPYRIGHT
from swifteats_sim.streets.ways import Tell, Ways


def read_place(name: str, tell: Tell) -> Ways:
    """The ways for cars in the boundaries of a place, as a geocoder knows it. Errors: MapError."""
    tell("loading OSMnx")
    import osmnx  # seconds
    import requests

    osmnx.settings.use_cache = False  # it would leave a folder where it is called
    tell(f"asking for {name}")
    try:
        graph = osmnx.graph_from_place(name, network_type="drive_service", simplify=False, retain_all=True)
    except requests.RequestException as error:
        raise MapError("--place", f"the servers of OpenStreetMap cannot be reached: {_reason(error)}") from None
    except (ValueError, TypeError, KeyError) as error:  # OSMnx raises these, and its own that derive from them
        raise MapError("--place", f"{shown(name)}: {_reason(error)}") from None
    about = {"attribution": COPYRIGHT, "licence": LICENCE, "made_with": f"OSMnx {osmnx.__version__}"}
    return ways_of("--place", graph, about)


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split()).rstrip(".")
    return shown(text, 200)[1:-1] if text else type(error).__name__

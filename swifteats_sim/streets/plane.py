"""The plane of a map: metres east and north of its centre, for longitude and latitude, and back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from pyproj import Transformer

HALF_TURN = 180.0


@dataclass(frozen=True)
class Plane:
    """Azimuthal equidistant on WGS 84: true from the centre; 250 km away, 0.03 % too long across.

    longitude, latitude : of the centre, degrees.
    """

    longitude: float
    latitude: float

    @classmethod
    def around(cls, degrees: NDArray[np.float64]) -> Plane:
        """The plane around the centre of the bounding box of points float64[n, 2], also across the date line."""
        longitudes, latitudes = degrees[:, 0], degrees[:, 1]
        if np.ptp(longitudes) > HALF_TURN:
            longitudes = longitudes % (2 * HALF_TURN)
        longitude = (longitudes.min() + longitudes.max()) / 2
        latitude = (latitudes.min() + latitudes.max()) / 2
        return cls(float((longitude + HALF_TURN) % (2 * HALF_TURN) - HALF_TURN), float(latitude))

    def project(self, longitude: ArrayLike, latitude: ArrayLike) -> NDArray[np.float64]:
        """Metres east and north of the centre, float64[..., 2]; infinite for what is no place on Earth."""
        return np.stack(self._transformer.transform(longitude, latitude), axis=-1)

    def degrees(self, places: ArrayLike) -> NDArray[np.float64]:
        """Longitude and latitude, float64[..., 2], of places in metres, float64[..., 2]."""
        metres = np.asarray(places, dtype=np.float64)
        return np.stack(self._transformer.transform(metres[..., 0], metres[..., 1], direction="INVERSE"), axis=-1)

    @cached_property
    def _transformer(self) -> Transformer:
        from pyproj import Transformer  # 0.1 s, which help texts need not wait for

        here = f"+proj=aeqd +lon_0={self.longitude!r} +lat_0={self.latitude!r} +datum=WGS84 +units=m"
        return Transformer.from_crs("OGC:CRS84", here, always_xy=True)

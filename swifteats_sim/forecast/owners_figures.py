"""What the platform's owner reckons with: how much there is of everything, and how large each of it is.

Units are decimal: 1 MB is 10^6 B.
"""

from __future__ import annotations

from dataclasses import dataclass

MB = 1_000_000
TEN_KM2 = 10


@dataclass(frozen=True)
class Density:
    """One kind of settled land. area : km2; restaurants, drivers : in 10 km2, drivers as registered (F6)."""

    area: int
    restaurants: int
    drivers: int

    def restaurants_in(self, area: float) -> int:
        """So many on `area` km2."""
        return round(area * self.restaurants / TEN_KM2)

    def drivers_in(self, area: float) -> int:
        """So many registered on `area` km2."""
        return round(area * self.drivers / TEN_KM2)


@dataclass(frozen=True)
class RowSizes:
    """Bytes of a row: the owner's (F6, F9), and a fix as the notes' code writes it (#116)."""

    restaurant: int = 3 * MB // 10
    item: int = MB // 10
    driver: int = 2 * MB // 10
    customer: int = 2 * MB // 10
    order: int = 2 * MB // 10
    fix: int = 343


@dataclass(frozen=True)
class Copies:
    """What becomes of a raw byte (#164).

    index : times as much with indexes, at least and at most; replicas : copies that serve; backup : copies beside them.
    """

    index: tuple[float, float] = (1.5, 2.0)
    replicas: int = 3
    backup: int = 1


@dataclass(frozen=True)
class OwnersFigures:
    """The whole country.

    items : of a restaurant (F9); customers : in dense and in sparse land, as listed (F6); orders_a_minute : at the
    peak, which is not steady (F11); fixes_a_second : 10,000 drivers, one in 5 s each (F17).
    hot_days : before an order leaves for the archive (F7); fix_days : that fixes are kept (#136).
    """

    dense: Density = Density(50_000, restaurants=20, drivers=400)
    sparse: Density = Density(100_000, restaurants=5, drivers=200)
    items: int = 50
    customers: tuple[int, int] = (5_000_000, 10_000_000)
    orders_a_minute: int = 500
    fixes_a_second: int = 2_000
    hot_days: int = 90
    fix_days: int = 90
    sizes: RowSizes = RowSizes()
    copies: Copies = Copies()

    @property
    def densities(self) -> dict[str, Density]:
        """By the kind of a geo."""
        return {"dense": self.dense, "sparse": self.sparse}

    @property
    def area(self) -> int:
        """The whole country, km2."""
        return self.dense.area + self.sparse.area

    @property
    def restaurants(self) -> int:
        """In the whole country (#156)."""
        return sum(density.restaurants_in(density.area) for density in self.densities.values())

    @property
    def drivers(self) -> int:
        """Registered in the whole country (#157)."""
        return sum(density.drivers_in(density.area) for density in self.densities.values())


OWNER = OwnersFigures()

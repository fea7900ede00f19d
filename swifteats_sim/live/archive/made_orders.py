"""Orders that nobody has placed, as many as asked for: to show and measure what database and archive take."""

from __future__ import annotations

from collections.abc import Iterable

from swifteats_sim.live.database import Connection
from swifteats_sim.live.days import order_number

_MADE = """
with drawn as (
    select number, abs(hashint8(number)::bigint) as a, abs(hashint8extended(number, 1) %% 1000000) as b
    from generate_series(%s, %s) number
)
insert into orders (number, version, geo_key, state, kitchen, driver, request)
select number, 6 + a %% 5, 1 + b %% %s,
    case when a %% 100 < 2 then 'cancelled' when a %% 100 = 2 then 'failed' else 'delivered' end,
    case when a %% 100 < 2 then 'food_preparing' else 'ready_pickup' end,
    case when a %% 100 < 3 then null else 1 + b %% %s end,
    1 + (a %% 100 > 92)::integer
from drawn"""
"""Of a hundred two are cancelled, one has failed, seven have asked for a driver twice (#114), told by their numbers."""


def make_orders(connection: Connection, days: Iterable[int], orders: int, geos: int = 2, drivers: int = 10_000) -> None:
    """Closed orders of these days since 1970, so many a day, spread over the geos. Partitions must be there."""
    for day in days:
        first = order_number(day, 0)
        connection.execute(_MADE, (first, first + orders - 1, geos, drivers))

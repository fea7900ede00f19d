"""Flows: where jobs come from, what they ask for, and the steps they pass."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from swifteats_sim.scenario.distributions import SHORTEST, SHORTEST_WORDS, DurationLaw
from swifteats_sim.scenario.errors import Findings, KeyProblems
from swifteats_sim.scenario.frozen import Frozen, default
from swifteats_sim.scenario.keys import Keys
from swifteats_sim.scenario.steps import Steps
from swifteats_sim.scenario.units import PositiveDuration

ORDER, GPS, MENU, SEARCH = "order", "gps", "menu", "search"
"""Flows that a scenario feeds without saying so: orders, drivers' fixes, menu calls and searches of `demand`.

Orders decide: their jobs are processes, not jobs of the loop.
"""
MOST_CLIENTS = 2_000_000


class Offline(Frozen):
    """Clients lose their connection now and then; what they kept meanwhile comes as a batch (A40)."""

    every: DurationLaw = Field(description="from the end of one gap to the next, each client apart")
    lasting: DurationLaw = Field(alias="for", description="how long a gap lasts")
    keep: int = default(100, gt=0, le=100_000, description="jobs a client keeps, the newest ones (A40)")
    parallel: int = default(10, gt=0, le=100_000, description="kept jobs sent at once (A40)")


def _clients(value: Any) -> Any:
    counted = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MOST_CLIENTS
    if value is not None and value not in ("drivers", "watchers") and not counted:
        raise ValueError(f"must be a whole number from 1 to {MOST_CLIENTS}, 'drivers' or 'watchers'")
    return value


Count = Annotated[int, Field(gt=0, le=MOST_CLIENTS)]
Clients = Annotated[
    int | Literal["drivers", "watchers"] | None,
    BeforeValidator(_clients, json_schema_input_type=Count | Literal["drivers", "watchers"] | None),
]


class Flow(Frozen):
    """The path of one kind of job; in a file a list of steps alone will do."""

    arrivals: DurationLaw | None = default(None, description="between arrivals; instead of `clients`")
    batch: int = default(1, gt=0, le=100_000, description="jobs at one arrival")
    population: int | None = default(
        None, gt=0, le=10**12, description="clients that arrivals come from, evenly; none: no client comes twice"
    )
    clients: Clients = default(
        None, description="each sends a job `every`: a number, `drivers` on shift, or `watchers`, who follow an order"
    )
    every: PositiveDuration | None = default(
        None, description="between a client's jobs, each with its own phase; drivers: city.drivers.fix_every"
    )
    connects: str | None = default(
        None, description="stream whose clients send a job each time they connect, at first and after every break"
    )
    offline: Offline | None = default(None, description="clients lose their connection")
    keys: Keys | None = default(None, description="what a job asks for, as caches see it; the client when left out")
    steps: Steps = Field(min_length=1, description="what each job passes")

    @property
    def counted(self) -> bool:
        """Whether the flow has a source of its own that needs no city."""
        return self.arrivals is not None or isinstance(self.clients, int) or self.connects is not None

    @model_validator(mode="after")
    def _fits(self) -> Flow:
        problems = [*self._sources(), *self._intervals()]
        if problems:
            raise KeyProblems(problems)
        return self

    def _sources(self) -> Findings:
        if self.arrivals is not None and self.arrivals.mean < SHORTEST:
            yield ("arrivals",), f"takes {SHORTEST_WORDS} on average at least: there would be no end of jobs"
        if self.offline is not None and self.offline.every.mean + self.offline.lasting.mean < SHORTEST:
            yield ("offline",), f"`every` and `for` take {SHORTEST_WORDS} together at least"
        given = [key for key in ("arrivals", "clients", "connects") if getattr(self, key) is not None]
        if len(given) > 1:
            yield (given[1],), "give one of `arrivals`, `clients` and `connects`"
        if self.population is not None and self.arrivals is None:
            yield ("population",), "needs `arrivals`"
        if self.batch > 1 and self.arrivals is None:
            yield ("batch",), "needs `arrivals`"
        if self.offline is not None and self.clients is None:
            yield ("offline",), "needs `clients`"

    def _intervals(self) -> Findings:
        if self.every is None:
            if self.clients not in (None, "drivers"):
                yield ("clients",), "needs `every`: the time between a client's jobs"
        elif self.clients is None:
            yield ("every",), "needs `clients`"
        elif self.clients == "drivers":
            yield ("every",), "for drivers it is city.drivers.fix_every: leave it out"


def _listed(value: Any) -> Any:
    """A list of steps alone is a flow without a source of its own."""
    if not isinstance(value, dict | list | tuple | Flow):
        raise ValueError("must be a list of steps, or a mapping with `steps`")
    return {"steps": value} if isinstance(value, list | tuple) else value


AnyFlow = Annotated[Flow, BeforeValidator(_listed, json_schema_input_type=Flow | Steps)]
"""A flow, whichever form it has in the file."""

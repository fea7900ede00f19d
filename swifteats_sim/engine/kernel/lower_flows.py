"""Flows and the sources of their jobs, laid out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from swifteats_sim.engine.branching import Fork
from swifteats_sim.engine.connecting import Connecting
from swifteats_sim.engine.flow import Flow, Keys
from swifteats_sim.engine.job import OUTCOMES
from swifteats_sim.engine.kernel import flows as asked
from swifteats_sim.engine.kernel import memory as m
from swifteats_sim.engine.kernel import sources as kinds
from swifteats_sim.engine.kernel.lower_clients import lower_gaps
from swifteats_sim.engine.kernel.lower_steps import Program, servers_of
from swifteats_sim.engine.kernel.lowering import Lowering, or_none, ragged
from swifteats_sim.engine.kernel.memory import NONE
from swifteats_sim.engine.keys import CellKeys, ZipfKeys
from swifteats_sim.engine.offline import Offline
from swifteats_sim.engine.registers import Registers
from swifteats_sim.engine.sources import Following, Periodic, Renewal, Source
from swifteats_sim.engine.steps import Start
from swifteats_sim.engine.ties import of_entity

MOST_AT_ONCE = 1 << 20
"""Rows that one job may take in one instant."""


def lower_flows(low: Lowering, flows: Sequence[Flow], sources: Mapping[int, Source], registers: Registers) -> None:
    """Lay out all flows by number, their programs and sources."""
    low.known = len(registers.known_fix)
    low.layout.make_room(max((rows_at_once(flows, number) for number in range(len(flows))), default=0))
    rows = [low.once(flow, lambda each: _flow(low, each)) for flow in flows]
    servers = servers_of(flows)
    for number, (flow, row) in enumerate(zip(flows, rows, strict=True)):
        first = low.layout.reserve_steps(len(flow.steps))
        low.layout.steps[first : first + len(flow.steps)] = Program(low, flow, rows, first, registers, servers).steps()
        source = low.optional(sources.get(number), partial(_source, low, row))
        fields = {"number": number, "first": first, "last": first + len(flow.steps) - 1, "source": source}
        for name, value in fields.items():
            low.layout.words[row + getattr(m.FLOW, name)] = value


def rows_at_once(flows: Sequence[Flow], number: int, above: tuple[int, ...] = ()) -> int:
    """Rows that a job of a flow, with all that it starts, may take in one instant at most: one a step, one a way.

    above : flows by which it is started; who starts himself again must let time pass.
    """
    if number in above:
        return 0
    found = 0
    for step in flows[number].steps:
        found += 1 + (len(step.ways) if isinstance(step, Fork) else 0)
        found += rows_at_once(flows, step.flow, (*above, number)) if isinstance(step, Start) else 0
        if found > MOST_AT_ONCE:
            raise ValueError(f"a job of {flows[number].name} may start more than {MOST_AT_ONCE:,} others at once")
    return found


def _flow(low: Lowering, flow: Flow) -> int:
    lay, minutes = low.layout, len(flow.changes)
    return lay.row(
        m.FLOW, keyed=int(flow.keyed), sampled=flow.sampled, outcomes=lay.zeros(len(OUTCOMES)),
        changes=lay.zeros(minutes), completions=lay.zeros(minutes), latency=lay.histogram(), wait=lay.histogram(),
        **({"key_kind": asked.OWN} if flow.keys is None else _keys(low, flow.keys[0])),
        key_stream=NONE if flow.keys is None else lay.stream(flow.keys[1]),
    )  # fmt: skip


def _keys(low: Lowering, keys: Keys) -> dict[str, int]:
    """What jobs ask for: the cumulated weights of a catalogue, or of the variants of each cell behind its two sides."""
    if isinstance(keys, ZipfKeys):
        return {"key_kind": asked.CATALOGUE, "key_a": low.layout.table(keys.sums), "key_b": keys.count}
    assert isinstance(keys, CellKeys)
    sides = low.layout.table([keys.side, keys.cell, *keys.variants.sums])
    return {"key_kind": asked.CELLS, "key_a": sides + 2, "key_b": keys.variants.count, "key_c": keys.columns}


def _source(low: Lowering, flow: int, source: Source) -> int:
    return low.layout.row(m.SOURCE, flow=flow, batch=source.batch, **_kind(low, source))


def _kind(low: Lowering, source: Source) -> dict[str, int]:
    """What sets one kind of source apart."""
    lay = low.layout
    if isinstance(source, Renewal):
        law, stream = lay.law(source.gap), lay.stream(source.stream)
        return {"kind": kinds.RENEWAL, "law": law, "stream": stream, "population": or_none(source.population)}
    if isinstance(source, Periodic):
        return {"kind": kinds.PERIODIC, **_periodic(low, source)}
    if isinstance(source, Connecting):
        breaks = lower_gaps(low, source.breaks)
        return {"kind": kinds.CONNECTING, "period": source.period, "sent": lay.map(2), "breaks": breaks}
    assert isinstance(source, Following)
    return {"kind": kinds.FOLLOWING, "period": source.period, "sent": lay.map(2)}


def _periodic(low: Lowering, source: Periodic) -> dict[str, int]:
    lay, count = low.layout, len(source.phases)
    order = sorted(range(count), key=lambda entity: (source.phases[entity], of_entity(lay.ties, entity)))
    row = {
        "period": source.period, "ring": lay.put(ragged([(entity, source.phases[entity], 0, 0) for entity in order])),
        "places": lay.put(sorted(range(count), key=order.__getitem__)), "ring_size": count,
    }  # fmt: skip
    if isinstance(source, Offline):
        terms = source.terms
        row |= {"kind": kinds.OFFLINE, "gaps": lower_gaps(low, source.gaps), "keep": terms.keep}
        row |= {"parallel": terms.parallel, "uploads": lay.put([NONE] * count)}
    return row

"""Programs: every declared step becomes the steps it means, and every jump leads where it should."""

from __future__ import annotations

from itertools import pairwise

import pytest
from stack_text import SPAN, STREAMS, registers, stack_of

from swifteats_sim.engine.flow import Flow, Step
from swifteats_sim.engine.job import OUTCOMES, Job
from swifteats_sim.engine.legs import Movement
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.registers import Registers
from swifteats_sim.engine.steps import KeepNewest, OnlyIf, Start
from swifteats_sim.engine.steps import Visit as Served
from swifteats_sim.scenario.flows import ORDER
from swifteats_sim.stack.equipment import Equipment
from swifteats_sim.stack.programs import Compiler

AROUND = """
stations:
  a: {}
  b: {concurrency: 9}
  desk: {discipline: priority}
pools:
  pool: {size: 1}
caches:
  cache: {ttl: 1 min}
limits:
  limit: {rate: 1/s, burst: 1}
topics:
  topic: {partitions: 4, placement: keyed}
  second: {partitions: 2, placement: keyed}
streams:
  stream: {clients: 1, processes: 1}
flows:
  calls:
    clients: 10
    every: 1 h
    steps:
STEPS
  other: [{delay: 7 ms}]
"""
JUMPS = ("to", "ways", "hit", "miss", "after")
"""Fields of steps that hold the numbers of other steps."""
A, B = "{at: a, service: 1 ms}", "{at: b, service: 2 ms}"


def compiled(*steps: str, more: str = "", around: str = AROUND) -> tuple[dict[str, tuple[Step, ...]], Registers]:
    """The program of each flow, where `calls` declares these steps."""
    text = around.replace("STEPS", "\n".join(f"      - {step}" for step in steps))
    stack, known = stack_of(text.replace("every: 1 h", f"every: 1 h{more}")), registers()
    equipment = Equipment(stack, STREAMS, ("dense",), SPAN, [1])
    names = [name for name in sorted(stack.flows) if name != ORDER]
    numbers = {name: number for number, name in enumerate(names)}
    programs = {name: Compiler(name, equipment, known, STREAMS, numbers).program(stack.flows[name]) for name in names}
    return programs, known


def listing(*steps: str, more: str = "") -> list[str]:
    """Each step of the program by its name, with the steps it leads to."""
    return [line(step) for step in compiled(*steps, more=more)[0]["calls"]]


def line(step: Step) -> str:
    found = {name: getattr(step, name) for name in JUMPS if name in getattr(step, "__dataclass_fields__", ())}
    jumps = [each for target in found.values() for each in (target if isinstance(target, tuple) else (target,))]
    return " ".join([type(step).__name__, *map(str, jumps)])


@pytest.mark.parametrize(
    ("step", "program"),
    [
        (A, ["Visit"]),
        ("{at: desk, service: 1 ms, priority: 3}", ["Acquire", "GaveUp", "Serve", "Release"]),
        ("{delay: 1 ms}", ["Delay"]),
        ("{limit: limit}", ["Limit"]),
        ("{place: topic}", ["Place"]),
        ("{fail: 5 %}", ["Fail"]),
        ("{send: 1 kB}", ["Send"]),
        ("{deliver: stream}", ["Deliver"]),
        ("{keep_newest: known_fix}", ["KeepNewest"]),
        ("{keep_latest: known_fix}", ["KeepNewest"]),
        ("{only_if: watched}", ["OnlyIf"]),
        ("{only_if: {moved: 5 m}}", ["OnlyIf"]),
        ("{fresh: 30 s}", ["Fresh"]),
        ("{start: other}", ["Start"]),
        (f"{{hold: {{pool: pool}}, steps: [{A}, {B}]}}", ["Acquire", "GaveUp", "Visit", "Visit", "Release"]),
        (f"{{batch: {{size: 2, every: 1 s}}, steps: [{A}]}}", ["Gather", "Depart", "Visit", "Scatter"]),
        (f"{{repeat: 3, steps: [{A}, {B}]}}", ["Visit"] * 6),
    ],
)
def test_plain_steps_follow_each_other(step: str, program: list[str]) -> None:
    assert listing(step) == [*program, "End"]


def test_each_way_of_a_branch_jumps_behind_the_last_and_an_empty_way_jumps_at_once() -> None:
    ways = f"{{share: 30 %, steps: [{A}, {B}]}}, {{share: 20 %, steps: []}}, {{share: 50 %, steps: [{A}]}}"
    assert listing(f"{{branch: [{ways}]}}", B) == [
        "Branch 1 4 5", "Visit", "Visit", "Jump 7", "Jump 7", "Visit", "Jump 7", "Visit", "End",
    ]  # fmt: skip


def test_each_way_of_a_fork_ends_and_the_job_goes_on_behind_them() -> None:
    assert listing(f"{{parallel: [[{A}], [{B}, {B}]]}}", A) == [
        "Fork 1 3 6", "Visit", "End", "Visit", "Visit", "End", "Visit", "End",
    ]  # fmt: skip


def test_a_miss_ends_with_the_fill_which_goes_on_behind_the_hit() -> None:
    assert listing(f"{{cache: cache, hit: [{A}], miss: [{B}, {B}]}}", A) == [
        "Lookup 4 1", "Visit", "Visit", "Fill 5", "Visit", "Visit", "End",
    ]  # fmt: skip
    # Without steps of its own a hit goes on where the fill does.
    assert listing(f"{{cache: cache, miss: [{B}]}}", A) == ["Lookup 3 1", "Visit", "Fill 3", "Visit", "End"]


def test_a_handling_that_may_fail_is_a_part_and_the_message_goes_on_behind_it() -> None:
    """Whatever could be mended by another attempt: steps that fail, refuse or give up."""
    assert listing("{place: topic}", f"{{consume: topic, steps: [{A}, {{fail: 5 %}}]}}", B) == [
        "Place", "Consume", "Handling 6", "Visit", "Fail", "End", "Visit", "End",
    ]  # fmt: skip
    for step in (
        "{limit: limit}", "{at: a, service: 1 ms, patience: 1 s}", f"{{hold: {{pool: pool}}, steps: [{A}]}}",
        f"{{retry: {{attempts: 2}}, steps: [{A}]}}",
    ):  # fmt: skip
        assert "Handling" in " ".join(listing("{place: topic}", f"{{consume: topic, steps: [{step}]}}"))


def test_a_handling_that_cannot_fail_is_taken_by_the_message_itself() -> None:
    assert listing("{place: topic}", f"{{consume: topic, steps: [{A}, {B}]}}", A) == [
        "Place", "Consume", "Visit", "Visit", "Handled", "Visit", "End",
    ]  # fmt: skip


@pytest.mark.parametrize("fault", ["crashes: [{at: 1 s, for: 1 s}]", "failures: 1 %", "duplicates: 1 %"])
def test_a_handling_is_a_part_where_consumers_die_or_fail_or_take_a_message_twice(fault: str) -> None:
    faulty = AROUND.replace("topic: {partitions: 4,", f"topic: {{{fault}, partitions: 4,")
    programs, _ = compiled("{place: topic}", f"{{consume: topic, steps: [{A}]}}", around=faulty)
    assert [line(step) for step in programs["calls"]] == ["Place", "Consume", "Handling 5", "Visit", "End", "End"]


def test_steps_within_steps_jump_within_their_own() -> None:
    inner = f"{{branch: [{{share: 50 %, steps: [{A}]}}, {{share: 50 %, steps: []}}]}}"
    assert listing(f"{{repeat: 2, steps: [{inner}]}}", B) == [
        "Branch 1 3", "Visit", "Jump 4", "Jump 4", "Branch 5 7", "Visit", "Jump 8", "Jump 8", "Visit", "End",
    ]  # fmt: skip
    nested = f"{{cache: cache, miss: [{{parallel: [[{inner}], [{B}]]}}]}}"
    assert listing(nested) == [
        "Lookup 10 1", "Fork 2 7 9", "Branch 3 5", "Visit", "Jump 6", "Jump 6", "End", "Visit", "End", "Fill 10", "End",
    ]  # fmt: skip


def test_clients_who_kept_something_are_answered_at_every_place_and_at_the_end() -> None:
    gaps = ", offline: {every: 1 h, for: 1 min}".replace(", offline", "\n    offline")
    assert listing(A, "{place: topic}", B, "{place: second}", A, more=gaps) == [
        "Visit", "Place", "Answered", "Visit", "Place", "Answered", "Visit", "Answered", "End",
    ]  # fmt: skip
    assert "Answered" not in listing(A, "{place: topic}")


def test_flows_started_twice_are_two_jobs_with_addresses_of_their_own() -> None:
    programs, _ = compiled("{start: other}", "{repeat: 2, steps: [{start: other}]}")
    starts = [step for step in programs["calls"] if isinstance(step, Start)]
    assert [(step.flow, step.number) for step in starts] == [(1, 1), (1, 2), (1, 3)]
    flow, other = played(programs)
    assert (flow.outcomes[0], other.outcomes[0]) == (1, 3)
    assert (other.latency.number, other.latency.least, other.latency.most) == (3, 7_000_000, 7_000_000)


def played(programs: dict[str, tuple[Step, ...]], entity: int = 0) -> tuple[Flow, ...]:
    """The flows after one job of `calls`."""
    flows = tuple(Flow(name, program, SPAN) for name, program in programs.items())
    loop = Loop(flows, {})
    loop.begin(Job(flows[0], entity, 0, 0, 0), 0)
    loop.advance(SPAN[1])
    return flows


def outcome(*steps: str, entity: int = 0) -> tuple[str, float | None]:
    """How one job ended, and after how many ms where it completed."""
    flow = played(compiled(*steps)[0], entity)[0]
    (ended,) = [name for name, count in zip(OUTCOMES, flow.outcomes, strict=True) if count]
    return ended, flow.latency.mean / 1e6 if flow.latency.number else None


def test_a_job_takes_as_long_as_its_steps_say() -> None:
    assert outcome(A, B, "{delay: 3 ms}") == ("completed", 6)
    assert outcome(f"{{repeat: 4, steps: [{B}]}}", A) == ("completed", 9)
    assert outcome(f"{{parallel: [[{A}], [{B}, {B}]]}}", A) == ("completed", 5)
    assert outcome(f"{{cache: cache, hit: [{A}], miss: [{B}, {B}]}}", A) == ("completed", 5)
    assert outcome("{place: topic}", f"{{consume: topic, steps: [{A}, {B}]}}", A) == ("completed", 4)
    assert outcome(f"{{branch: [{{share: 0 %, steps: [{A}]}}, {{share: 100 %, steps: [{B}]}}]}}") == ("completed", 2)
    assert outcome("{at: desk, service: 5 ms}", A) == ("completed", 6)


def test_a_retry_tries_as_often_and_pauses_as_long_as_its_terms_say() -> None:
    """Three attempts of 1 ms with 10 and 20 ms between them, then the job fails with the last one."""
    terms = "{attempts: 3, backoff: 10 ms, factor: 2}"
    programs, _ = compiled(f"{{retry: {terms}, steps: [{A}, {{fail: 100 %}}]}}", B)
    names = [type(step).__name__ for step in programs["calls"]]
    assert names == ["Attempt", "TimedOut", "Visit", "Fail", "End", "Visit", "End"]
    flow = played(programs)[0]
    assert (flow.attempts, flow.outcomes[3], flow.presence) == (3, 1, 33_000_000)
    assert outcome(f"{{retry: {terms}, steps: [{A}]}}", B) == ("completed", 3)
    # A timeout of 1 ms gives up on 2 ms of work twice, 10 ms apart.
    slow = f"{{retry: {{attempts: 2, timeout: 1 ms, backoff: 10 ms}}, steps: [{B}]}}"
    assert played(compiled(slow)[0])[0].presence == 12_000_000


def test_tests_ask_the_city_s_registers() -> None:
    programs, known = compiled("{only_if: {moved: 5 m}}")
    (test,) = [step.test for step in programs["calls"] if isinstance(step, OnlyIf)]
    assert isinstance(test, Movement)
    assert (test.legs, test.distance) == (known.legs, 5.0)
    programs, known = compiled("{only_if: watched}")
    assert played(programs, 3)[0].outcomes[OUTCOMES.index("dropped")] == 1
    known.watched[3] = 1
    assert played(programs, 3)[0].outcomes[0] == 1


def test_keep_latest_overwrites_where_keep_newest_guards() -> None:
    """C55."""
    for step, guarded in (("keep_newest", True), ("keep_latest", False)):
        programs, known = compiled(f"{{{step}: known_fix}}")
        (keep,) = [each for each in programs["calls"] if isinstance(each, KeepNewest)]
        assert (keep.guarded, keep.register is known.known_fix) == (guarded, True)


def test_draws_of_one_flow_come_from_one_stream_and_differ_by_the_step() -> None:
    programs, _ = compiled("{at: b, service: uniform(1 ms, 9 ms)}", "{at: b, service: uniform(1 ms, 9 ms)}")
    visits = [step for step in programs["calls"] if isinstance(step, Served)]
    assert {visit.stream.name for visit in visits} == {"flow.calls"}
    one, two = [visit.law.draw_ns(visit.stream, 0, 0, 0, visit.place) for visit in visits]
    assert one != two
    taken = played(programs)[0].latency.total
    assert taken == one + two


def test_what_is_held_is_given_back_by_the_step_behind_its_own_steps() -> None:
    """Two holds of the only connection, one after the other, do not wait for each other."""
    hold = f"{{hold: {{pool: pool, timeout: 0 s}}, steps: [{A}]}}"
    assert outcome(hold, hold) == ("completed", 2)
    nested = f"{{hold: {{pool: pool, timeout: 0 s}}, steps: [{hold}]}}"
    assert outcome(nested)[0] == "rejected"


def test_no_jump_leads_outside_and_all_but_ways_lead_forward() -> None:
    everything = f"{{parallel: [[{{retry: {{attempts: 2}}, steps: [{{hold: {{pool: pool}}, steps: [{A}]}}]}}], [{B}]]}}"
    lines = listing(everything, f"{{cache: cache, miss: [{everything}]}}")
    for number, each in enumerate(lines):
        targets = [int(target) for target in each.split()[1:]]
        assert all(number < target < len(lines) for target in targets)
        assert all(before < after for before, after in pairwise(sorted(set(targets))))

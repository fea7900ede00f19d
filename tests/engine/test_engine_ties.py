"""Who comes first of those who come at one instant: as stated, or shuffled; never an effect before its cause."""

from __future__ import annotations

from itertools import count, islice, permutations

from swifteats_sim.engine.agenda import Agenda
from swifteats_sim.engine.clock import Clock
from swifteats_sim.engine.flow import Flow
from swifteats_sim.engine.job import Job
from swifteats_sim.engine.ties import STATED, key_of, mixed, place_of_birth, place_of_job, shuffled
from swifteats_sim.stack.service import Process


def order_of(ties: int) -> str:
    """Who is woken when, of three who sleep until the same instant."""
    clock, log = Clock(ties), list[str]()

    def sleeper(name: str) -> Process:
        yield clock.sleep(5)
        log.append(name)

    for name in "abc":
        clock.process(sleeper(name))
    clock.run()
    return "".join(log)


def test_the_stated_order_is_that_in_which_events_were_scheduled() -> None:
    assert order_of(STATED) == "abc"


def test_every_order_comes_up_and_a_seed_has_one_of_its_own() -> None:
    found = [order_of(key_of(seed, 0)) for seed in range(60)]
    assert set(found) == {"".join(each) for each in permutations("abc")}
    assert found == [order_of(key_of(seed, 0)) for seed in range(60)]


def test_replications_are_shuffled_apart() -> None:
    assert key_of(None, 3) == STATED
    assert len({key_of(seed, replication) for seed in range(20) for replication in range(20)}) == 400
    assert all(0 < key_of(seed, 0) < 1 << 63 for seed in range(100))


def test_time_goes_before_ties_and_an_effect_comes_after_its_cause() -> None:
    for seed in range(30):
        clock, log = Clock(key_of(seed, 0)), list[str]()

        def caller(clock: Clock = clock, log: list[str] = log) -> Process:
            yield clock.sleep(5)
            log.append("cause")
            clock.process(called())
            log.append("still the cause")
            yield clock.sleep(1)
            log.append("later")

        def called(clock: Clock = clock, log: list[str] = log) -> Process:
            log.append("effect")
            yield clock.sleep(0)
            log.append("its effect")

        clock.process(caller())
        clock.run()
        assert log == ["cause", "still the cause", "effect", "its effect", "later"]


def test_alarms_are_counted_whatever_their_order() -> None:
    counts = set[int]()
    for ties in (STATED, key_of(1, 0)):
        clock = Clock(ties)
        for _ in range(4):
            clock.sleep(3)
        clock.run()
        counts.add(clock.events())
    assert counts == {4}


def test_no_two_numbers_are_changed_for_the_same_one() -> None:
    assert len(set(islice(shuffled(key_of(1, 0), count()), 50_000))) == 50_000


def test_the_mixing_is_that_of_splitmix64() -> None:
    """Its known answers for the seed 1234567: the golden ratio added, then mixed."""
    golden, word, bits = 0x9E3779B97F4A7C15, 1234567, (1 << 64) - 1
    answers = (6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821)
    for known in answers:
        word = word + golden & bits
        assert mixed(word) == known


def test_what_one_client_sends_stays_in_its_order() -> None:
    """Its jobs, and their parts, stand at one place: what is stated decides among them."""
    agenda, flow = Agenda(key_of(1, 0)), Flow("calls", (), (0, 10))
    flow.number = 0
    jobs = [Job(flow, client, index, lane, 0) for client in range(4) for index in range(3) for lane in range(2)]
    for job in reversed(jobs):
        agenda.resume(job, 5, 0)
    found = [agenda.pop()[-1] for _ in jobs]
    assert found != jobs
    for client in range(4):
        assert [job for job in found if job and job.entity == client] == jobs[6 * client : 6 * client + 6]


def test_births_of_a_flow_come_round_in_one_order_and_jobs_in_another_each_time() -> None:
    key = key_of(3, 0)
    orders = {tuple(sorted(range(5), key=lambda each: place_of_birth(key, at, 0, each))) for at in range(20)}
    assert len(orders) == 1
    assert orders != {tuple(range(5))}
    jobs = {tuple(sorted(range(5), key=lambda each: place_of_job(key, at, 0, each))) for at in range(20)}
    assert len(jobs) > 10
    assert place_of_birth(STATED, 5, 1, 2) == place_of_job(STATED, 5, 1, 2) == (0, 0)

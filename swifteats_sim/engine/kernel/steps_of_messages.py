"""Steps of messages, caches and batches. See engine.publishing, .consuming, .caching, .batching and .offline."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.job import LOST, WAIT
from swifteats_sim.engine.kernel import caches, draws, filling, flows, groups, joining, nodes, offline, topics, trays
from swifteats_sim.engine.kernel import traffic as traffics
from swifteats_sim.engine.kernel.arrays import jobs_of, reals_of, words_of
from swifteats_sim.engine.kernel.ending import end
from swifteats_sim.engine.kernel.events import resume
from swifteats_sim.engine.kernel.memory import CACHE, GROUP, NONE, TOPIC


@compiled
def place(w, j, step, now):  # type: ignore[no-untyped-def]
    """Be appended to a partition, once there is a leader."""
    topic, words, job = step.a, words_of(w), jobs_of(w)[j]
    traffic = words[topic + TOPIC.traffic]
    if words[topic + TOPIC.loss_count]:
        ready = topics.ready(w, topic, now)
        if ready > now:
            job.waited += ready - now
            resume(w, j, ready, job.pc)
            return WAIT
        if topics.loses(w, topic, now):
            traffics.lose(w, traffic, now)
            end(w, j, LOST, now)
            return WAIT
    geo = topics.geo_of(w, topic, j)
    partition = topics.partition(w, topic, j, geo)
    job.partition = job.server = partition
    of_driver = words[topic + TOPIC.geo_of] != NONE
    traffics.place(w, traffic, flows.key_of(w, j), partition, now, geo if of_driver else 0)
    return job.pc + 1


@compiled
def consume(w, j, step, now):  # type: ignore[no-untyped-def]
    """Be logged, and handled by the topic's group."""
    job, group, following = jobs_of(w)[j], step.a, jobs_of(w)[j].pc + 1
    taken = groups.log(w, group, j, following, now)
    share = reals_of(w)[words_of(w)[group + GROUP.duplicates]]
    if share and draws.uniform_of_job(w, step.b, job, 0, step.place) < share:
        groups.again(
            w, group, job.flow, job.entity, job.index, job.lane, job.born, job.entered, job.partition, job.key,
            following, now, 1,
        )  # fmt: skip
    return following if taken else WAIT


@compiled
def handled(w, j, step, now):  # type: ignore[no-untyped-def]
    """The message is handled, where nothing can go wrong."""
    joining.hand_back(w, j, step.a, now)
    return jobs_of(w)[j].pc + 1


@compiled
def lookup(w, j, step, now):  # type: ignore[no-untyped-def]
    """Ask the cache."""
    cache, key = step.a, flows.key_of(w, j)
    if caches.read(w, cache, key, now, jobs_of(w)[j], step.place):
        return step.b
    if words_of(w)[cache + CACHE.single_flight] and filling.is_filling(w, cache, key):
        filling.look(w, cache, key, j, step.b, step.c, now)
        return WAIT
    filling.promise(w, cache, key, j, now)
    return step.c


@compiled
def fill(w, j, step, now):  # type: ignore[no-untyped-def]
    """Put what was fetched into the cache."""
    n = nodes.newest_held(w, j, filling.FILLING, step.a)
    nodes.give_up(w, j, n)
    filling.fulfil(w, n, now)
    return step.b


@compiled
def gather(w, j, step, now):  # type: ignore[no-untyped-def]
    """Wait for a batch."""
    return jobs_of(w)[j].pc if trays.gather(w, step.a, j, now) else WAIT


@compiled
def depart(w, j, step, now):  # type: ignore[no-untyped-def]
    """The batch is full, or its time has come."""
    trays.depart(w, step.a, j, now)
    return jobs_of(w)[j].pc + 1


@compiled
def scatter(w, j, now):  # type: ignore[no-untyped-def]
    """The batch is through."""
    trays.scatter(w, j, now)
    return jobs_of(w)[j].pc + 1


@compiled
def answered(w, j, now):  # type: ignore[no-untyped-def]
    """The client has its answer: it sends the next of what it kept."""
    root = jobs_of(w)[j].root
    if jobs_of(w)[root].serial == jobs_of(w)[j].root_serial:
        n = nodes.newest_held(w, root, offline.SENT, NONE)
        if n != NONE:
            nodes.give_up(w, root, n)
            offline.answered(w, n, now)
    return jobs_of(w)[j].pc + 1

"""Clients that lose their connection and send what they have kept when it is back. See engine.offline."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.job import LOST
from swifteats_sim.engine.kernel import flows, nodes
from swifteats_sim.engine.kernel.arrays import jobs_of, nodes_of, words_of
from swifteats_sim.engine.kernel.clients import back
from swifteats_sim.engine.kernel.events import next_turn, push, resume
from swifteats_sim.engine.kernel.jobs import free_job
from swifteats_sim.engine.kernel.memory import FLOW, NONE, SOURCE

UPLOAD, SENT = 12, 13
"""Kinds of nodes: what a client sends when it is back (first a and last b of the jobs kept, their number c, jobs under
way d, source e, client f); a job of it that is under way (upload a)."""
JOURNAL, REMINDED = -1, 1
"""See engine.loop."""


@compiled
def send(w, source, j, now):  # type: ignore[no-untyped-def]
    """Whether a job that is born now is sent at once; otherwise it is kept."""
    job, words = jobs_of(w)[j], words_of(w)
    at = back(w, words[source + SOURCE.gaps], job.entity, now)
    if at == now:
        return True
    mine = words[source + SOURCE.uploads] + job.entity
    if words[mine] == NONE:
        words[mine] = _new_upload(w, source, job.entity, at)
    upload = nodes_of(w)[words[mine]]
    if upload.a == NONE:
        upload.a = j
    else:
        jobs_of(w)[upload.b].sibling = j
    upload.b = j
    upload.c += 1
    if upload.c > words[source + SOURCE.keep]:
        _forget_oldest(w, upload, now)
    return False


@compiled
def _new_upload(w, source, client, at):  # type: ignore[no-untyped-def]
    """Nothing kept; the journal tells when the client is back."""
    n = nodes.new_node(w, UPLOAD, NONE)
    upload = nodes_of(w)[n]
    upload.a = upload.b = NONE
    upload.c = upload.d = 0
    upload.e, upload.f = source, client
    push(w, at, JOURNAL, REMINDED, 0, 0, next_turn(w), n)
    return n


@compiled
def _pop(w, upload):  # type: ignore[no-untyped-def]
    """The oldest job kept, which is not any longer."""
    j = upload.a
    upload.a = jobs_of(w)[j].sibling
    jobs_of(w)[j].sibling = NONE
    upload.c -= 1
    return j


@compiled
def _forget_oldest(w, upload, now):  # type: ignore[no-untyped-def]
    """There is no room for one more."""
    j = _pop(w, upload)
    jobs_of(w)[j].entered = now
    flows.begin(w, j)
    flows.end(w, j, LOST, now)
    free_job(w, j)


@compiled
def start(w, n, now):  # type: ignore[no-untyped-def]
    """The client is back."""
    upload, words = nodes_of(w)[n], words_of(w)
    words[words[upload.e + SOURCE.uploads] + upload.f] = NONE
    for _ in range(min(words[upload.e + SOURCE.parallel], upload.c)):
        _send_next(w, n, now)


@compiled
def _send_next(w, n, now):  # type: ignore[no-untyped-def]
    """Send the oldest job kept; a client that has none, and none under way, is done."""
    upload = nodes_of(w)[n]
    if upload.c:
        j = _pop(w, upload)
        s = nodes.new_node(w, SENT, j)
        nodes_of(w)[s].a = n
        nodes.keep(w, j, s)
        nodes_of(w)[n].d += 1
        jobs_of(w)[j].entered = now
        flows.begin(w, j)
        resume(w, j, now, words_of(w)[jobs_of(w)[j].flow + FLOW.first])
    elif upload.d == 0:
        nodes.free_node(w, n)


@compiled
def answered(w, s, now):  # type: ignore[no-untyped-def]
    """A job of an upload, which has given this up, is answered, or ended: the next one goes."""
    n = nodes_of(w)[s].a
    nodes.free_node(w, s)
    nodes_of(w)[n].d -= 1
    _send_next(w, n, now)

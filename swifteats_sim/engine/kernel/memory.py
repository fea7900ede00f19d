"""What the compiled loop works on: a few arrays, in which jobs, events, stations, ... are rows.

What comes and goes (events, jobs, nodes, rows of hash tables) has an array that can grow. All else lies in one array of
integers, `words`, where a thing is the number of its first word, and its fields are offsets: words[group +
GROUP.number]. All arrays are reached from this one, so that compiled code is handed a single address. NONE is nothing;
instants and durations are ns.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.kernel.fields import Fields

NONE = -1
SLOTS = 1 << 11
"""Of the wheel."""
LINE, WORD = 64, 8
"""Bytes of a line of the cache, and of a word."""
Array = NDArray[Any]


def _row(names: str) -> np.dtype[Any]:
    """A row of integers."""
    return np.dtype([(name, np.int64) for name in names.split()])


def _lines(*lines: str) -> np.dtype[Any]:
    """A row of some lines of the cache, with the integers that stand on each, of a word or as many bytes as said."""
    names, kinds, offsets = list[str](), list[str](), list[int]()
    for here, line in zip(range(0, len(lines) * LINE, LINE), lines, strict=True):
        offset = here
        for name, _, size in (each.partition(":") for each in line.split()):
            names.append(name)
            kinds.append(f"i{size or WORD}")
            offsets.append(offset)
            offset += int(size or WORD)
        assert offset <= here + LINE, line
    return np.dtype({"names": names, "formats": kinds, "offsets": offsets, "itemsize": len(lines) * LINE})


HEAP = _row("at row")
"""When an event comes, and its row."""
EVENT = _lines("flow entity index lane turn job at later")
"""What is to come. job : whose, NONE: a birth; an entry of the journal has flow JOURNAL and its node as job; the next
free row of one that is over. at, later : in the wheel, when it comes, and what stands in its slot behind it."""
JOB = _lines(
    "turn entity index lane born waited key pc:4 flow:4",
    "entered since asked partition:4 server:4 held:4 tries:4 parent:4 parts:4 sibling:4 root:4 "
    "outcome:1 over:1 orphan:1 is_part:1 stopped:1",
    "serial root_serial spawner:4 next_free:4",
)
"""See engine.job.Job; what every step needs stands on the first line. key : NONE until asked for. spawner : the step
of its parent that waits for it; root, root_serial : the job whose part it is in the end. parts, sibling : the first of
its parts, the next one. held : the newest node of what it keeps. serial : which job of this row it is."""
NODE = _lines("a b c d e kind:4 job:4 older:4 after:4 before:4", "f g h empty")
"""A thing in a list or two. older : what its job kept before it; after, before : its neighbours in another list."""
STEP = _row("op place a b c d e f")
"""A step of a program; what a .. f are depends on `op`."""
SAMPLE = _row("flow entity born done")
"""A job that is noted by itself; flow : its number."""


class World(NamedTuple):
    """All arrays of one loop; ARRAYS says what their rows are.

    cells : of hash tables; reals : shares, laws, tables; streams : keys of random streams, two words each; out :
    SAMPLEs; counts : of histograms; stack : see REGISTERS. known, watched, followers : per driver; last_legs,
    leg_times, leg_places, leg_ways, lines, points : see engine.tracks.Tracks.
    """

    words: Array
    heap: Array
    events: Array
    jobs: Array
    nodes: Array
    steps: Array
    cells: Array
    reals: Array
    streams: Array
    out: Array
    counts: Array
    stack: Array
    known: Array
    watched: Array
    followers: Array
    last_legs: Array
    leg_times: Array
    leg_places: Array
    leg_ways: Array
    lines: Array
    points: Array


ARRAYS = dict.fromkeys(World._fields, np.dtype(np.int64)) | {
    "heap": HEAP,
    "events": EVENT,
    "jobs": JOB,
    "nodes": NODE,
    "steps": STEP,
    "reals": np.dtype(np.float64),
    "streams": np.dtype(np.uint64),
    "out": SAMPLE,
    "watched": np.dtype(np.uint8),
    "leg_places": np.dtype(np.float64),
    "points": np.dtype(np.float64),
}

REGISTERS = Fields(
    "now until halt turn done full margin error warmup end last_minute watchers heap gap events free_event jobs "
    "free_job nodes free_node horizon agenda ending out calls rings ring ring_at bearing bearing_entity bearing_next "
    "bearing_last ties " + " ".join(f"{name}_at {name}_count" for name in World._fields)
)
"""now : how far the loop is; until, halt : how far it goes; turn : of the last event; done : how many; full : an array
has little room left, which is less than `margin` and ROOM rows; error : what went wrong; warmup, end : of the measured
span; last_minute : of the run; watchers : customers who follow an order, as the loop knows it; heap, events, jobs,
nodes, out : rows in use; horizon : events before this instant stand in the heap, others in the wheel; gap : whether
the heap has one on top; free_event, free_job, free_node : the first to use again; agenda, ending, calls : stacks, in
the lower half of `stack`, the third quarter, and from its end downwards; rings, ring, ring_at : the first of all
rings, the one whose birth is next, and when; bearing : the source of an arrival whose jobs from `bearing_next` up to
`bearing_last` are to be born; ties : the key of their shuffle;
words_at, words_count .. : where each array stands, and its rows."""
FLOW = Fields(
    "number first last source keyed key_kind key_stream key_a key_b key_c sampled born finished stale overwritten "
    "calls attempts wasted messages bytes sent ended in_flight presence presence_low outcomes changes completions "
    "latency wait"
)
"""first, last : its program's steps; keyed .. key_c : what its jobs ask for; outcomes .. completions : its tables;
latency, wait : histograms."""
STATION = Fields(
    "queues servers balancing limit free crews paces waiting present credit weights weight_sum health turn usage"
)
"""free : its servers' heaps; crews, paces : where it pauses; waiting, present : lists, one a queue."""
USAGE = Fields(
    "visits rejected abandoned busy wait wait_low queued queued_low max_wait scanned busy_minutes arrivals starts"
)
LEVEL = Fields("value since area area_low most changes")
RESOURCE = Fields("size ceiling line in_use waiting takes refused wait wait_low max_wait process")
"""line : a list; in_use, waiting : levels; process : whether those who wait are processes, whom the loop only calls."""
CEILING = Fields("size count members")
TRAFFIC = Fields(
    "messages lost unreplicated scattered mixed duplicates dead waiting waited waited_low since most "
    "changes keys near known met geos partitions delay"
)
"""The last partition of each key: of those below `known` at `near`, of which `met` have one; keys : a map of all
others."""
GROUP = Fields(
    "awaited auto_commit failures duplicates attempts traffic consumers partitions number changes starts owners alive "
    "logs hands done parked"
)
"""failures, duplicates : of `reals`; changes .. alive : who owns what when; logs, hands, done : a list a consumer."""
HISTOGRAM = Fields("first total total_low least most")
"""first : of its buckets in `counts`."""
TOPIC = Fields("placement geos first counts turns stream traffic losses loss_count unsafe geo_of")
CACHE = Fields(
    "ttl entries share stream kept recent fills single_flight waiting change_law change_stream changed removed delay "
    "failures removal_stream reads hits stale evicted stampedes"
)
"""share : of `reals`, a declared hit ratio; NONE: a TTL cache. kept .. removed : maps; recent : a list."""
LIMIT = Fields("interval ahead buckets near known addresses stream")
"""near : buckets of the keys below `known`, one after the other; buckets : a map of all others."""
GAPS = Fields("every lasting stream now")
CONNECTIONS = Fields("processes sticky fan_out scan slots clients stream breaks resubscribes sent delivered missed")
ERRAND = Fields("station law stream shared patience patience_stream scan")
"""See engine.entrance.Errand; patience, scan : a law and connections, or NONE."""
TRAY = Fields("size every apart seats")
SOURCE = Fields(
    "kind flow period ring places ring_size ring_place ring_round ring_at ring_count "
    "ring_is_known next_ring law stream batch population sent breaks "
    "gaps keep parallel uploads"
)
MAP = Fields("first mask used width")
"""A hash table in `cells`: mask + 1 rows of a key and `width` values."""
LIST = Fields("first last size")

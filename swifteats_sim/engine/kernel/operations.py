"""The operations of a program, and what the fields of a step mean for each.

Laws and shares are rows of `reals`; streams of `streams`; other things words; NONE where there is none.
"""

from __future__ import annotations

OPERATIONS = (
    "visit",  # station a, law b, stream c, patience law d, patience stream e, connections to scan f
    "delay",  # law a, stream b
    "keep_newest",  # guarded a
    "only_if_watched", "only_if_moved",  # nothing | distance a of `reals`, last places b
    "always",
    "fresh",  # age a
    "fail",  # share a, stream b
    "send",  # bytes a
    "start",  # flow a, number b
    "end",
    "jump",  # to a
    "branch",  # ways a: their number, where each begins; shares b, stream c
    "fork",  # after a, ways b
    "attempt",  # after a, attempts b, timeout c, budget d, stream e, pauses f
    "timed_out",  # attempt a
    "limit",  # limit a, flow of strangers b
    "acquire",  # resource a, timeout b, priority c
    "gave_up", "release",  # resource a
    "serve",  # usage a, law b, stream c
    "place",  # topic a
    "consume",  # group a, stream b
    "handling",  # after a, group b, stream c
    "handled",  # group a
    "lookup",  # cache a, hit b, miss c
    "fill",  # cache a, after b
    "deliver",  # connections a, whether clients follow drivers b
    "gather", "depart",  # tray a
    "scatter",
    "answered",
)  # fmt: skip
(
    VISIT, DELAY, KEEP_NEWEST, ONLY_IF_WATCHED, ONLY_IF_MOVED, ALWAYS, FRESH, FAIL, SEND, START, END, JUMP, BRANCH,
    FORK, ATTEMPT, TIMED_OUT, LIMIT, ACQUIRE, GAVE_UP, RELEASE, SERVE, PLACE, CONSUME, HANDLING, HANDLED, LOOKUP, FILL,
    DELIVER, GATHER, DEPART, SCATTER, ANSWERED,
) = range(len(OPERATIONS))  # fmt: skip

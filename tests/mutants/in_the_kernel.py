"""The same bugs in the compiled twin, which is what users run: it must no longer agree with its twin, or with theory.

Each has the kernel compiled anew, so that most of them are left to the long tests.
"""

from __future__ import annotations

from mutant import Mutant

TWINS = "simulation/test_simulation_twins.py"

IN_THE_KERNEL = (
    Mutant(
        "compiled: last come first served",
        "engine/kernel/resources.py",
        "while last != NONE and nodes_of(w)[last].c > nodes_of(w)[n].c:",
        "while last != NONE and nodes_of(w)[last].c >= nodes_of(w)[n].c:",
        TWINS,
    ),
    Mutant(
        "compiled: one server too many",
        "engine/kernel/lower_stations.py",
        "len(station.free), len(station.free[0])",
        "len(station.free), len(station.free[0]) + 1",
        "theory/test_theory_queues.py",
        "mmc_c2_rho75",
    ),
    Mutant(
        "compiled: what was called off goes on",
        "engine/kernel/crashing.py",
        "    cancel_parts(w, j, now)\n",
        "",
        TWINS,
    ),
    Mutant(
        "compiled: keys are ignored in partitioning",
        "engine/kernel/topics.py",
        "return key % count",
        "return index % count",
        TWINS,
    ),
    Mutant(
        "compiled: cached entries never expire",
        "engine/kernel/caches.py",
        "if now - entry.c >= words_of(w)[cache + CACHE.ttl]:",
        "if now < entry.c:",
        TWINS,
    ),
    Mutant(
        "compiled: all purposes share one stream",
        "engine/kernel/draws.py",
        "return streams_of(w)[2 * stream], streams_of(w)[2 * stream + 1]",
        "return streams_of(w)[0], streams_of(w)[1]",
        TWINS,
        lasting=True,
    ),
    Mutant(
        "compiled: no warm-up is cut",
        "engine/kernel/usage.py",
        "return 1 if words_of(w)[REGISTERS.warmup] <= now < words_of(w)[REGISTERS.end] else 0",
        "return 1 if now < words_of(w)[REGISTERS.end] else 0",
        TWINS,
        lasting=True,
    ),
    Mutant(
        "compiled: what is under way at the end is dropped",
        "engine/kernel/flows.py",
        "    words[words[flow + FLOW.changes] + minute] -= 1\n    if outcome == COMPLETED:\n",
        "    words[words[flow + FLOW.changes] + minute] -= 1\n    if outcome == COMPLETED and measured(w, job.born):\n",
        TWINS,
        lasting=True,
    ),
    Mutant(
        "compiled: patience is ignored",
        "engine/kernel/stations.py",
        "leave = start if patience == NONE else min(start, now + patience)",
        "leave = start",
        TWINS,
        lasting=True,
    ),
    Mutant(
        "compiled: the retry budget is ignored",
        "engine/kernel/joining.py",
        "if words_of(w)[budget + 1] < MILLION:",
        "if words_of(w)[budget + 1] < 0:",
        TWINS,
        lasting=True,
    ),
    Mutant(
        "compiled: pauses are cut instead of rounded",
        "engine/kernel/joining.py",
        "now + int(np.rint(pause))",
        "now + int(pause)",
        TWINS,
        lasting=True,
    ),
    Mutant(
        "compiled: what is given back stays taken",
        "engine/kernel/resources.py",
        "    levels.change(w, words_of(w)[resource + RESOURCE.in_use], now, -1)\n    serve_next",
        "    serve_next",
        TWINS,
        lasting=True,
    ),
    Mutant(
        "compiled: what a crash interrupts is lost",
        "engine/kernel/crashing.py",
        "if taken < committed:",
        "if taken >= committed:",
        TWINS,
        lasting=True,
    ),
)

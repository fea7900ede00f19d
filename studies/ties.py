"""Does a verdict hang on who comes first of those who come at the same instant? Shipped scenarios, shuffled.

Where a record is the same to the bit no two at one instant had anything in common. Elsewhere metrics are held against
the 95 % interval of the stated order, which one in twenty of them leaves by chance alone.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from studies.answer import Study, options
from studies.arms import SCENARIOS

FILES = (
    "gps_ingest.yaml", "gps_ingest_as_noted.yaml", "menu_browsing.yaml", "retry_storm.yaml",
    "channels/server_sent_events.yaml", "theory/mmc_c10_rho80.yaml", "theory/batch_window.yaml",
    "defects/c46_fixes_not_awaited.yaml", "defects/c13_lock_expires.yaml", "peak_tenth.yaml",
)  # fmt: skip
SHUFFLES = (1, 2, 3)
NOTE = """
Records differ where one event wakes many at once. In `c46_fixes_not_awaited` a consumer that is back begins thousands
of fixes at one instant, and nobody awaits their handlers: how many fixes of a driver overtake each other then hangs on
who comes first (`gps.stale.count`, some 12 % more when shuffled), and with it the tails of `gps` and `tracking`. That
they race is what the switch is about; its verdicts do not change."""
HEAD = ("", "targets", "verdicts as stated", "records as stated", "metrics", "moved", "outside the interval")


def row(file: str, replications: int, workers: int, settings: Sequence[str]) -> list[str]:
    """What three shuffles do to one scenario."""
    from swifteats_sim.experiments import rehearse
    from swifteats_sim.results import digest
    from swifteats_sim.scenario import load

    pairs = [(key, value) for key, value in (setting.split("=", 1) for setting in settings)]
    plain = [*pairs, ("replications", str(replications))]
    stated = rehearse(load(SCENARIOS / file, plain), workers)
    same = bits = moved = outside = 0
    for seed in SHUFFLES:
        found = rehearse(load(SCENARIOS / file, [*plain, ("shuffle_ties", str(seed))]), workers)
        same += [each.verdict for each in found.judgements] == [each.verdict for each in stated.judgements]
        bits += sum(
            digest([one], "") == digest([two], "") for one, two in zip(found.tables, stated.tables, strict=True)
        )
        for name, estimate in stated.estimates.items():
            low, high = estimate.ci95 or (estimate.value, estimate.value)
            now = found.estimates[name].value if name in found.estimates else float("nan")
            moved += now != estimate.value
            outside += not low <= now <= high
    runs, metrics = len(SHUFFLES) * replications, len(SHUFFLES) * len(stated.estimates)
    targets, of = len(stated.judgements), len(SHUFFLES)
    return [file, f"{targets}", f"{same} of {of}", f"{bits} of {runs}", f"{metrics}", f"{moved}", f"{outside}"]


if __name__ == "__main__":
    asked = options(__doc__ or "", replications=3)
    lines = [f"| {' | '.join(HEAD)} |", f"| --- |{' ---: |' * (len(HEAD) - 1)}"]
    for file in FILES:
        lines.append(f"| {' | '.join(row(file, asked.replications, asked.workers, asked.settings))} |")
        print(lines[-1], file=sys.stderr)  # noqa: T201
    Study("ties", "Does a verdict hang on ties?", "", {}, ()).answer(asked, [*lines, NOTE])

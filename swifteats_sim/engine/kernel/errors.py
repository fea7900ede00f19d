"""What can go wrong in the compiled loop: numbers in REGISTERS.error, which only a mistake of ours sets."""

from __future__ import annotations

ENDED_TWICE, BACK_IN_TIME, TOO_MANY = range(1, 4)
MEANINGS = {
    ENDED_TWICE: "a job has ended that had ended before",
    BACK_IN_TIME: "an event came up whose instant is over",
    TOO_MANY: "more jobs are called, or about to end, in one instant than there is room for",
}

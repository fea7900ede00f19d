"""What a rule makes of the records that it reads, when a read may be served by a replica that lags (A57).

What a rule writes is guarded by versions: who decided by an old record loses and reads again. What it does not write is
guarded by nothing. So what cannot be true of the newest records (an illegal move, a record that must be there) is taken
for an old sight of them, and the primary is asked; a rule whose No nobody asks about again asks it at once. The primary
shows what is: what is impossible even there is an error of the rules.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from swifteats_sim.domain.effects import Name, Read, Record, Rule
from swifteats_sim.domain.states import Impossible

Decision = TypeVar("Decision")


def decided(names: tuple[Name, ...], decide: Callable[..., Decision]) -> Rule[Decision]:
    """What `decide` makes of these records, given in this order; Impossible where the newest ones do not allow it."""
    seen = yield Read(names)
    try:
        return decide(*seen)
    except Impossible:
        newest = yield Read(names, newest=True)
    return decide(*newest)


def there(record: Record | None) -> Record:
    """A record that must exist; Impossible where it does not."""
    if record is None:
        raise Impossible("a record that must exist is missing")
    return record

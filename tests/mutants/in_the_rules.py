"""Bugs in the platform's rules, in its database, and in what is said of runs."""

from __future__ import annotations

from mutant import Mutant

IN_THE_RULES = (
    Mutant(
        "slack has the wrong sign",
        "domain/slack.py",
        "return preparation_left - travel",
        "return travel - preparation_left",
        "domain/test_domain_times.py",
    ),
    Mutant(
        "a driver is not released at the door",
        "domain/held.py",
        'changes = {"state": to} if order is not None else {"state": to, "order": None}',
        'changes = {"state": to}',
        "domain/test_domain_delivery.py",
    ),
    Mutant(
        "stock is not given back",
        "domain/inventory.py",
        "return kept, *(_change(cart.restaurant, item, line, terms, 1) for item, line in back)",
        "return kept, *(_change(cart.restaurant, item, line, terms, 0) for item, line in back)",
        "domain/test_domain_inventory.py",
    ),
    Mutant(
        "more is sold than there is",
        "domain/inventory.py",
        "short = any(left < line.quantity",
        "short = any(left < 0",
        "stack/test_stack_race.py",
    ),
    Mutant(
        "the guard of one active order is left out",
        "domain/committing.py",
        '            Insert(ACTIVE, pair.driver, {"order": pair.order}),\n',
        "",
        "domain/test_domain_committing.py",
    ),
    Mutant(
        "writes compare no version",
        "stack/store.py",
        "return record is not None and record.version == write.version",
        "return record is not None",
        "stack/test_stack_store.py",
    ),
    Mutant(
        "the last to wait for a lock gets it first",
        "stack/locks.py",
        "queue.popleft().succeed()",
        "queue.pop().succeed()",
        "stack/test_stack_runner.py",
    ),
    Mutant(
        "a locked record is compared and set",
        "stack/database.py",
        "return not self.locks.is_held((effect.table, effect.key)) and self._store",
        "return self._store",
        "stack/test_stack_runner.py",
    ),
    Mutant(
        "the order with most time left goes first",
        "stack/docket.py",
        "pending.urgency = pending.leave_by if",
        "pending.urgency = -pending.leave_by if",
        "stack/test_stack_docket.py",
    ),
    Mutant(
        "requests stay in the outbox",
        "domain/outbox.py",
        "    if rows:\n",
        "    if not rows:\n",
        "stack/test_stack_outbox.py",
    ),
    Mutant(
        "open orders are dropped from completion",
        "results/measure_orders.py",
        "delivered + failed + cancelled + int(lost.sum())",
        "delivered + failed + cancelled",
        "results/test_results_orders.py",
    ),
    Mutant(
        "an interval as of pooled waits",
        "results/statistics.py",
        "/ math.sqrt(count)",
        "/ count",
        "results/test_results_statistics.py",
    ),
    Mutant(
        "one good end of an interval is enough",
        "results/verdict.py",
        "if all(good):",
        "if any(good):",
        "results/test_results_verdict.py",
    ),
    Mutant(
        "a queue that grows is no reason",
        "results/verdict.py",
        "        if growing:\n",
        "        if not growing and backlogs is None:\n",
        "results/test_results_verdict.py",
    ),
    Mutant(
        "arms are not paired",
        "results/pairing.py",
        "pairs = zip(values, base, strict=True)",
        "pairs = zip(values, list(base)[::-1], strict=True)",
        "results/test_results_pairing.py",
    ),
)

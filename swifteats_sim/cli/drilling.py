"""`swifteats-sim drill`: the whole platform at work on real servers, and whether its rules kept their promises."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, Optional

import typer

from swifteats_sim.cli.bar import bar
from swifteats_sim.cli.leaving import BAD_INPUT, folder_ready, let_readers_leave, orderly, say
from swifteats_sim.cli.servers import Brokers, Postgres, RedisUrl, Start, must_be_there, of_extra_live

if TYPE_CHECKING:
    from swifteats_sim.live.drill.run import Moment, Tell
    from swifteats_sim.live.drill.verdict import Verdict

PROMISE_BROKEN = 99
SHOWN = 10
"""Violations in words; `--out` has them all."""


class Way(StrEnum):
    """What `--control` may be: see `swifteats_sim.live.drill.plan.Control`."""

    NONE = "none"
    CHECK_THEN_SET = "check_then_set"
    CAS_UNVERSIONED = "cas_unversioned"


def drill(
    postgres: Postgres = None,
    redis: RedisUrl = None,
    kafka: Brokers = None,
    start: Start = False,
    clients: Annotated[int, typer.Option(min=1, max=900, help="Customers at a time.")] = 24,
    orders: Annotated[int, typer.Option(min=1, help="Orders of each customer.")] = 20,
    items: Annotated[int, typer.Option(min=1, help="Items cooked ahead, that all want.")] = 3,
    drivers: Annotated[int, typer.Option(min=1, max=400, help="Drivers on shift.")] = 12,
    control: Annotated[
        Way, typer.Option(help="Commit drivers in a way that the notes wrote down (C14, C24): it must be caught.")
    ] = Way.NONE,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(metavar="DIR", help="A new folder for the verdict and all histories; none: nothing is kept."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Run the whole platform on real servers, write down all that it does, and judge that.

    Customers, a relay, two dispatchers and the couriers' apps are processes of their own, which want the same few items
    and drivers. Every read and write is noted, and the history is checked: nothing is sold or given twice.

    Exit codes: 0 all promises are kept, 99 one is broken, 2 bad input or servers that do not answer.
    """
    with orderly():
        must_be_there("drill", start, postgres, redis, kafka)
        with of_extra_live("drill"):
            from swifteats_sim.live.drill import run
            from swifteats_sim.live.drill.plan import Plan
            from swifteats_sim.live.servers import started
            from swifteats_sim.live.servers.process import NoServer
            from swifteats_sim.live.site import Unusable
        plan = Plan(clients, orders, items, drivers, control.value)
        try:
            with _folder(out) as folder, started(postgres, redis, kafka) as addresses, _shown(quiet) as tell:
                verdict = run.drill(addresses, plan, folder, tell)
                (folder / "drill.json").write_text(_json(verdict), encoding="utf-8")
                _keep(folder, out)
        except (NoServer, Unusable) as error:
            _refuse(str(error))
        let_readers_leave()
        typer.echo(_json(verdict)[:-1] if as_json else _words(verdict))
        if out is not None:
            say(f"histories and verdict: {out}")
        raise typer.Exit(0 if verdict.kept else PROMISE_BROKEN)


@contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    """Where histories are written, which goes at the end. out : is to be a folder without files."""
    with TemporaryDirectory(prefix="swifteats-drill-") as name, ExitStack() as stack:
        if out is not None:
            stack.enter_context(folder_ready(out))
            if any(out.iterdir()):
                _refuse(f"--out {out}: there are files in it; name a new folder")
        yield Path(name)


def _keep(folder: Path, out: Path | None) -> None:
    """What is whole is the user's: who interrupts a drill finds no half of it."""
    if out is None:
        return
    try:
        shutil.copytree(folder, out, dirs_exist_ok=True)
    except (OSError, shutil.Error) as error:
        _refuse(f"--out {out}: the histories cannot be written: {error}")


@contextmanager
def _shown(quiet: bool) -> Iterator[Tell]:
    """A listener that moves a bar over the orders, on a terminal."""
    with bar("drill", "services start", quiet) as show:

        def tell(moment: Moment) -> None:
            show("drill", f"{moment.closed:,} of {moment.of:,} orders at their end", moment.closed, moment.of)

        yield tell


def _words(verdict: Verdict) -> str:
    """What was done, and what was broken."""
    figures = verdict.figures
    lines = [
        f"orders               {figures.orders:,}: {figures.delivered:,} delivered, {figures.cancelled:,} cancelled, "
        f"{figures.failed:,} without a driver",
        f"compare-and-sets     {figures.attempts:,} in {figures.seconds:.1f} s ({figures.attempts_per_second:,.0f}/s), "
        f"{figures.lost:,} lost to others",
        f"double assignments   {figures.double_assignments:,}",
        f"oversold             {figures.oversold:,}",
        f"requests             {figures.published_twice:,} published twice, {figures.seen_twice:,} seen twice, "
        f"{figures.dead_letters:,} dead letters",
    ]
    return "\n".join((*lines, *_ruling(verdict)))


def _ruling(verdict: Verdict) -> Iterator[str]:
    if verdict.kept:
        yield "verdict              all promises are kept: the history is accepted"
        return
    kinds = Counter(sentence.split(":")[0] for sentence in verdict.broken)
    told = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items())
    yield f"verdict              broken promises: {told}"
    yield from (f"- {sentence}" for sentence in verdict.broken[:SHOWN])
    if len(verdict.broken) > SHOWN:
        yield f"... and {len(verdict.broken) - SHOWN:,} more (--out DIR keeps them all)"


def _json(verdict: Verdict) -> str:
    told: dict[str, Any] = {"kept": verdict.kept, **asdict(verdict)}
    told["figures"]["attempts_per_second"] = verdict.figures.attempts_per_second
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _refuse(text: str) -> NoReturn:
    say(f"drill: {text}")
    raise typer.Exit(BAD_INPUT)

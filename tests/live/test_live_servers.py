"""Servers start by themselves, on loopback, and leave nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest
from redis import Redis

from swifteats_sim.live.clock import sleep
from swifteats_sim.live.servers import started
from swifteats_sim.live.servers.process import NoServer, listens, running, within_reach


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").split()[2] != "Z"


def test_all_three_come_up_answer_and_are_gone_afterwards() -> None:
    with started() as addresses:
        with psycopg.connect(addresses.postgres) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        assert Redis.from_url(addresses.redis).ping()
        pids = dict(addresses.pids)
        assert list(pids) == ["postgres", "redis", "broker"]
        assert all(map(is_there, pids.values()))
        port = int(addresses.kafka.rpartition(":")[2])
        assert listens(port)
    assert not any(map(is_there, pids.values()))
    assert not listens(port)


def test_a_server_that_somebody_has_is_neither_started_nor_stopped(redis_url: str, kafka: str) -> None:
    with started(redis_url=redis_url, kafka=kafka) as addresses:
        assert [name for name, _ in addresses.pids] == ["postgres"]
        assert addresses.pid("redis") is None
    assert Redis.from_url(redis_url).ping()


def test_servers_end_with_a_parent_that_is_killed() -> None:
    folder = Path(mkdtemp())
    folder.chmod(0o755)  # servers run as somebody else
    program = "from swifteats_sim.live.servers import started\nwith started() as a: print(a.pids, flush=True); input()"
    parent = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(folder)},
    )  # fmt: skip
    assert parent.stdout is not None
    pids = dict(eval(parent.stdout.readline())).values()
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    for _ in range(500):
        if not any(map(is_there, pids)):
            break
        sleep(20_000_000)
    shutil.rmtree(folder)
    assert not any(map(is_there, pids))


def test_what_does_not_start_says_why() -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no such setting')"]
    with (
        pytest.raises(NoServer, match="thing does not start: no such setting"),
        running("thing", lambda port, folder: command, lambda port: False),
    ):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="whoever is not root starts servers as himself")
def test_programs_that_nobody_else_can_read_are_copied(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "server"
    (home / "bin" / "inner").mkdir(parents=True)
    (home / "bin" / "inner" / "lib").write_text("library", encoding="utf-8")
    (home / "program").write_text("program", encoding="utf-8")
    folder.mkdir()
    near = within_reach(home, ("bin/inner", "program"), folder)  # the folders of tests are their user's alone
    assert near == folder / "programs"
    assert (near / "bin" / "inner" / "lib").read_text(encoding="utf-8") == "library"
    assert (near / "program").read_text(encoding="utf-8") == "program"
    assert within_reach(Path("/usr"), ("bin",), folder) == Path("/usr")

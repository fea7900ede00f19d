"""A server's process: started as a child that dies with its parent, known to be ready, and always stopped."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from swifteats_sim.live.clock import MONOTONIC, sleep

LOOPBACK = "127.0.0.1"
ATTEMPTS = 3
"""Starts tried: between looking for a free port and taking it, somebody else may."""
PATIENCE = 30_000_000_000
"""ns until a server must be ready, and again until it must have stopped."""
LOOK_EVERY = 20_000_000
UNPRIVILEGED = "nobody"


class NoServer(RuntimeError):
    """A server cannot be started here: the message says which, and why."""


Ready = Callable[[int], bool]
"""Whether a server answers on this port."""


@contextmanager
def running(name: str, command: Callable[[int, Path], Sequence[str]], ready: Ready) -> Iterator[tuple[int, int]]:
    """Run a server in a temporary folder: (port, process id). command : its arguments, given port and folder."""
    folder = Path(mkdtemp(prefix=f"swifteats-{name}-"))
    try:
        hand_over(folder)
        process, port = _started(name, command, ready, folder)
        try:
            yield port, process.pid
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def hand_over(folder: Path) -> None:
    """Give the folder to whom servers run as: not to root, which PostgreSQL refuses to be."""
    folder.chmod(0o700)
    if os.geteuid() == 0:
        user = pwd.getpwnam(UNPRIVILEGED)
        os.chown(folder, user.pw_uid, user.pw_gid)


def within_reach(root: Path, parts: Sequence[str], folder: Path) -> Path:
    """The folder `root` where whoever servers run as can read it; else a copy in `folder` of these parts of it.

    An environment below root's own home is nobody else's to read.
    """
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in (root, *root.resolve().parents)):
        return root
    near = folder / "programs"
    for part in parts:
        copy = shutil.copytree if (root / part).is_dir() else shutil.copy2
        (near / part).parent.mkdir(parents=True, exist_ok=True)
        copy(root / part, near / part)
    near.chmod(0o755)
    return near


def unprivileged(command: Sequence[str]) -> list[str]:
    """The command as somebody who is not root, ended by the system when its parent has gone."""
    if shutil.which("setpriv") is None:
        return list(command)
    as_nobody = (f"--reuid={UNPRIVILEGED}", "--clear-groups") if os.geteuid() == 0 else ()
    return ["setpriv", "--pdeathsig=INT", *as_nobody, "--", *command]


def _started(
    name: str, command: Callable[[int, Path], Sequence[str]], ready: Ready, folder: Path
) -> tuple[subprocess.Popen[bytes], int]:
    log = folder.with_suffix(".log")
    for _ in range(ATTEMPTS):
        port = _free_port()
        with log.open("wb") as out:
            process = subprocess.Popen(
                unprivileged(command(port, folder)), stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=folder,
                start_new_session=True,
            )  # fmt: skip
        came_up = _wait(process, ready, port)
        said = log.read_text(encoding="utf-8", errors="replace")
        log.unlink()
        if came_up:
            return process, port
        _stop(process)
    raise NoServer(f"{name} does not start: {said.strip()[-500:] or 'it says nothing'}")


def _wait(process: subprocess.Popen[bytes], ready: Ready, port: int) -> bool:
    until = MONOTONIC() + PATIENCE
    while process.poll() is None and MONOTONIC() < until:
        if ready(port):
            return True
        sleep(LOOK_EVERY)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to stop, without waiting for clients; end it where it does not."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(PATIENCE / 1e9)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether anybody takes connections on this port of the loopback."""
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0

"""Archivers that are killed: a warm process that starts a copy of itself for each, at a line of JSON.

It answers with the copy's process id and, at the next line, with how it ended: until then the number stays the copy's.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from swifteats_sim.live.archive import Moment, archive

BATCH = 10
"""Rows, so that there are instants between batches even of few orders."""


def archive_until(dsn: str, folder: str, today: int, kill_at: int | None) -> None:
    """Archive; be killed at a moment, counted from 0."""
    moments = iter(range(1_000_000))

    def tell(moment: Moment) -> None:
        if next(moments) == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    archive(dsn, Path(folder), today, tell=tell, batch=BATCH)


def serve() -> None:
    for line in iter(sys.stdin.readline, ""):
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                archive_until(**json.loads(line))
                code = 0
            finally:
                os._exit(code)
        print(pid, flush=True)
        sys.stdin.readline()
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


class Archivers:
    """The warm process, from the test's side."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def begin(self, **request: Any) -> int:
        """An archiver's process id."""
        return self._answer(json.dumps(request))

    def end(self) -> int:
        """How it ended: its exit code, or minus the signal."""
        return self._answer("end")

    def _answer(self, line: str) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def archivers() -> Iterator[Archivers]:
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    with subprocess.Popen(
        [sys.executable, "-c", "import archive_child; archive_child.serve()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"},
    ) as process:  # fmt: skip
        yield Archivers(process)
        assert process.stdin is not None
        process.stdin.close()

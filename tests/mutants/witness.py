"""A plug-in for the hunt: writes down which package was tested, and what failed, and by what.

It is loaded by `-p witness` in a child process; the file it writes is named by the variable WITNESS.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_failures: list[dict[str, str]] = []
_passed: list[str] = []


def pytest_exception_interact(node: pytest.Item | pytest.Collector, call: pytest.CallInfo[Any], report: Any) -> None:
    """A test has failed, or a file could not be read."""
    assert call.excinfo is not None
    for each in _alone(call.excinfo.value):
        message = f"{type(each).__name__}: {each}".partition("\n")[0]
        _failures.append({"test": node.nodeid, "by": type(each).__name__, "message": message})


def _alone(failure: BaseException) -> Iterator[BaseException]:
    """One by one, where several came together."""
    if isinstance(failure, BaseExceptionGroup):
        for each in failure.exceptions:
            yield from _alone(each)
    else:
        yield failure


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test is over."""
    if report.when == "call" and report.passed:
        _passed.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """All is over."""
    import swifteats_sim

    package = str(Path(swifteats_sim.__file__).parent)
    Path(os.environ["WITNESS"]).write_text(
        json.dumps({"package": package, "failures": _failures, "passed": _passed}), encoding="utf-8"
    )

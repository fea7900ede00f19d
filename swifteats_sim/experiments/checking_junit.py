"""A check as JUnit XML: a suite a scenario, a case a target and one a metric that is compared."""

from __future__ import annotations

import io
from collections.abc import Sequence

from junitparser import Error, Failure, JUnitXml, TestCase, TestSuite

from swifteats_sim.experiments.checked import Checked, Held, Movement, target_key
from swifteats_sim.experiments.checking_words import movement, target
from swifteats_sim.results.inert import inert
from swifteats_sim.results.verdict import INCONCLUSIVE, PASSED

TARGETS, METRICS = "targets", "metrics"
"""Classes of cases."""


def as_junit(every: Sequence[Checked]) -> str:
    """The XML. Failed is what is missed or has moved, an error what nobody can say: neither is green."""
    whole = JUnitXml("swifteats-sim check")
    for checked in every:
        whole.add_testsuite(_suite(checked))
    text = io.BytesIO()
    whole.write(text)
    return text.getvalue().decode("utf-8") + "\n"


def _suite(checked: Checked) -> TestSuite:
    suite = TestSuite(checked.name)
    suite.add_property("file", inert(checked.chosen.file))
    suite.add_property("digest", checked.now.digest)
    suite.add_property("seed", str(checked.now.seed))
    suite.add_property("replications", str(checked.now.replications))
    suite.add_testcases([_of_target(each, checked) for each in checked.held])
    suite.add_testcases([_of_metric(each, checked) for each in checked.movements if each.outcome != "new"])
    return suite


def _of_target(held: Held, checked: Checked) -> TestCase:
    where = held.place.file if held.place.line is None else f"{held.place.file}:{held.place.line}"
    message = f"{target(held)} ({inert(where)})"
    return _case(inert(target_key(held.judgement)), checked, TARGETS, held.severity, held.judgement.verdict, message)


def _of_metric(moved: Movement, checked: Checked) -> TestCase:
    message = movement(moved, checked) if moved.severity != PASSED else ""
    return _case(moved.metric, checked, METRICS, moved.severity, moved.outcome, message)


def _case(name: str, checked: Checked, kind: str, severity: int, verdict: str, message: str) -> TestCase:
    case = TestCase(name, f"{checked.name}.{kind}", 0.0)
    if severity != PASSED:
        case.result = (Error if severity == INCONCLUSIVE else Failure)(message, verdict)
    return case

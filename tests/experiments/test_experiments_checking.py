"""A scenario against its baseline: what has moved, what may be chance, what is gone, and how it is told."""

from __future__ import annotations

import dataclasses
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree
from ruamel.yaml import YAML

from swifteats_sim.experiments.checked import Checked, Chosen, Outcome, worse
from swifteats_sim.experiments.checking import check, entry_of
from swifteats_sim.experiments.checking_annotations import annotated
from swifteats_sim.experiments.checking_junit import as_junit
from swifteats_sim.experiments.checking_summary import as_json, as_markdown
from swifteats_sim.experiments.checking_words import MOST, ending, idle, not_asked, severity, told
from swifteats_sim.experiments.comparing import Side
from swifteats_sim.experiments.updating import made_with, updated
from swifteats_sim.results import Judgement
from swifteats_sim.results.baseline import EMPTY, Baseline, Entry
from swifteats_sim.results.baseline_reading import baseline_of
from swifteats_sim.results.tolerances import Tolerance, Tolerances, tolerance
from swifteats_sim.results.verdict import Verdict
from swifteats_sim.scenario import Scenario, ScenarioError, load
from swifteats_sim.scenario.target_places import Place, target_places

ROOT = Path(__file__).parents[2]
QUEUE = ROOT / "scenarios/theory/mm1_rho80.yaml"
DECLARED = load(QUEUE)
PLACES = target_places(QUEUE, (), DECLARED)
CHOSEN = Chosen(str(QUEUE), PLACES)
TWO = Tolerances(tolerance("2 %"), {})
SAME, OTHER = "00" * 32, "11" * 32
P99, P50 = "call.latency.p99", "station.desk.wait.p50"
Column = tuple[float | None, ...]
PASS: Verdict = "pass"


def side(scenario: Scenario = DECLARED, digest: str = SAME, verdicts: tuple[Verdict, ...] = (), **columns: Any) -> Side:
    """A run that measured these columns: `call__latency__p99=(1, 2)`; None where a replication had no such value."""
    names = {name: name.replace("__", ".") for name in columns}
    count = max((len(column) for column in columns.values()), default=1)
    rows = [
        {names[name]: value for name, column in columns.items() if (value := column[number]) is not None}
        for number in range(count)
    ]
    given = [*verdicts, *(PASS,) * len(scenario.conditions)]
    judged = tuple(
        Judgement(target, 1.0, None, verdict, target.unit, "as it is")
        for target, verdict in zip(scenario.conditions, given, strict=False)
    )
    scenario = scenario.model_copy(update={"replications": count})
    return Side(str(QUEUE), scenario, scenario.seed, count, rows, judged, (), digest)


def entry(**columns: Any) -> Entry:
    return entry_of(side(**columns), CHOSEN, "older")


def held(before: Entry | None, now: Side, allowed: Tolerances = TWO) -> Checked:
    return check(now, CHOSEN, "newer", before, allowed)


def outcome(then: Column, now: Column, allowed: Tolerance = TWO.default) -> Outcome:
    tolerances = Tolerances(allowed, {})
    (found,) = held(entry(call__latency__p99=then), side(digest=OTHER, call__latency__p99=now), tolerances).movements
    return found.outcome


@pytest.mark.parametrize(
    ("then", "now", "found", "code"),
    [
        ((1.0, 2.0, 3.0), (1.0, 2.0, 3.0), "same", 0),
        ((1.0, 2.0, 3.0), (1.01, 2.02, 3.03), "within", 0),
        ((1.0, 2.0, 3.0), (1.1, 2.2, 3.3), "unclear", 98),  # half the interval is t(2) x 0.1 / sqrt 3 = 0.248 > 0.2
        ((1.0, 2.0, 3.0), (1.1, 2.1, 3.11), "moved", 99),
        ((1.0, 2.0, 3.0), (0.9, 1.9, 2.89), "moved", 99),
        ((1.0, 2.0, 3.0), (0.0, 2.0, 5.0), "unclear", 98),
        ((0.0, 0.0), (0.0, 0.0), "same", 0),
        ((0.0, 0.0), (1e-12, 1e-12), "moved", 99),
        ((1.0,), (1.5,), "moved", 99),
        ((1.0,), (1.01,), "within", 0),
        ((0.0,), (1.0,), "moved", 99),
        ((1.0, None), (1.0, None), "same", 0),
        ((1.0, None), (1.01, None), "within", 0),
        ((1.0, None), (1.5, None), "unclear", 98),
        ((1.0, None), (1.0, 1.0), "unclear", 98),
        ((1.0, 1.0), (None, None), "gone", 99),
        ((None, None), (1.0, 1.0), "new", 0),
    ],
)
def test_a_metric_moves_beyond_its_tolerance_and_its_interval_or_not(
    then: Column, now: Column, found: Outcome, code: int
) -> None:
    if found in ("gone", "new"):
        before, after = entry(call__wait__mean=(1.0, 1.0)), side(call__wait__mean=(1.0, 1.0))
        one = held(entry(call__latency__p99=then, call__wait__mean=(1.0, 1.0)), after)
        other = held(before, side(call__latency__p99=now, call__wait__mean=(1.0, 1.0)))
        checked = one if found == "gone" else other
        assert [each.outcome for each in checked.movements] == [found, "same"]
    else:
        checked = held(entry(call__latency__p99=then), side(digest=OTHER, call__latency__p99=now))
        assert [each.outcome for each in checked.movements] == [found]
    assert checked.severity == code


@pytest.mark.parametrize("allowed", ["any", "1 s", "60 %"])
def test_a_wide_tolerance_lets_it_move(allowed: str) -> None:
    assert outcome((1.0, 2.0), (1.5, 2.5), tolerance(allowed)) == "within"


def test_what_may_move_as_it_likes_may_go_and_change_its_gaps() -> None:
    anything, one = Tolerances(tolerance("any"), {}), (1.0, 1.0)
    gone = held(entry(call__latency__p99=one, call__wait__mean=one), side(call__wait__mean=one), anything)
    assert [each.outcome for each in gone.movements] == ["gone", "same"]
    assert gone.severity == 0
    assert outcome((1.0, None), (None, 7.0), anything.default) == "within"


def test_a_metric_is_told_with_size_values_interval_and_direction() -> None:
    now = side(digest=OTHER, call__latency__p99=(2.13, 2.16, 2.19))
    (line,) = [line for line in told(held(entry(call__latency__p99=(1.92, 1.92, 1.92)), now)) if "moved:" in line]
    assert line == (
        f"  moved: {P99} +12.5 % (1.92 s -> 2.16 s, paired interval +8.62 to +16.4 %)"
    )  # targets of this quantity: p99 > 2.1 s and p99 < 2.5 s: nobody knows which way is worse


def test_which_way_is_worse_is_what_the_targets_say() -> None:
    menu = load(ROOT / "scenarios/menu_browsing.yaml")
    checked = check(
        side(menu), Chosen("x", target_places(ROOT / "scenarios/menu_browsing.yaml", (), menu)), "", None, TWO
    )
    above = next(each for each in menu.conditions if each.operator in ("<", "<="))
    below = next(each for each in menu.conditions if each.operator in (">", ">="))
    assert worse(above.metric, 1.0, 2.0, checked.held) == "worse"
    assert worse(above.metric, 2.0, 1.0, checked.held) == "better"
    assert worse(f"{above.metric.rpartition('.')[0]}.p50", 1.0, 2.0, checked.held) == "worse"
    assert worse(below.metric, 0.9, 0.5, checked.held) == "worse"
    assert worse("station.gateway.queue.mean", 1.0, 2.0, checked.held) == ""


def test_one_replication_is_told_as_its_value_alone() -> None:
    lines = told(held(entry(call__wait__p50=(1.0,)), side(digest=OTHER, call__wait__p50=(2.0,))))
    assert "  moved: call.wait.p50 +100 % (1 s -> 2 s, one replication: its value alone, no interval)" in lines


def test_what_was_nothing_has_no_share() -> None:
    lines = told(held(entry(call__stale__count=(0.0, 0.0)), side(digest=OTHER, call__stale__count=(3.0, 3.0))))
    assert "  moved: call.stale.count +3, from 0 (0 -> 3, paired interval +3 to +3)" in lines


def test_numbers_at_the_edge_of_what_a_baseline_may_hold_are_told() -> None:
    for then in ((1e30, 1e30), (5e-324, 5e-324), (-1e30, -1e30), (1e-30, 0.0)):
        checked = held(entry(call__wait__p50=then), side(digest=OTHER, call__wait__p50=(1.0, 2.0)))
        assert all(line.isprintable() for line in told(checked))
        assert json.loads(as_json([checked], "b.yaml", updated=False))["exit_code"] in (98, 99)
        assert "nan" not in as_markdown([checked], "b.yaml", updated=False)


def test_the_same_record_measured_otherwise_is_no_pass() -> None:
    checked = held(entry(call__wait__p50=(1.0, 1.0)), side(call__wait__p50=(2.0, 2.0)))
    assert checked.severity == 99
    assert any(
        "the record is the same to the last bit: metrics are measured otherwise" in line for line in told(checked)
    )


def test_another_digest_with_the_same_values_is_said_and_passes() -> None:
    checked = held(entry(call__wait__p50=(1.0, 1.0)), side(digest=OTHER, call__wait__p50=(1.0, 1.0)))
    assert checked.severity == 0
    assert told(checked) == [
        "mm1-rho80: 10 of 10 targets pass; 1 of 1 metric is the same; another digest, though every value is the same",
        "  the baseline was made with older; this is newer",
    ]


def test_a_target_missed_fails_whatever_the_metrics_do() -> None:
    now = side(verdicts=("fail", "saturated", "inconclusive"), call__wait__p50=(1.0, 1.0))
    checked = held(entry(call__wait__p50=(1.0, 1.0)), now)
    assert checked.severity == 99
    lines = told(checked)
    assert "  target missed: call.wait mean > 380 ms: 1 s, fail: as it is; in the baseline: pass" in lines
    assert sum("target missed" in line for line in lines) == 2
    assert sum("target undecided" in line for line in lines) == 1
    assert ending([checked]) == "failed: 1 scenario; 2 targets missed, 1 target undecided"
    undecided = held(entry(call__wait__p50=(1.0, 1.0)), side(verdicts=("inconclusive",), call__wait__p50=(1.0, 1.0)))
    assert (undecided.severity, severity([undecided, checked])) == (98, 99)


def test_what_changed_in_the_scenario_itself_is_said_and_the_rest_compared() -> None:
    then = load(QUEUE, [("duration", "100 s"), ("seed", "9")])
    before = entry_of(side(then, call__wait__p50=(1.0, 1.0, 1.0)), CHOSEN, "older")
    checked = held(before, side(digest=OTHER, call__wait__p50=(1.0, 1.0)))
    lines = told(checked)
    assert (
        "  the scenario itself changed since: seed (9 -> 1); replications (3 -> 2); duration (100 s -> 125 min)"
        in lines
    )
    assert "  the first 2 replications are compared" in lines
    assert "  the random numbers are others, so that chance differs too" in lines
    assert (checked.severity, checked.replications) == (0, 2)


def test_a_declaration_of_another_version_is_compared_as_far_as_it_goes() -> None:
    before = dataclasses.replace(entry(call__wait__p50=(1.0, 1.0)), declared="name: mm1-rho80\nspeed: 3\n")
    checked = held(before, side(digest=OTHER, call__wait__p50=(1.0, 1.0)))
    assert checked.severity == 0
    assert any("and more, which this version cannot tell: speed: unknown key 'speed'" in line for line in told(checked))


def test_more_metrics_than_a_person_reads_are_counted() -> None:
    columns: dict[str, Any] = {f"station__s{number}__wait__mean": (1.0, 1.0) for number in range(40)}
    after: dict[str, Any] = dict.fromkeys(columns, (2.0, 2.0))
    lines = told(held(entry(**columns), side(digest=OTHER, **after)))
    assert sum(line.startswith("  moved: station.") for line in lines) == MOST
    assert "  moved: 25 more" in lines
    assert "  chance alone would move about 2 of the 40 metrics that differ at all" in lines


def test_judged_metrics_come_first() -> None:
    before = entry(call__latency__p99=(1.0, 1.0), call__stale__count=(1.0, 1.0))
    checked = held(before, side(digest=OTHER, call__latency__p99=(1.1, 1.1), call__stale__count=(9.0, 9.0)))
    assert [each.metric for each in checked.of("moved")] == [P99, "call.stale.count"]


def known() -> Baseline:
    return EMPTY.with_entries(
        {"mm1-rho80": entry(call__wait__p50=(1.0, 1.0)), "gone": dataclasses.replace(entry(), name="gone")}
    )


def test_patterns_without_a_metric_and_scenarios_that_were_not_checked_are_named() -> None:
    checked = held(known().entries["mm1-rho80"], side(call__wait__p50=(1.0, 1.0)))
    mistyped = Tolerances(TWO.default, {"cal.*": tolerance("3 %"), "call.*": tolerance("3 %")})
    assert idle(mistyped, [checked], known()) == ["tolerances: 'cal.*' matches no metric"]
    assert not_asked([checked], known()) == ["in the baseline, and not checked: gone"]


def test_an_update_says_what_is_new_and_keeps_what_is_not() -> None:
    before = known()
    checked = held(
        before.entries["mm1-rho80"], side(digest=OTHER, call__wait__p50=(1.0, 2.0), call__wait__p99=(3.0, 4.0))
    )
    text, said = updated(before, [checked], "b.yaml")
    assert said == ["b.yaml: mm1-rho80 is updated: 2 metrics and the digest"]
    assert text is not None
    after = baseline_of(text, "b.yaml")
    assert after.entries["mm1-rho80"].says_as(checked.now)
    assert after.entries["gone"].says_as(before.entries["gone"])
    again = held(after.entries["mm1-rho80"], side(digest=OTHER, call__wait__p50=(1.0, 2.0), call__wait__p99=(3.0, 4.0)))
    assert updated(after, [again], "b.yaml") == (None, ["b.yaml: nothing to update"])
    assert ending([checked], updated=True) == "passed: 1 scenario; every target passes"


def test_what_could_not_be_read_again_is_not_written() -> None:
    huge = held(None, side(call__wait__p50=(1e31,)))
    with pytest.raises(ScenarioError, match=r"would not be a baseline any more: .*call\.wait\.p50: must be finite"):
        updated(EMPTY, [huge], "b.yaml")
    columns: dict[str, Any] = {f"station__s{number}__wait__mean": (0.1,) * 600 for number in range(600)}
    wide = held(None, side(**columns))
    with pytest.raises(ScenarioError, match="would be larger than 1 MB: check the scenarios against several baselines"):
        updated(EMPTY, [wide], "b.yaml")


def test_what_it_was_made_with_is_a_line() -> None:
    assert re.fullmatch(r"swifteats-sim \S+, Python 3\.\S+, numba .*, simpy \S+, \w+", made_with())


HOSTILE = "x</failure>\n::error::no|a|=cmd|'!A0\u202e\x07##[error]`<b>\ud800.yaml"
BASELINE = "base\n::warning::no</property>|\u200f\x00.yaml"


def hostile() -> Checked:
    chosen = Chosen(HOSTILE, tuple(Place(HOSTILE, 3) for _ in DECLARED.conditions))
    columns: dict[str, Any] = {
        "call__latency__p99": (1.0, 1.0),
        "call__wait__p50": (1.0, 1.0),
        "call__wait__p99": (1.0, 1.0),
    }
    before = dataclasses.replace(
        entry(**columns, call__wait__max=(1.0, 1.0)),
        made_with="<script>\u202e",
        declared=f"name: mm1-rho80\nquestion: {json.dumps('::error::no <b>')}\n'::error::</failure>\x1b': 3\n",
    )
    now = side(digest=OTHER, verdicts=("fail", "inconclusive"), **{**columns, "call__wait__p50": (2.0, 2.0)})
    return check(now, chosen, "newer", before, TWO)


def test_hostile_names_are_letters_in_the_terminal() -> None:
    lines = told(hostile())
    assert all(line.isprintable() and not line.lstrip().startswith("::") and "##[" not in line for line in lines)


def test_junit_has_a_suite_a_scenario_and_a_case_a_target_and_a_metric() -> None:
    checked = hostile()
    root = ElementTree.fromstring(as_junit([checked]))
    (suite,) = root.findall("testsuite")
    assert (root.tag, suite.get("name")) == ("testsuites", "mm1-rho80")
    cases = suite.findall("testcase")
    assert len(cases) == len(DECLARED.conditions) + len(checked.movements)
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == (str(len(cases)), "3", "1")
    failed = {case.get("name"): case.find("failure") for case in cases if case.find("failure") is not None}
    assert set(failed) == {"call.wait mean > 380 ms", "call.wait.p50", "call.wait.max"}
    assert "+100 %" in failed["call.wait.p50"].get("message")
    assert {case.get("classname") for case in cases} == {"mm1-rho80.targets", "mm1-rho80.metrics"}
    assert HOSTILE[:3] in failed["call.wait mean > 380 ms"].get("message")
    assert all(text.isprintable() for element in root.iter() for text in element.attrib.values())


def test_annotations_stand_at_the_lines_of_targets_and_of_metrics() -> None:
    text = updated(EMPTY, [held(None, side(call__latency__p99=(1.0, 1.0), call__wait__p50=(1.0, 1.0)))], "b.yaml").text
    assert text is not None
    before = baseline_of(text, "b.yaml").entries["mm1-rho80"]
    now = side(digest=OTHER, verdicts=("fail",), call__latency__p99=(2.0, 2.0), call__wait__p50=(2.0, 2.0))
    target, judged, other = annotated([held(before, now)], "b.yaml")
    lines = QUEUE.read_text(encoding="utf-8").splitlines()
    assert (target.level, target.file, target.title) == ("error", str(QUEUE), "mm1-rho80: target missed")
    assert "mean > 380 ms" in lines[(target.line or 0) - 1]
    assert "p99 < 2.5 s" in lines[(judged.line or 0) - 1]
    assert (other.file, text.splitlines()[(other.line or 0) - 1]) == ("b.yaml", "      call.wait.p50: 1 1")


def test_annotations_are_as_many_as_github_shows_and_their_last_counts_the_rest() -> None:
    columns: dict[str, Any] = {f"station__s{number}__wait__mean": (1.0, 1.0) for number in range(40)}
    after: dict[str, Any] = dict.fromkeys(columns, (2.0, 2.0))
    found = annotated([held(entry(**columns), side(digest=OTHER, **after))], "b.yaml")
    assert len(found) == 10
    assert found[-1].message.endswith("; and 30 more, in the log")


def test_hostile_names_make_no_command_of_an_annotation() -> None:
    printed = [each.text(Path()) for each in annotated([hostile()], BASELINE)]
    assert len(printed) == 4
    assert all(len(line.splitlines()) == 1 and line.isprintable() for line in printed)
    assert all(line.startswith(("::error file=", "::warning file=")) for line in printed)
    assert not any("::" in line.removeprefix("::").split("::", 1)[0] for line in printed)


def test_markdown_shows_hostile_names_as_letters() -> None:
    shown = as_markdown([hostile()], BASELINE, updated=False)
    assert shown.startswith(
        "## swifteats-sim check: failed: 1 scenario; 1 target missed, 1 target undecided, 1 metric moved"
    )
    assert "<" not in shown
    assert all(line.isprintable() and not line.startswith("::") for line in shown.splitlines())
    table = [line for line in shown.splitlines() if line.startswith("|")]
    assert len(table) == 2 + len(DECLARED.conditions)
    assert len({line.count("|") for line in table}) == 1
    assert any("call.wait mean &gt; 380 ms" in line and "**fail**" in line for line in table)


def test_json_holds_everything_and_nothing_but_ascii() -> None:
    checked = hostile()
    text = as_json([checked], BASELINE, updated=False)
    assert text.isascii()
    kept = json.loads(text)
    assert (kept["outcome"], kept["exit_code"], kept["baseline"]) == ("failed", 99, BASELINE)
    (scenario,) = kept["scenarios"]
    assert scenario["file"] == HOSTILE
    assert {name: each["outcome"] for name, each in scenario["metrics"].items()} == {
        P99: "same", "call.wait.max": "gone", "call.wait.p50": "moved", "call.wait.p99": "same",
    }  # fmt: skip
    moved = scenario["metrics"]["call.wait.p50"]
    assert (moved["relative"], moved["difference"]["per_replication"], moved["tolerance"]) == (1.0, [1.0, 1.0], "2 %")
    assert scenario["targets"][0]["line"] == 3


def test_a_baseline_of_any_columns_is_yaml_for_others_too() -> None:
    text = updated(EMPTY, [held(None, side(call__wait__p50=(1.0, None), call__wait__p99=(0.5, 3.0)))], "b.yaml").text
    read = YAML(typ="safe", pure=True).load(text)
    assert read["scenarios"]["mm1-rho80"]["metrics"] == {"call.wait.p50": "1 none", "call.wait.p99": "0.5 3"}


PIECES = (
    "0", "-", "1e30", "-1e30", "5e-324", ".nan", ".inf", "1e400", "none", "~", "null", "[]", "{}", ": ", "\n", "  ",
    "'", '"', "*", "&a", "!!x", "|", "%", "any", "\u202e", "\x00", "\x1b", "\ud800", "name", "metrics:", "9" * 50,
    "é", "#", "---\n", "<<: ", "true",
)  # fmt: skip


def broken(text: str, chance: random.Random) -> str:
    """A baseline after a few careless edits: something lost, doubled, swapped or put in."""
    for _ in range(chance.randint(1, 3)):
        begin = chance.randrange(len(text))
        end = min(len(text), begin + chance.choice((0, 1, 1, 5, 40)))
        text = text[:begin] + chance.choice((*PIECES, "", text[begin:end] * 2)) + text[end:]
    return text


def test_any_edited_baseline_is_compared_with_or_refused_in_one_message() -> None:
    """Nothing else may come of it: no fault of ours, no line that a terminal obeys."""
    now = side(digest=OTHER, call__latency__p99=(1.0, 2.0), call__wait__p50=(3.0, 4.0))
    text = updated(EMPTY, [held(None, side(call__latency__p99=(1.0, 2.0), call__wait__p50=(3.0, 4.5)))], "b").text
    chance, taken = random.Random(8), 0
    refusals: list[str] = []
    for _ in range(300):
        edited = broken(text or "", chance)
        try:
            read = baseline_of(edited, "b.yaml")
        except ScenarioError as error:
            refusals.append(str(error))
            continue
        taken += 1
        checked = held(read.entries.get("mm1-rho80"), now, read.tolerances(None))
        assert all(line.isprintable() for line in [*told(checked), ending([checked])])
        ElementTree.fromstring(as_junit([checked]))
        json.loads(as_json([checked], "b.yaml", updated=False))
        assert "<" not in as_markdown([checked], "b.yaml", updated=False)
    assert all(each.startswith("b.yaml:") for each in refusals)
    assert min(len(refusals), taken) > 50

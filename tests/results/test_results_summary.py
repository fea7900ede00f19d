"""The summary and the verdict table, as readers get them."""

from __future__ import annotations

import io
import json

import numpy as np
from rich.console import Console

from swifteats_sim.results import Estimate, Judgement, build_summary, verdict_markdown, verdict_rich
from swifteats_sim.results.findings import Finding
from swifteats_sim.scenario.targets import Target

LATENCY = Target("order.latency.p99", "<", 0.5, "p99 < 500 ms", "s")
PIPE = Target("station.a|[b].wait.max", "<", 0.1, "max < 100 ms", "s")
JUDGEMENTS = (
    Judgement(LATENCY, 0.3, (0.25, 0.35), "pass", "s", "the whole interval is on the good side"),
    Judgement(
        Target("gps.completion.ratio", ">=", 0.999, "ratio >= 99.9 %", "ratio"),
        0.5,
        None,
        "fail",
        "ratio",
        "one replication",
    ),
    Judgement(PIPE, None, None, "inconclusive", "s", "no data"),
    Judgement(LATENCY, 2.0, (1.5, 2.5), "saturated", "s", "open orders grow by 5.0/min in 1 of 3 replications"),
)

GROWING = "saturated: open orders grow by 5.0/min in 1 of 3 replications"


def cells(markdown: str) -> list[list[str]]:
    rows = [line for line in markdown.splitlines() if not line.startswith("| -")]
    return [[cell.strip() for cell in line.removeprefix("| ").removesuffix(" |").split(" | ")] for line in rows]


def test_the_verdict_table_pastes_into_a_document() -> None:
    assert cells(verdict_markdown(JUDGEMENTS)) == [
        ["target", "value", "95 % interval", "verdict"],
        ["order.latency p99 < 500 ms", "300 ms", "250 ms to 350 ms", "pass"],
        ["gps.completion ratio >= 99.9 %", "50 %", "none", "fail"],
        ["station.a\\|[b].wait max < 100 ms", "no data", "none", "inconclusive: no data"],
        ["order.latency p99 < 500 ms", "2 s", "1.5 s to 2.5 s", GROWING],
    ]


def test_the_columns_line_up() -> None:
    lines = verdict_markdown(JUDGEMENTS).splitlines()
    assert len(lines) == 6
    assert len({len(line) for line in lines}) == 1
    assert set(lines[1]) == {"|", "-", " "}


def test_the_terminal_s_table_says_in_words_what_it_colours() -> None:
    plain = Console(file=io.StringIO(), width=200, color_system=None)
    plain.print(verdict_rich(JUDGEMENTS))
    assert isinstance(plain.file, io.StringIO)
    shown = plain.file.getvalue()
    for words in (
        "300 ms",
        "250 ms to 350 ms",
        " pass ",
        " fail ",
        "inconclusive: no data",
        "saturated: open orders",
        "a|[b]",
    ):
        assert words in shown
    styles = [cell.style for cell in verdict_rich(JUDGEMENTS).columns[3].cells]  # type: ignore[union-attr]
    assert styles == ["green", "bold red", "yellow", "bold magenta"]


def test_the_summary_is_plain_json_in_si_units() -> None:
    summary = build_summary(
        scenario="peak",
        seed=7,
        replications=3,
        digest="ab" * 32,
        sim_seconds=7200,
        wall_seconds=1.5,
        events=np.int64(12),  # type: ignore[arg-type]
        estimates={
            "order.latency.p99": Estimate(np.float64(0.3), (0.25, 0.35), (0.3,)),
            "orders.delivered.rate": Estimate(8.0, None, (8.0,)),
        },
        judgements=JUDGEMENTS[1:3],
        findings=[Finding("fix-order", "in order", ("F22",))],
    )
    assert json.loads(json.dumps(summary, allow_nan=False)) == {
        "scenario": "peak",
        "seed": 7,
        "replications": 3,
        "digest": "ab" * 32,
        "sim_seconds": 7200.0,
        "wall_seconds": 1.5,
        "events": 12,
        "metrics": {
            "order.latency.p99": {"value": 0.3, "unit": "s", "ci95": [0.25, 0.35]},
            "orders.delivered.rate": {"value": 8.0, "unit": "/s", "ci95": None},
        },
        "targets": [
            {
                "metric": "gps.completion.ratio",
                "condition": "ratio >= 99.9 %",
                "value": 0.5,
                "ci95": None,
                "verdict": "fail",
            },
            {
                "metric": "station.a|[b].wait.max",
                "condition": "max < 100 ms",
                "value": None,
                "ci95": None,
                "verdict": "inconclusive",
            },
        ],
        "findings": [{"id": "fix-order", "text": "in order", "refs": ["F22"]}],
        "warmup_cut": None,
    }

"""What a run recorded, what it measures, and the verdict on every target."""

from swifteats_sim.results.digest import digest
from swifteats_sim.results.findings import Evidence, collect_findings
from swifteats_sim.results.folder import write_run
from swifteats_sim.results.metrics import measure
from swifteats_sim.results.saturation import growths
from swifteats_sim.results.statistics import Estimate, estimates
from swifteats_sim.results.summary import build_summary
from swifteats_sim.results.table import verdict_markdown, verdict_rich
from swifteats_sim.results.tables import Tables
from swifteats_sim.results.verdict import Judgement, exit_code, judge
from swifteats_sim.results.where_time_goes import parts_markdown, parts_notes, parts_rich, where_time_goes
from swifteats_sim.results.why_late import why_late

__all__ = [
    "Estimate",
    "Evidence",
    "Judgement",
    "Tables",
    "build_summary",
    "collect_findings",
    "digest",
    "estimates",
    "exit_code",
    "growths",
    "judge",
    "measure",
    "parts_markdown",
    "parts_notes",
    "parts_rich",
    "verdict_markdown",
    "verdict_rich",
    "where_time_goes",
    "why_late",
    "write_run",
]

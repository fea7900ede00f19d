"""What a user declares: frozen, validated scenarios, targets, the metric catalogue and recorded days."""

from swifteats_sim.scenario.describing import describe, rendered
from swifteats_sim.scenario.distributions import Distribution
from swifteats_sim.scenario.errors import Problem, ScenarioError
from swifteats_sim.scenario.loading import load
from swifteats_sim.scenario.metric import Metric
from swifteats_sim.scenario.metrics import catalogue, metric_named, unit_of
from swifteats_sim.scenario.precision import Precision
from swifteats_sim.scenario.reading import read_trace
from swifteats_sim.scenario.scaling import scaled
from swifteats_sim.scenario.scenario import Scenario
from swifteats_sim.scenario.schema import scenario_schema
from swifteats_sim.scenario.targets import Target
from swifteats_sim.scenario.traces import Trace
from swifteats_sim.scenario.units import format_duration, format_value

__all__ = [
    "Distribution",
    "Metric",
    "Precision",
    "Problem",
    "Scenario",
    "ScenarioError",
    "Target",
    "Trace",
    "catalogue",
    "describe",
    "format_duration",
    "format_value",
    "load",
    "metric_named",
    "read_trace",
    "rendered",
    "scaled",
    "scenario_schema",
    "unit_of",
]

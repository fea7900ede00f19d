"""How busy cooks are, reckoned by hand."""

from __future__ import annotations

from results_records import kitchens, run

from swifteats_sim.results.measure_kitchens import measure_kitchens


def test_kitchens_without_cooks_are_left_out() -> None:
    cooked = kitchens({"cooks": 2, "busy": 120}, {"cooks": 1, "busy": 30}, {"cooks": 0, "busy": 0})
    assert measure_kitchens(run(kitchens=cooked)) == {
        "kitchen.utilization.mean": 0.375,
        "kitchen.utilization.max": 0.5,
    }


def test_a_city_of_recorded_kitchens_has_no_cooks_to_speak_of() -> None:
    assert measure_kitchens(run(kitchens=kitchens({"cooks": 0, "busy": 0}))) == {}

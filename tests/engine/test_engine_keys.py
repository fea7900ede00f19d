"""What jobs ask for: probabilities by hand, and as often as they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from swifteats_sim.engine.keys import CellKeys, ZipfKeys, zipf_probabilities
from swifteats_sim.engine.streams import Stream

STREAM = Stream(3, 0, "keys")


def counts(keys: ZipfKeys | CellKeys, jobs: int, number: int) -> NDArray[np.int64]:
    return np.bincount([keys.key(STREAM, 5, index) for index in range(jobs)], minlength=number)


def test_popularity_follows_zipf() -> None:
    assert zipf_probabilities(3, 1.0) == pytest.approx([6 / 11, 3 / 11, 2 / 11], rel=1e-15)
    assert zipf_probabilities(4, 0.0).tolist() == [0.25] * 4
    assert zipf_probabilities(150_000, 0.8).sum() == pytest.approx(1.0, abs=1e-12)


def test_keys_are_asked_for_as_often_as_they_should() -> None:
    observed = counts(ZipfKeys(6, 1.2), 20_000, 6)
    assert stats.chisquare(observed, 20_000 * zipf_probabilities(6, 1.2)).pvalue > 0.001


def test_a_key_is_a_quantile() -> None:
    keys = ZipfKeys(3, 1.0)
    assert [keys.at(u) for u in (1e-300, 0.54, 0.55, 0.81, 0.82, 1.0 - 2**-53, 1.0)] == [0, 0, 1, 1, 2, 2, 2]


def test_a_key_depends_on_its_address_only() -> None:
    keys = ZipfKeys(1000, 0.5)
    forwards = [keys.key(STREAM, 1, index) for index in range(20)]
    assert [keys.key(STREAM, 1, index) for index in reversed(range(20))] == forwards[::-1]
    assert len(set(forwards)) > 15


def test_a_square_of_four_cells_and_two_variants_has_eight_keys() -> None:
    observed = counts(CellKeys(1_000_000.0, 500.0, variants=2, exponent=1.0), 20_000, 8)
    expected = 20_000 * np.tile([2 / 3, 1 / 3], 4) / 4
    assert stats.chisquare(observed, expected).pvalue > 0.001


def test_narrow_cells_at_the_edge_are_rarer() -> None:
    # Columns of 40, 40 and 20 m.
    observed = counts(CellKeys(100.0**2, 40.0), 20_000, 9)
    expected = 20_000 * np.outer([0.4, 0.4, 0.2], [0.4, 0.4, 0.2]).ravel()
    assert stats.chisquare(observed, expected).pvalue > 0.001


def test_a_cell_as_large_as_the_area_is_one_key() -> None:
    assert counts(CellKeys(100.0**2, 250.0), 50, 1).tolist() == [50]


def test_cells_of_a_hand_are_as_good_as_raw_coordinates() -> None:
    keys = CellKeys(500e6, 0.1, variants=20, exponent=0.8)
    assert len({keys.key(STREAM, 0, index) for index in range(5_000)}) == 5_000


@settings(max_examples=100, deadline=None)
@given(st.floats(1.0, 1e9), st.floats(0.1, 1e5), st.integers(1, 5), st.floats(0.0, 2.0))
def test_a_spectrum_has_all_keys_and_all_probability(area: float, cell: float, variants: int, exponent: float) -> None:
    cells = CellKeys(area, cell, variants, exponent)
    catalogue = ZipfKeys(variants, exponent)
    for (probability, size), number in [
        (cells.spectrum(), cells.columns**2 * variants),
        (catalogue.spectrum(), variants),
    ]:
        assert size.sum() == number
        assert (probability >= -1e-15).all()
        assert (probability * size).sum() == pytest.approx(1.0, abs=1e-9)

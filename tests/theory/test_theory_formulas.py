"""The formulas that judge the engine, held against values worked out elsewhere: in textbooks, or by another way."""

from __future__ import annotations

import math

import numpy as np
import pytest
import queueing as q


def test_erlang_s_two_formulas_are_those_of_the_tables() -> None:
    assert q.erlang_b(2, 1.0) == pytest.approx(1 / 5)
    assert q.erlang_b(10, 8.0) == pytest.approx(0.1216610642529515)
    assert q.erlang_c(1, 0.65) == pytest.approx(0.65)
    assert q.erlang_c(2, 1.0) == pytest.approx(1 / 3)
    assert q.erlang_c(100, 95.0) == pytest.approx(0.5064568539130203)


def test_waits_in_m_m_c_follow_from_them() -> None:
    wait = q.mmc_wait(3, 2.4, 1.0)
    assert wait.mean == pytest.approx(1.078651685393258)
    assert wait.quantile(0.99) == pytest.approx(math.log(q.erlang_c(3, 2.4) / 0.01) / 0.6)
    assert wait.quantile(0.2) == 0.0, "a third do not wait"
    assert wait.then(q.exponential(1.0)).quantile(0.99) == pytest.approx(8.455477365422936)


def test_service_in_phases_keeps_the_formula_of_pollaczek_and_khinchine() -> None:
    for service, square in ((q.in_a_row([2.0, 2.0]), 1.5), (q.either([0.25, 0.75], [0.5, 1.5]), 8 / 3)):
        assert service.mean == pytest.approx(1.0)
        assert q.mg1_wait(0.8, service).mean == pytest.approx(0.8 * square / 2 / 0.2)
    assert q.mg1_wait(0.8, q.in_a_row([2.0, 2.0])).quantile(0.99) == pytest.approx(16.13058319230501)
    h2 = q.either([0.8872983346207417, 0.1127016653792583], [1.7745966692414834, 0.2254033307585166])
    assert q.mg1_wait(0.8, h2).then(h2).quantile(0.95) == pytest.approx(38.494105625866965)


def test_constant_service_follows_erlang_s_sum() -> None:
    # At load 0.5 half do not wait, and 0.5 exp(0.5) wait less than one service.
    assert q.md1_below(0.5, 0.0) == 0.5
    assert q.md1_wait_quantile(0.5, 0.5 * math.exp(0.5)) == pytest.approx(1.0)
    assert q.md1_wait_quantile(0.8, 0.99) == pytest.approx(10.35588679199494)
    steps = np.arange(0.0, 40.0, 0.1) + 0.05
    area = 0.1 * sum(1.0 - q.md1_below(0.8, float(t)) for t in steps)
    assert area == pytest.approx(q.md1_wait_mean(0.8), rel=1e-3)


def test_the_other_single_servers() -> None:
    assert q.dm1_sigma(1.25, 1.0) == pytest.approx(0.6286297964969676)
    assert q.mmck(1, 10, 9.0, 10.0)[-1] == pytest.approx(0.05081373132741238)
    assert q.mm1k_wait(10, 9.0, 10.0).mean == pytest.approx(0.3646600672123705)
    assert q.mm1k_wait(10, 9.0, 10.0).quantile(0.99) == pytest.approx(1.3464054992388284)
    assert q.cobham([0.2, 0.3, 0.3], 1.0) == pytest.approx([1.0, 2.0, 8.0])
    assert q.batches_sojourn(0.8, 1, 1.0) == pytest.approx(5.0), "batches of one are M/M/1"
    assert q.batches_sojourn(0.2, 4, 1.0) == pytest.approx(12.5)


def test_patience_without_end_is_erlang_c_and_none_is_erlang_b() -> None:
    waits = q.erlang_a(10, 8.0, 1.0, 1e-9)[10:].sum()
    assert waits == pytest.approx(q.erlang_c(10, 8.0), rel=1e-4)
    assert q.erlang_a(10, 8.0, 1.0, 1e9)[10] == pytest.approx(q.erlang_b(10, 8.0), rel=1e-4)
    inside = q.erlang_a(10, 11.0, 1.0, 0.5)
    assert float(np.maximum(np.arange(len(inside)) - 10, 0) @ inside) == pytest.approx(3.2504085235073514)


def test_a_gamma_service_of_shape_one_is_e2_m_1() -> None:
    # E2/M/1: sigma is the root of s = (a / (a + mu (1 - s)))^2; the wait has mean sigma / (mu (1 - sigma)).
    sigma = 0.5
    for _ in range(500):
        sigma = (1.6 / (1.6 + 1.0 - sigma)) ** 2
    assert q.e2_gamma(0.8, 1.0, 1.0) == pytest.approx((sigma / (1.0 - sigma), sigma))
    mean, _ = q.e2_gamma(0.9, 0.5, 2.0)
    assert mean < q.kingman(0.9, 0.5 / 0.81, 2.0, 0.9) == pytest.approx(11.777777777777777)


def test_networks_and_attempts() -> None:
    tandem = q.in_a_row([3.0, 5.0, 2.0])
    assert tandem.mean == pytest.approx(1 / 3 + 1 / 5 + 1 / 2)
    assert tandem.quantile(0.99) == pytest.approx(3.0838829926889026)
    assert q.fork_join(8.0, 10.0) == pytest.approx(0.7)
    assert q.fork_join(1e-9, 10.0) == pytest.approx(0.15), "nobody waits: the slower of two services"
    assert q.attempts(0.3, 3) == pytest.approx(1 + 0.3 + 0.09 + 0.027)
    assert q.slower(1 / 600, 1 / 400).mean == pytest.approx(760.0)

"""Calibration on real servers, in small: what it writes is whole, can be used, and says where it comes from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import psycopg
import pytest
from confluent_kafka.admin import AdminClient
from redis import Redis
from typer.testing import CliRunner

from swifteats_sim.cli.main import app
from swifteats_sim.experiments import rehearse
from swifteats_sim.live.accounting import family, is_countable, used
from swifteats_sim.live.calibration.calibrate import Calibration, Effort, calibrate
from swifteats_sim.live.calibration.contrast import Figure, aimed, figures, markdown, said, shown
from swifteats_sim.live.calibration.files import write
from swifteats_sim.live.calibration.load import ClosedLoad
from swifteats_sim.live.calibration.profile import TAKES_PART
from swifteats_sim.live.calibration.site import DATABASE, Unmeasured, site
from swifteats_sim.live.servers import Addresses, started
from swifteats_sim.scenario import load

LOAD = ClosedLoad(3, 2, 4)
PEAK_TENTH = Path(__file__).parents[2] / "scenarios" / "peak_tenth.yaml"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Calibration, Path]:
    """A calibration of servers that were started for it, and its folder."""
    effort = Effort(
        orders=60, seconds=5.0, warmup=1.0, houses=(1, 4), fixes=2.0, rounds=2
    )  # another process may do the same
    with started() as addresses:
        calibration = calibrate(addresses, effort, (LOAD,))
        folder = write(calibration, addresses, tmp_path_factory.mktemp("out"))
        with psycopg.connect(addresses.postgres) as connection:
            assert connection.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone() is None
        assert Redis.from_url(addresses.redis).dbsize() == 0
        assert not AdminClient({"bootstrap.servers": addresses.kafka}).list_topics(timeout=10).topics
    return calibration, folder


def test_servers_of_ones_own_are_measured_by_what_clients_wait_for(
    postgres_dsn: str, redis_url: str, kafka: str, tmp_path: Path
) -> None:
    """Nobody tells the processor time of servers that run elsewhere."""
    addresses = Addresses(postgres_dsn, redis_url, kafka)
    effort = Effort(orders=50, seconds=3.0, warmup=1.0, houses=(2,), fixes=0, rounds=1)
    calibration = calibrate(addresses, effort, (LOAD,))
    for kind, cost in calibration.survey.alone.costs.items():
        assert tuple(cost.servers) == TAKES_PART[kind]
        assert cost.served == pytest.approx(float(np.maximum(0, cost.wall - cost.client).mean()))
    assert calibration.survey.alone.servers == 0
    assert calibration.contests[0].predicted.throughput > 0
    assert (write(calibration, addresses, tmp_path) / "stack.yaml").exists()


def test_every_effect_is_measured_as_often_as_the_rules_make_it(done: tuple[Calibration, Path]) -> None:
    alone = done[0].survey.alone
    assert {kind: len(cost.wall) / 60 for kind, cost in alone.costs.items()} == {
        "read": 11, "compare_and_set": 5, "insert": 1, "transaction": 4, "transaction of three": 2, "publish": 1,
        "find_drivers": 1,
    }  # fmt: skip
    for cost in alone.costs.values():
        assert 0 < cost.client < cost.wall.mean() < 1
        assert cost.client + cost.rest <= cost.wall.mean() * (1 + 1e-9)


@pytest.mark.skipif(not is_countable(), reason="the system does not tell the processor time of other processes")
def test_the_shares_of_servers_and_client_add_up_to_what_was_used(done: tuple[Calibration, Path]) -> None:
    alone = done[0].survey.alone
    served = sum(cost.served * len(cost.wall) for cost in alone.costs.values()) / alone.orders
    assert served == pytest.approx(alone.servers)
    mine = sum(cost.client * len(cost.wall) for cost in alone.costs.values()) / alone.orders
    effects = sum(len(cost.wall) for cost in alone.costs.values()) / alone.orders + 1  # the payment
    assert mine + float(alone.between.mean()) * effects == pytest.approx(alone.clients)


def test_the_load_was_run_and_predicted(done: tuple[Calibration, Path]) -> None:
    (contest,) = done[0].contests
    assert contest.load == LOAD
    assert contest.measured.throughput > 1
    assert contest.predicted.throughput > 1
    assert contest.measured.tried["items"] >= len(contest.measured.took["order"])


def test_fixes_are_neither_lost_nor_out_of_order(done: tuple[Calibration, Path]) -> None:
    contest = done[0].fixes
    assert contest is not None
    assert contest.measured.flawless
    assert 3_800 < contest.measured.sent < 4_200  # of 10,000 drivers, each once in 5 s
    assert contest.predicted.p50 > 0


def test_the_folder_says_what_was_measured_where_and_on_what(done: tuple[Calibration, Path]) -> None:
    said = json.loads((done[1] / "calibration.json").read_text(encoding="utf-8"))
    assert said["servers"]["postgres"].startswith("PostgreSQL ")
    assert said["servers"]["broker"].startswith("Tansu ")
    assert "not Apache Kafka" in said["notes"][0]
    assert said["hardware"]["processors"] >= 1
    assert said["effects"]["transaction"]["samples"] == 240
    assert [each["figure"] for each in said["errors"]][:2] == ["orders", "order p50"]
    assert (done[1] / "predicted.md").read_text(encoding="utf-8") == markdown(done[0])


def test_a_scenario_runs_on_the_measured_stack(done: tuple[Calibration, Path], tmp_path: Path) -> None:
    scenario = tmp_path / "measured.yaml"
    scenario.write_text(f"extends: {PEAK_TENTH}\nstack: {{extends: {done[1]}/stack.yaml}}\n", encoding="utf-8")
    short = [("warmup", "0 s"), ("duration", "2 min"), ("replications", "1")]
    measured, noted = (load(path, short) for path in (scenario, PEAK_TENTH))
    assert measured.stack.stations["database"].concurrency == 1
    assert measured.stack.budgets["menu"]["cache_get"].mean < 0.001
    latencies = [rehearse(each).estimates["order.latency.p50"].value for each in (measured, noted)]
    assert latencies[0] < latencies[1] - 0.030  # the notes' database takes 5 to 25 ms an effect


def test_nothing_is_touched_that_is_there_already(postgres_dsn: str, redis_url: str, kafka: str) -> None:
    addresses = Addresses(postgres_dsn, redis_url, kafka)
    redis = Redis.from_url(redis_url)
    redis.set("somebody's", 1)
    with pytest.raises(Unmeasured, match="holds 1 keys: name an empty database"), site(addresses):
        pass
    redis.flushall()
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(f"create database {DATABASE}")
        with pytest.raises(Unmeasured, match=f"there is a database {DATABASE}"), site(addresses):
            pass
        connection.execute(f"drop database {DATABASE}")


def test_servers_that_do_not_answer_are_named(tmp_path: Path) -> None:
    nobody = ["--postgres", "host=127.0.0.1 port=1", "--redis", "redis://127.0.0.1:1", "--kafka", "127.0.0.1:1"]
    told = CliRunner().invoke(app, ["calibrate", *nobody, "--quiet", "--out", str(tmp_path)])
    assert told.exit_code == 2
    assert "127.0.0.1" in told.stderr
    assert "Traceback" not in told.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "name your servers (--postgres, --redis, --kafka), or --start"),
        (["--postgres", "x"], "or --start those that are not named"),
        (["--start", "--loads", "4:10"], "write CLIENTS:ITEMS:DRIVERS"),
        (["--start", "--loads", "4:10:0"], "write CLIENTS:ITEMS:DRIVERS"),
        (["--start", "--loads", "many"], "write CLIENTS:ITEMS:DRIVERS"),
    ],
)
def test_bad_input_is_one_message(given: list[str], said: str) -> None:
    told = CliRunner().invoke(app, ["calibrate", *given])
    assert told.exit_code == 2
    assert said in told.stderr


@pytest.mark.skipif(not is_countable(), reason="the system does not tell the processor time of other processes")
def test_processor_time_is_counted_by_process() -> None:
    import os

    before = used([os.getpid()])
    sum(range(2_000_000))
    assert used([os.getpid()]) - before > 1_000_000
    assert family(os.getpid())[0] == os.getpid()
    assert used([2**22 + 1]) == 0  # nobody


def test_an_error_is_relative_and_few_conflicts_say_little() -> None:
    orders = Figure("load", "orders", "/s", 110.0, 100.0)
    assert orders.error == pytest.approx(0.1)
    assert (orders.holds, said(orders), aimed(orders)) == (True, "+10 %", "15 %: met")
    late = Figure("load", "order p50", "ms", 50.0, 100.0)
    assert (late.holds, aimed(late)) == (False, "15 %: missed")
    few = Figure("load", "conflicts on items", "%", 0.02, 0.01, enough=False)
    assert (few.holds, said(few), aimed(few)) == (None, "+100 % (few)", "30 %: cannot be told")
    none = Figure("load", "conflicts on drivers", "%", float("nan"), 0.01)
    assert (none.error, said(none)) == (None, "-")
    assert (Figure("load", "order p99", "ms", 1, 2).aim, aimed(Figure("load", "order p99", "ms", 1, 2))) == (None, "")
    assert [shown(*pair) for pair in ((0.0123, "%"), (123.4, "/s"), (12.34, "ms"), (float("nan"), "ms"))] == [
        "1.23 %", "123/s", "12.3 ms", "-",
    ]  # fmt: skip


def test_tables_have_a_column_a_load(done: tuple[Calibration, Path]) -> None:
    loads, fixes = markdown(done[0]).split("\n\n")
    head, rule, *rows = loads.splitlines()
    assert head == "| predicted / measured | 3 clients, 2 items, 4 drivers |"
    assert rule == "| --- | ---: |"
    assert rows[0].startswith("| orders (aim: 15 %) | ")
    assert len(rows) == 10
    assert fixes.splitlines()[2] == "| fixes lost | 0 / 0 |"


def test_figures_come_load_after_load(done: tuple[Calibration, Path]) -> None:
    named = [each.name for each in figures(done[0])]
    assert named == [
        "orders", "order p50", "order p99", "reserve p50", "reserve p99", "assign p50", "assign p99",
        "conflicts on items", "conflicts on drivers", "retries an order",
        "fixes lost", "fixes out of order", "fix p50", "fix p99", "lag, mean",
    ]  # fmt: skip

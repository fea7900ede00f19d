"""`benchmark mdrp` as its users meet it, on a library of two small days."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from mdrp_examples import street, write_instance

from swifteats_sim.mdrp.solution import read_solution

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "swifteats_sim", "benchmark", "mdrp"]

FIRST = "library/0o50t100s1p100"


def benchmark(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([*COMMAND, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, begins in (("0o50t100s1p100", 24), ("0o50t100s2p100", 0)):
        day = street([(10, 20, 0, 5), (18, 20, 0, 6)], [2], [(begins, 120, 0)])
        write_instance(day, tmp_path / "library" / name)
    return tmp_path


def test_a_library_is_dispatched_audited_measured_and_written_down(folder: Path) -> None:
    done = benchmark(folder, "library", "--effects")
    assert (done.returncode, done.stderr) == (0, "")
    assert "| mean of 2" in done.stdout
    assert "| shifts s1 to s2           | 1     | click-to-door, min" in done.stdout
    assert "audit: 6 solutions read back from file, no rule broken" in done.stdout
    (results,) = (folder / "outputs").iterdir()
    assert f"results: outputs/{results.name}\n" in done.stdout
    names = ("instances.csv", "solution-0o50t100s1p100.tsv", "solution-0o50t100s2p100.tsv", "tables.md")
    assert tuple(sorted(each.name for each in results.iterdir())) == names
    (made,) = read_solution(results / "solution-0o50t100s2p100.tsv")
    assert (made.orders, made.sent, made.dropped_off) == (("o1", "o2"), 16, (27, 32))
    assert (results / "instances.csv").read_text().splitlines()[2].startswith("0o50t100s2p100,2,2,0.0,15.5,")


def test_the_same_solutions_have_the_same_folder(folder: Path) -> None:
    first, second = (benchmark(folder, "library/0o50t100s1p100", "--quiet") for _ in range(2))
    assert first.returncode == second.returncode == 0
    assert first.stdout.splitlines()[-1] == second.stdout.splitlines()[-1]
    assert len(list((folder / "outputs").iterdir())) == 1


def test_solutions_of_somebody_else_are_audited_and_measured(folder: Path) -> None:
    assert benchmark(folder, "library").returncode == 0
    (results,) = (folder / "outputs").iterdir()
    done = benchmark(folder, "library", "--solutions", str(results))
    assert (done.returncode, done.stderr) == (0, "")
    assert "| mean of 2" in done.stdout
    assert done.stdout.endswith("audit: 2 solutions read back from file, no rule broken\n")
    path = results / "solution-0o50t100s2p100.tsv"
    path.write_text(path.read_text().replace("\t27 32", "\t26 32"))
    done = benchmark(folder, "library", "--solutions", str(results))
    assert (done.returncode, done.stdout) == (99, "")
    assert "solution-0o50t100s2p100.tsv:2: travel and services: o1 dropped off at 26; the rules have 27" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "'nowhere': No such file or directory"),
        ((".",), "'.': holds no instance: none of its folders has instance_parameters.txt"),
        (("library", "--solutions", "library"), "library/solution-0o50t100s1p100.tsv: No such file or directory"),
        (("library", "--solutions", ".", "--effects"), "benchmark mdrp: --effects needs solutions that are made here"),
        (("library", "--out", f"{FIRST}/orders.txt"), f"--out {FIRST}/orders.txt: File exists"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_exit_2(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    done = benchmark(folder, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said)
    assert len(done.stderr.splitlines()) == 1
    assert not (folder / "outputs").exists()


def test_a_mistyped_row_is_named_before_anything_is_run(folder: Path) -> None:
    path = folder / "library" / "0o50t100s1p100" / "orders.txt"
    path.write_text(path.read_text().replace("\t20\n", "\ttwenty\n", 1))
    done = benchmark(folder, "library")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "library/0o50t100s1p100/orders.txt:2: ready_time: must be a number (got 'twenty')\n"

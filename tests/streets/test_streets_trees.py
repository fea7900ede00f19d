"""Trees: grown once, read ever after, equal in however many processes, and grown anew where the disk has lied."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_maps import Arc, by_chance, grid, made, rush
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from swifteats_sim.streets import growing
from swifteats_sim.streets.congestion import free_flow
from swifteats_sim.streets.street_map import StreetMap
from swifteats_sim.streets.tree_cache import TreeCache, default_folder
from swifteats_sim.streets.trees import Trees, grow_trees

STREETS = by_chance(1, 300, 500)
DAY = rush(h8=0.5, h17=0.7)
ROOTS = np.array([7, 3, 250, 3], dtype=np.int32)


def grown(folder: Path | None, roots: NDArray[np.int32] = ROOTS, streets: StreetMap = STREETS) -> Trees:
    return grow_trees(streets, DAY, roots, TreeCache(folder))


def numbers(trees: Trees, roots: NDArray[np.int32] = ROOTS) -> list[list[int]]:
    """All of them."""
    both = (trees.from_root, trees.to_root)
    return [look(slot, root).tolist() for look in both for slot in range(3) for root in roots.tolist()]


def pages(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.trees"))


def test_trees_say_what_scipy_says_from_scratch() -> None:
    trees = grown(None)
    for slot in range(DAY.slots):
        times = csr_array((DAY.arc_ms(STREETS, slot).astype(float), (STREETS.tail, STREETS.head)), shape=(300, 300))
        all_pairs = dijkstra(times)
        for root in ROOTS.tolist():
            assert trees.from_root(slot, root).tolist() == all_pairs[root].tolist()
            assert trees.to_root(slot, root).tolist() == all_pairs[:, root].tolist()
    assert trees.from_root(0, 7).dtype == np.uint32
    with pytest.raises(KeyError):
        trees.from_root(0, 8)


def test_what_was_grown_once_is_read_and_only_what_is_missing_is_grown(tmp_path: Path) -> None:
    first, again = grown(tmp_path), grown(tmp_path)
    assert (first.grown, again.grown) == (3 * 3 * 2, 0)
    assert numbers(first) == numbers(again) == numbers(grown(None))
    more = np.array([3, 4, 250], dtype=np.int32)
    assert grown(tmp_path, more).grown == 1 * 3 * 2
    assert numbers(grown(tmp_path, more), more) == numbers(grown(None, more), more)
    assert len(pages(tmp_path)) == 2 * 6
    assert first.notices == again.notices == ()


def test_processes_share_what_was_read_and_nobody_writes_to_it(tmp_path: Path) -> None:
    for trees in (grown(tmp_path), grown(tmp_path), grown(None)):
        with pytest.raises(ValueError, match="read-only"):
            trees.to_root(0, 3)[0] = 1
    tree = grown(tmp_path).to_root(0, 3)
    while tree.base is not None and not isinstance(tree.base, np.memmap):
        tree = tree.base
    assert isinstance(tree.base, np.memmap)


def test_another_map_or_other_speeds_are_other_trees_but_another_name_is_not(tmp_path: Path) -> None:
    grown(tmp_path)
    slower, renamed = replace(STREETS, speed=STREETS.speed * 0.9), replace(STREETS, name="renamed")
    assert grown(tmp_path, streets=slower).grown == 18
    assert grown(tmp_path, streets=renamed).grown == 0
    assert grow_trees(STREETS, free_flow(), ROOTS, TreeCache(tmp_path)).grown == 0, "free streets are a slot of the day"


@pytest.mark.parametrize("lie", ["half", "cut", "empty", "flipped", "swapped", "longer", "counted"])
def test_a_damaged_page_is_noticed_and_grown_anew(tmp_path: Path, lie: str) -> None:
    expected = numbers(grown(tmp_path))
    page = pages(tmp_path)[0]
    whole = page.read_bytes()
    last = np.frombuffer(whole, dtype=np.uint32).copy()
    flipped, swapped, counted = last.copy(), last.copy(), last.copy()
    flipped[-1] ^= 1 << 20
    swapped[[2, 3]] = swapped[[3, 2]]
    counted[0] = 2**31
    lies = {
        "half": whole[: len(whole) // 2],
        "cut": whole[:-1],
        "empty": b"",
        "flipped": flipped.tobytes(),
        "swapped": swapped.tobytes(),
        "longer": whole + whole,
        "counted": counted.tobytes(),
    }
    page.write_bytes(lies[lie])
    again = grown(tmp_path)
    assert again.grown == 3
    assert len(again.notices) == 1
    assert page.name in again.notices[0]
    assert numbers(again) == expected
    assert grown(tmp_path).grown == 0, "it was written anew"


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    trees = grown(blocked)
    assert trees.grown == 18
    assert trees.notices == (f"trees are not kept in {blocked}: Not a directory",)
    assert numbers(trees) == numbers(grown(None))
    assert grown(None).notices == ("trees are not kept: there is no folder for them",)


def test_nothing_half_written_is_left_or_read(tmp_path: Path) -> None:
    grown(tmp_path)
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} == {".trees"}
    shelf = pages(tmp_path)[0].parent
    (shelf / ".aside").mkdir()
    (shelf / ".aside" / pages(tmp_path)[0].name).write_bytes(b"of a run that was killed")
    assert grown(tmp_path).grown == 0


def test_many_may_add_pages_at_once(tmp_path: Path) -> None:
    """Eight, each with roots that others have too, and four of them with the very same."""
    wanted = [np.arange(first, first + 30, dtype=np.int32) for first in (0, 10, 20, 30, 40, 40, 40, 40)]
    with ThreadPoolExecutor(8) as pool:
        trees = list(pool.map(lambda roots: grown(tmp_path, roots), wanted))
    assert [each.notices for each in trees] == [()] * 8
    for each, roots in zip(trees, wanted, strict=True):
        assert numbers(each, roots) == numbers(grown(None, roots), roots)
    assert grown(tmp_path, np.arange(70, dtype=np.int32)).grown == 0
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} == {".trees"}


def test_two_processes_grow_what_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In tasks of two roots, through a pool of two."""
    monkeypatch.setattr(growing, "SETTLED_A_TASK", 600)
    told: list[tuple[int, int]] = []
    roots = np.arange(9, dtype=np.int32)
    cache = TreeCache(tmp_path)
    two = grow_trees(STREETS, DAY, roots, cache, workers=2, progress=lambda *each: told.append(each))
    assert numbers(two, roots) == numbers(grown(None, roots), roots)
    assert told == [(9 * graph + done, 54) for graph in range(6) for done in (2, 4, 6, 8, 9)]
    grow_trees(STREETS, DAY, roots, cache, workers=2, progress=lambda *each: pytest.fail("nothing to grow"))


INTERRUPTED = """
import numpy as np
from made_maps import grid
from swifteats_sim.streets.congestion import free_flow
from swifteats_sim.streets.tree_cache import TreeCache
from swifteats_sim.streets.trees import grow_trees
if __name__ == "__main__":
    streets = grid(100, 100)
    roots = np.arange(0, 10_000, 2, dtype=np.int32)
    grow_trees(streets, free_flow(), roots, TreeCache(None), 2, lambda grown, of: print(grown, flush=True))
"""


@pytest.mark.slow
def test_an_interrupt_ends_all_processes(tmp_path: Path) -> None:
    """A Ctrl-C reaches the whole group, as from a terminal."""
    script = tmp_path / "growing_many.py"
    script.write_text(INTERRUPTED)
    path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    run = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert run.stdout is not None
    assert int(run.stdout.readline()) > 0
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=30)
    assert run.returncode == -signal.SIGINT
    assert said.count("Traceback") == said.count("KeyboardInterrupt") == 1, said
    assert is_gone(run.pid)


def is_gone(group: int) -> bool:
    """Whether no process of a group is left; that which minds semaphores goes a moment after all others."""
    for _ in range(50):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_roots_must_be_nodes() -> None:
    for wrong in (-1, 300):
        with pytest.raises(ValueError, match=r"roots are nodes 0 \.\. 299, not"):
            grown(None, np.array([wrong, 5], dtype=np.int32))
    nothing = grown(None, np.array([], dtype=np.int32))
    assert nothing.grown == 0


def test_a_map_that_is_in_two_pieces_grows_no_trees() -> None:
    apart = made([(0, 0), (9, 0), (99, 0), (109, 0)], [Arc(0, 1), Arc(1, 0), Arc(2, 3), Arc(3, 2)])
    with pytest.raises(OverflowError, match="longer than 49 days, or there is none"):
        grown(None, np.array([0], dtype=np.int32), apart)


def test_where_trees_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/planner")
    assert default_folder({}) == Path("/home/planner/.cache/swifteats-sim")
    assert default_folder({"XDG_CACHE_HOME": "/var/caches"}) == Path("/var/caches/swifteats-sim")
    assert default_folder({"XDG_CACHE_HOME": "relative"}) == Path("/home/planner/.cache/swifteats-sim")
    assert default_folder({"XDG_CACHE_HOME": "/var/caches", "SWIFTEATS_CACHE": "here"}) == Path("here")
    monkeypatch.setattr(Path, "home", _nobody)
    assert default_folder({}) is None


def _nobody() -> Path:
    raise RuntimeError("Could not determine home directory.")


def test_on_a_grid_times_are_blocks() -> None:
    trees = grow_trees(grid(4, 3), free_flow(), np.array([5], dtype=np.int32), TreeCache(None))
    blocks = [[2, 1, 2, 3], [1, 0, 1, 2], [2, 1, 2, 3]]
    assert (trees.to_root(0, 5).reshape(3, 4) // 10_000).tolist() == blocks
    assert trees.to_root(0, 5).tolist() == trees.from_root(0, 5).tolist()


PIPED = """
import sys
import numpy as np
sys.path.insert(0, {folder!r})
from made_maps import grid
from swifteats_sim.streets.congestion import free_flow
from swifteats_sim.streets.tree_cache import TreeCache
from swifteats_sim.streets.trees import grow_trees
streets = grid(120, 120)
roots = np.arange(0, streets.nodes, 20, dtype=np.int32)
print(grow_trees(streets, free_flow(), roots, TreeCache(None), workers=2).grown)
"""


def test_a_program_that_comes_by_a_pipe_grows_its_trees_alone() -> None:
    """New processes would look for it in vain, and it would wait for them."""
    text = PIPED.format(folder=str(Path(__file__).parent))
    done = subprocess.run([sys.executable, "-"], input=text, capture_output=True, text=True, timeout=100, check=True)
    assert done.stdout == "1440\n"

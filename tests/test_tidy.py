"""The house rules as tests: which way imports point, how long functions are, and what is banned."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "swifteats_sim"
MODULES = sorted(path for path in PACKAGE.rglob("*.py"))

MAY_IMPORT: dict[str, set[str]] = {
    "scenario": set(),
    "domain": set(),
    "engine": set(),
    "streets": {"engine"},  # `engine.compiled` alone: the one place that compiles
    "results": {"scenario"},
    "mdrp": {"engine", "scenario", "results"},  # of the engine `compiled` alone
    "forecast": {"domain", "scenario"},
    "policies": {"domain", "engine", "scenario", "results"},
    "stack": {"domain", "engine", "scenario", "results"},
    "city": {"domain", "engine", "streets", "scenario", "results"},
    "simulation": {"stack", "city", "policies", "engine", "streets", "domain", "scenario", "results"},
    "experiments": {"simulation", "stack", "city", "policies", "engine", "streets", "domain", "scenario", "results"},
    "live": {"simulation", "stack", "city", "policies", "engine", "streets", "domain", "scenario", "results"},
    "cli": {
        "experiments",
        "live",
        "forecast",
        "mdrp",
        "simulation",
        "stack",
        "city",
        "policies",
        "engine",
        "streets",
        "domain",
        "scenario",
        "results",
    },
}
"""cli > {experiments, live} > simulation > {stack, city, policies} > {engine, domain}; leaves: scenario, results."""

BANNED_CALLS = {
    "time.time", "time.monotonic", "datetime.now", "datetime.utcnow", "datetime.today", "date.today",
    "uuid.uuid4", "os.urandom", "np.random", "numpy.random",
}  # fmt: skip
WALL_CLOCK = {"perf_counter": {"experiments/rehearsal.py"}, "process_time": {"cli/benchmarking.py"}}
"""The wall clock and the processor's may be read where a run is timed, and by the clock of real servers, alone."""
CLOCKS = {"live/clock.py", "live/days.py"}
BANNED_MODULES = {"random", "secrets", "time", "datetime"}
BANNED_NAMES = {"utils", "util", "helpers", "helper", "manager", "misc", "common"}
DETERMINISTIC = ("engine", "domain", "stack", "city", "policies", "mdrp", "simulation")


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""


def functions_of(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_downwards_only(path: Path) -> None:
    part = part_of(path)
    for name in imports_of(tree_of(path)):
        if name.startswith("swifteats_sim."):
            target = name.split(".")[1]
            if part not in ("__init__", "__main__"):
                assert target == part or target in MAY_IMPORT[part], f"{part} must not import {target}"


def test_every_part_is_in_the_map() -> None:
    parts = {part_of(path) for path in MODULES} - {"__init__", "__main__"}
    assert parts == set(MAY_IMPORT)


def test_the_map_has_no_circle() -> None:
    order: list[str] = []
    while len(order) < len(MAY_IMPORT):
        free = [part for part, below in MAY_IMPORT.items() if part not in order and below <= set(order)]
        assert free, f"a circle among {set(MAY_IMPORT) - set(order)}"
        order += free


def test_modules_import_each_other_in_no_circle() -> None:
    """Also not for types only; a package's face may be imported by its own modules' users, not by them."""
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in MODULES}
    below = {name: {used for used in imports_of(tree_of(path)) if used in names} for name, path in names.items()}
    done: set[str] = set()
    while len(done) < len(names):
        free = {name for name, used in below.items() if name not in done and used <= done}
        assert free, f"a circle among {sorted(set(names) - done)}"
        done |= free


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_functions_are_short_and_modules_have_one_idea(path: Path) -> None:
    assert path.stem not in BANNED_NAMES
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    for function in functions_of(ast.parse(text)):
        length = (function.end_lineno or 0) - function.lineno + 1
        assert length <= 70, f"{function.name} has {length} lines"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_clock_and_no_chance_but_the_named_ones(path: Path) -> None:
    tree, place = tree_of(path), str(path.relative_to(PACKAGE))
    if place in CLOCKS:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            name = dotted(node)
            assert not any(name == banned or name.startswith(f"{banned}.") for banned in BANNED_CALLS), name
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            for alias in node.names:
                assert place in WALL_CLOCK.get(alias.name, set()), f"{alias.name} in {place}"
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            assert not BANNED_MODULES & set(names), names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_iteration_over_sets_where_order_matters(path: Path) -> None:
    if part_of(path) not in DETERMINISTIC:
        return
    for node in ast.walk(tree_of(path)):
        loops = [node.iter] if isinstance(node, ast.For | ast.comprehension) else []
        for iterated in loops:
            assert not isinstance(iterated, ast.Set | ast.SetComp), ast.unparse(iterated)
            is_set_call = isinstance(iterated, ast.Call) and dotted(iterated.func) in ("set", "frozenset")
            assert not is_set_call, ast.unparse(iterated)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_global_state_and_no_silent_failure(path: Path) -> None:
    for node in ast.walk(tree_of(path)):
        assert not isinstance(node, ast.Global), "no global state"
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, "a bare except hides faults"
        if isinstance(node, ast.Call) and dotted(node.func) in ("exit", "quit", "sys.exit"):
            pytest.fail("a library does not exit")


def test_no_module_is_dead() -> None:
    """Every module is imported by another one, or is an entry point."""
    imported = {name for path in MODULES for name in imports_of(tree_of(path))}
    from_packages = {
        f"{node.module}.{alias.name}"
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for path in MODULES:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if path.stem not in ("__init__", "__main__"):
            assert name in imported | from_packages, f"{name} is imported by nothing"


def test_heavy_libraries_wait_until_a_run_starts() -> None:
    """The command line answers at once: nothing at module level of cli or scenario imports them."""
    heavy = {"numba", "scipy", "pandas", "pyarrow", "simpy"}
    for path in MODULES:
        if part_of(path) in ("scenario", "cli") and path.name not in ("progress.py", "printing.py"):
            top = {name.split(".")[0] for node in tree_of(path).body for name in imports_of(node)}
            assert not top & heavy, f"{path.name} imports {top & heavy}"


def test_the_version_is_stated_once() -> None:
    import swifteats_sim

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert swifteats_sim.__version__ == declared


def test_files_in_git_are_small() -> None:
    import subprocess

    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in listed.stdout.split("\0")[:-1]:
        if (ROOT / name).exists():
            assert (ROOT / name).stat().st_size < 5_000_000, name

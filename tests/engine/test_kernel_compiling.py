"""How engine code is compiled: parts merged into wholes, and a cache that no change of a source slips by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numba
import pytest
from numba.core.errors import NumbaRuntimeError

from swifteats_sim.engine import compiled as place
from swifteats_sim.engine.compiled import apart, compiled, stamp


@compiled
def _twice(number):  # type: ignore[no-untyped-def]
    return number + number


@apart
def _thrice(number):  # type: ignore[no-untyped-def]
    return _twice(number) + number


@compiled
def _sum(number):  # type: ignore[no-untyped-def]
    return _twice(1) + _twice(2) + _thrice(number)


def test_what_is_compiled_can_be_called_from_python_and_from_compiled_code() -> None:
    assert (_sum(10), _twice(10), _thrice(10)) == (36, 20, 30)


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing compiled yet."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))


@pytest.mark.usefixtures("empty_cache")
def test_a_call_with_a_constant_needs_no_version_of_its_own() -> None:
    @compiled
    def same(number):  # type: ignore[no-untyped-def]
        return number

    @compiled
    def three(number):  # type: ignore[no-untyped-def]
        return same(1) + same(2) + same(number)

    part: Any = same
    assert three(10) == 13
    assert len(part._numba_type_.get_call_signatures()[0]) == 1


@pytest.mark.usefixtures("empty_cache")
def test_two_functions_of_one_name_are_two() -> None:
    def named(value: int) -> Any:
        @compiled
        def answer():  # type: ignore[no-untyped-def]
            return value

        return answer

    one, other = named(1), named(2)

    @compiled
    def both():  # type: ignore[no-untyped-def]
        return one() * 10 + other()

    assert both() == 12


def test_a_function_that_calls_itself_is_refused() -> None:
    @compiled
    def endless(number):  # type: ignore[no-untyped-def]
        return endless(number - 1) if number else 0

    with pytest.raises(NumbaRuntimeError, match="re-entrant"):
        endless(3)


def _hits(monkeypatch: pytest.MonkeyPatch, sources: str, beside: str = "same") -> int:
    """How often the cache knows a function, compiled anew, when the engine's sources are these.

    beside : the sources in the function's own folder.
    """
    monkeypatch.setattr(place, "stamp", lambda *folder: beside if folder else sources)
    twice: Any = _twice
    function: Any = compiled(twice.py_func)
    assert function(21) == 42
    return sum(function.stats.cache_hits.values())


@pytest.mark.usefixtures("empty_cache")
def test_the_cache_forgets_a_function_when_any_source_of_the_engine_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [_hits(monkeypatch, sources) for sources in ("one", "one", "other", "other")] == [0, 1, 0, 1]


@pytest.mark.usefixtures("empty_cache")
def test_it_forgets_a_function_when_a_source_beside_its_own_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [_hits(monkeypatch, "one", beside) for beside in ("one", "one", "other", "other")] == [0, 1, 0, 1]


def test_the_stamp_sees_every_file_by_name_and_content(tmp_path: Path) -> None:
    seen = set()
    for name, text in [("a.py", "1"), ("a.py", "2"), ("b.py", "2"), ("deep/c.py", ""), ("deep/c.py", "1")]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        stamp.cache_clear()
        seen.add(stamp(tmp_path))
    (tmp_path / "notes.txt").write_text("no source")
    stamp.cache_clear()
    assert stamp(tmp_path) in seen
    assert len(seen) == 5


def _kept_in(folder: Path) -> str | None:
    """Where code of this file is kept, if anywhere."""

    @compiled
    def own(number):  # type: ignore[no-untyped-def]
        return number

    part: Any = own
    kept: str | None = part._cache.cache_path
    return kept if kept is not None and Path(kept).is_relative_to(folder) else None


@pytest.mark.usefixtures("empty_cache")
def test_what_is_kept_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    kept = _kept_in(tmp_path)
    assert kept is not None
    assert Path(kept).stat().st_mode & 0o777 == 0o700


@pytest.mark.usefixtures("empty_cache")
@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
def test_where_others_may_write_nothing_is_unpickled(tmp_path: Path, mode: int) -> None:
    """Cached code is a pickle: whoever can put one there runs what he likes as whoever reads it."""
    kept = _kept_in(tmp_path)
    assert kept is not None
    Path(kept).chmod(mode)
    assert _kept_in(tmp_path) is None


@pytest.mark.usefixtures("empty_cache")
def test_without_a_place_everything_is_compiled_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place._Files, "_locator_classes", [])

    @compiled
    def doubled(number):  # type: ignore[no-untyped-def]
        return 2 * number

    assert doubled(21) == 42

"""What holds for every test: whatever a run keeps, it keeps in a folder of the session, never in anybody's home."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest_plugins = ["real_servers", "two_worlds"]


@pytest.fixture(scope="session", autouse=True)
def _cache_of_the_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Trees that one test grows are there for the next; processes that tests start inherit the variable."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWIFTEATS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield

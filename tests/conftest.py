"""Fixtures that every test may use."""

from collections.abc import Iterator

import pytest

from tests.support.databases import SharedPostgres

SHARED_POSTGRES = pytest.StashKey[SharedPostgres]()


def pytest_configure(config: pytest.Config) -> None:
    """Open what the run's processes share, in the first of them."""
    if not hasattr(config, "workerinput"):
        config.stash[SHARED_POSTGRES] = SharedPostgres.open()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close what the run's processes shared, once all workers have ended."""
    shared = config.stash.get(SHARED_POSTGRES, None)
    if shared is not None:
        shared.close()


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """Give the test a migrated Postgres database of its own."""
    with SharedPostgres.inherit().fresh_database() as url:
        yield url

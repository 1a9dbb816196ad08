"""Fixtures that every test may use."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.databases.shared import SharedPostgres, close_keepers
from tests.support.drawn.effort import make_usual
from tests.support.programs.clients import Start, build, scripts
from tests.support.scratch import scratch_in_memory
from tests.support.servers.served import Served, serving

pytest_plugins = ["tests.support.backends"]


def pytest_configure(config: pytest.Config) -> None:
    """Open what the run's processes share, in the first of them; it is closed once all others have ended."""
    make_usual()
    if not hasattr(config, "workerinput"):
        with ExitStack() as stack:
            stack.enter_context(scratch_in_memory())
            stack.callback(SharedPostgres.open().close)
            config.add_cleanup(stack.pop_all().close)
    config.add_cleanup(close_keepers)  # which is before that, as the last added comes first


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with tests that may take long, so that no process is left alone with one in the end."""
    items.sort(key=_is_short)


def _is_short(item: pytest.Item) -> bool:
    return item.get_closest_marker("timeout") is None and not item.path.is_relative_to(Path(__file__).parent / "faults")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly that browser tests were left out."""
    skipped = terminalreporter.stats.get("skipped", [])
    if any(report.nodeid.startswith("tests/system/browser/") for report in skipped):
        terminalreporter.section("BROWSER TESTS WERE LEFT OUT: there is no chromium", sep="!", red=True, bold=True)


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """Give the test a migrated Postgres database of its own."""
    with SharedPostgres.inherit().fresh_database() as url:
        yield url


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Give the test a running server on an empty SQLite file; `serving` runs others, on other storages."""
    with serving(tmp_path) as server:
        yield server


@pytest.fixture(scope="session")
def clients() -> None:
    """Have the clients of other makers built."""
    build("clients")


@pytest.fixture
def start(clients: None) -> Iterator[Start]:
    """Start programs that use those clients; they are ended with the test."""
    del clients  # built, that is
    with scripts() as start_script:
        yield start_script

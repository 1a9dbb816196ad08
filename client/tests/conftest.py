"""Fixtures of the client's tests: a real server, and a process or a program that reports to it."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import client_programs
import runindex_client as runindex
from tests.support.drawn.effort import make_usual
from tests.support.scratch import scratch_in_memory
from tests.support.servers.served import Served, serving


def pytest_configure(config: pytest.Config) -> None:
    """Keep temporary files in memory where there is room, and have property tests go by no clock."""
    make_usual()
    with ExitStack() as stack:
        stack.enter_context(scratch_in_memory())
        config.add_cleanup(stack.pop_all().close)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run a server on SQLite, for one test after the other."""
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server


@pytest.fixture
def served(shared: Served) -> Served:
    """Give the test a running server; what tests before it reported is out of sight of `client_programs.runs`."""
    if shared.process is None:
        shared.start()
    client_programs.forget_runs()
    return shared


@pytest.fixture
def away(tmp_path: Path) -> Iterator[Served]:
    """Give the test a server that is not started yet."""
    client_programs.forget_runs()
    server = Served(tmp_path, {})
    try:
        yield server
    finally:
        if server.process is not None:
            server.kill()


@pytest.fixture
def reporting(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Have this process report to the server; give the server."""
    handler = signal.getsignal(signal.SIGTERM)
    runindex.close()
    for name, value in client_programs.environment(served.root, tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("RUNINDEX_RUN_ID", raising=False)
    yield served
    runindex.close()
    signal.signal(signal.SIGTERM, handler)

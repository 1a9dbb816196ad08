"""The server process does with a test what it says."""

from pathlib import Path

import httpx
import pytest

from tests.support.servers.served import PATIENCE, Served, serving

CREATE = 'mutation { createRun(input: {name: "kept"}) { __typename } }'
COUNT = '{ runCount(filter: {nameContains: "kept"}) }'


def test_a_killed_server_comes_back_with_its_data(served: Served) -> None:
    served.execute(CREATE)
    served.kill()
    assert not served.is_ready()
    served.start()
    assert served.execute(COUNT) == {"runCount": 1}


def test_a_server_stops_when_asked_and_restarts(served: Served) -> None:
    served.execute(CREATE)
    served.restart()
    assert served.execute(COUNT) == {"runCount": 1}
    assert served.stop() == 0
    assert "Finished server process" in served.log


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="STORAGE_BACKEND must be one of"),
        serving(tmp_path, STORAGE_BACKEND="stone"),
    ):
        pass


def test_errors_are_raised(served: Served) -> None:
    with pytest.raises(RuntimeError, match="noSuchField"):
        served.execute("{ noSuchField }")
    assert httpx.get(f"{served.root}/livez", timeout=PATIENCE).text == "ok"

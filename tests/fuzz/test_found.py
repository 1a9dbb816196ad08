"""What was found once is not found again, and a little of the long run is done each time."""

import asyncio
from pathlib import Path
from typing import Final

import pytest

from tests.fuzz import conversations, protocols, sessions, wire
from tests.fuzz.verdicts import FoundError, judge
from tests.support.drawn.effort import EFFORT
from tests.support.servers.served import Served

FOUND: Final = Path(__file__).parent / "found"
OPERATIONS: Final = 40 * EFFORT
BYTES: Final = 2_000 * EFFORT
WIRE: Final = 400 * EFFORT


@pytest.mark.parametrize("path", sorted(FOUND.glob("operations-*.json")), ids=lambda path: path.stem)
def test_storages_no_longer_differ(path: Path) -> None:
    asyncio.run(sessions.replay(sessions.kept(path)))


@pytest.mark.parametrize("path", sorted(FOUND.glob("bytes-*.json")), ids=lambda path: path.stem)
def test_a_connection_no_longer_does_harm(path: Path) -> None:
    asyncio.run(protocols.replay(conversations.kept(path)))


@pytest.mark.timeout(120 * EFFORT)
def test_storages_answer_generated_operations_alike(tmp_path: Path) -> None:
    counts = asyncio.run(sessions.play("daily", OPERATIONS, tmp_path))
    assert not counts["found"], list(tmp_path.iterdir())
    assert counts["200 data"] > counts["operations"] / 3


@pytest.mark.timeout(120 * EFFORT)
def test_generated_bytes_and_frames_do_no_harm(tmp_path: Path) -> None:
    counts = asyncio.run(protocols.play("daily", BYTES, tmp_path))
    assert not counts["found"], list(tmp_path.iterdir())
    assert counts["101"] > 20 < counts["200"]


@pytest.mark.timeout(120 * EFFORT)
def test_a_server_outlives_generated_bytes_and_frames(served: Served, tmp_path: Path) -> None:
    counts = wire.play(served, "daily", WIRE, tmp_path / "found")
    assert not counts["found"], list((tmp_path / "found").iterdir())
    assert counts["wire 101"] > 3


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"{}"),
        (200, b'{"errors":[{"message":"internal error","extensions":{"code":"INTERNAL"}}]}'),
        (200, b'{"errors":[{"message":"no","extensions":{"code":"NEW"}}]}'),
        (200, b'{"errors":[{"message":"no"}]}'),
        (400, b'{"errors":[{"message":"sqlite3.OperationalError","extensions":{"code":"BAD_USER_INPUT"}}]}'),
    ],
)
def test_a_wrong_answer_is_found(status: int, body: bytes) -> None:
    with pytest.raises(FoundError):
        judge(status, body)


def test_a_difference_of_storages_is_found() -> None:
    one, other = (200, {"data": {"a": [1, 2]}}), (200, {"data": {"a": [1, 3]}})
    assert not sessions.are_equal(one, other)
    assert sessions.difference(one, other).startswith("at [1].data.a[1]: 2")

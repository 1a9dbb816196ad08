"""From a run's creation to its end, and what a subscriber sees of it."""

import pytest

from tests.api.conftest import OpenSocket
from tests.support.api import Api

CHANGES = """
    subscription ($after: String) {
      runChanges(after: $after) {
        cursor
        ... on RunChange { runId version kind fromStatus status membership reason run { name } }
      }
    }
"""


@pytest.mark.asyncio
async def test_a_run_is_created_closed_read_and_followed(api: Api, sockets: OpenSocket) -> None:
    socket = await sockets()
    start = (await api.ask("{ changeCursor }"))["changeCursor"]
    await socket.subscribe("1", CHANGES, after=start)

    created = await api.do("createRun", name="nightly", tags=["a", "b", "a"], metadata={"model": {"name": "m"}})
    run_id = created["run"]["id"]
    closed = await api.do("closeRun", id=run_id, reason="done")

    assert (created["__typename"], created["version"], created["replayed"]) == ("RunPayload", 1, False)
    assert created["run"]["tags"] == ["a", "b"]
    assert (closed["run"]["status"], closed["version"]) == ("COMPLETED", 2)
    found = (await api.ask("query ($id: ID!) { run(id: $id) { status outcome finishedAt version } }", id=run_id))["run"]
    assert found == {
        "status": "COMPLETED",
        "outcome": "COMPLETED",
        "finishedAt": "2100-01-04T12:00:00.000000Z",
        "version": 2,
    }
    assert await socket.next("1") == {
        "cursor": created["cursor"],
        "runId": run_id,
        "version": 1,
        "kind": "CREATED",
        "fromStatus": None,
        "status": "ACTIVE",
        "membership": "ENTERED",
        "reason": None,
        "run": {"name": "nightly"},
    }
    second = await socket.next("1")
    assert (second["cursor"], second["kind"], second["status"], second["reason"]) == (
        closed["cursor"],
        "STATUS",
        "COMPLETED",
        "done",
    )

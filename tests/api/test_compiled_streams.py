"""Events of subscriptions, and operations on sockets, that plans answer on every way."""

from collections.abc import Iterator, Mapping

import httpx
import pytest

from resolvers.roots.schema import schema
from runindex.domain.errors import UnavailableError
from runindex.settings.settings import Compilation
from tests.api.conftest import OpenSocket
from tests.api.test_streams_over_http import FORMS, Read, body
from tests.support.api import Answer, Api, Socket

pytestmark = pytest.mark.asyncio

CHANGES = "subscription { runChanges(bookmarks: true) { __typename ... on RunChange { runId run { name } } } }"
BOOKMARK = {"runChanges": {"__typename": "Bookmark"}}


@pytest.fixture(autouse=True)
def forced() -> Iterator[None]:
    """Compile at first sight."""
    former, schema.compiled.mode = schema.compiled.mode, Compilation.FORCED
    yield
    schema.compiled.mode = former


async def change(socket: Socket) -> Answer:
    """Return the payload of the next event that is no bookmark."""
    while (message := await socket.message("s"))["payload"]["data"] == BOOKMARK:
        pass
    return dict(message["payload"])


async def test_a_plan_answers_a_query_on_a_socket(api: Api, sockets: OpenSocket) -> None:
    del api
    socket, answered = await sockets(), schema.compiled.answered
    await socket.subscribe("q", '{ run(id: "default") { id } }')
    assert await socket.next("q") == {"id": "default"}
    assert (await socket.message("q"))["type"] == "complete"
    assert schema.compiled.answered == answered + 1


async def test_a_plan_answers_events_on_a_socket(api: Api, sockets: OpenSocket) -> None:
    socket, answered = await sockets(), schema.compiled.events.answered
    await socket.subscribe("s", CHANGES)
    assert (await socket.message("s"))["payload"] == {"data": BOOKMARK}
    run_id = await api.run(name="a")
    event = {"__typename": "RunChange", "runId": run_id, "run": {"name": "a"}}
    assert await change(socket) == {"data": {"runChanges": event}}
    assert schema.compiled.events.answered >= answered + 2


@FORMS
async def test_a_plan_answers_events_over_http(
    api: Api, http: httpx.AsyncClient, accept: Mapping[str, str], read: Read
) -> None:
    answered = schema.compiled.events.answered
    async with http.stream("POST", "/graphql", json=body(CHANGES), headers=accept) as response:
        items = read(response)
        assert await anext(items) == {"data": BOOKMARK}
        run_id = await api.run(name="a")
        while (item := await anext(items)) == {"data": BOOKMARK}:
            pass
    event = {"__typename": "RunChange", "runId": run_id, "run": {"name": "a"}}
    assert item == {"data": {"runChanges": event}}
    assert schema.compiled.events.answered >= answered + 2


async def test_an_event_that_errs_has_its_error_and_the_stream_goes_on(
    api: Api, sockets: OpenSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise UnavailableError("the storage does not answer")

    socket, left = await sockets(), schema.compiled.events.left
    await socket.subscribe("s", CHANGES)
    assert (await socket.message("s"))["payload"] == {"data": BOOKMARK}
    with monkeypatch.context() as patch:
        patch.setattr(api.store, "find_runs", fail, raising=False)
        run_id = await api.run()
        failed = await change(socket)
    event = {"__typename": "RunChange", "runId": run_id, "run": None}
    assert failed["data"] == {"runChanges": event}
    (error,) = failed["errors"]
    assert (error["path"], error["extensions"]) == (["runChanges", "run"], {"code": "UNAVAILABLE"})
    assert schema.compiled.events.left == left + 1
    run_id = await api.run(name="b")
    assert await change(socket) == {"data": {"runChanges": event | {"runId": run_id, "run": {"name": "b"}}}}
    assert schema.compiled.events.left == left + 1

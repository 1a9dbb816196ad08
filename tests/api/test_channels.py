"""Subscribers who ask the same share one execution, and none of them notices."""

import asyncio
import json
from random import Random

import pytest
import uvicorn
import websockets
from starlette.applications import Starlette

from tests.api.conftest import Connect, OpenSocket
from tests.support.api import Answer, Api, Socket, endpoint_of, until, until_shared
from tests.support.servers.listening import listening
from tests.support.stores import settled

pytestmark = pytest.mark.asyncio

CHANGES = """
    subscription ($filter: RunFilter, $after: String, $bookmarks: Boolean! = false) {
      runChanges(filter: $filter, after: $after, bookmarks: $bookmarks) {
        __typename cursor ... on RunChange { runId version run { metadata } }
      }
    }
"""
PATIENCE = 40


async def change(socket: Socket) -> Answer:
    """Return the next item that is no bookmark."""
    while (item := await socket.next("1"))["__typename"] != "RunChange":
        pass
    return dict(item)


async def subscribed(sockets: OpenSocket, **variables: object) -> Socket:
    """Subscribe, and return when the stream has begun."""
    socket = await sockets()
    await socket.subscribe("1", CHANGES, **{"bookmarks": True, **variables})
    assert (await socket.next("1"))["__typename"] == "Bookmark"
    return socket


async def test_what_many_follow_alike_is_executed_once(api: Api, app: Starlette, sockets: OpenSocket) -> None:
    cursor = (await api.ask("{ changeCursor }"))["changeCursor"]
    followers = [await subscribed(sockets, after=start) for start in (None, cursor, None, cursor)]
    await until_shared(app, 4)
    async with asyncio.timeout(PATIENCE):
        api.store.asked.clear()
        run_id = await api.run()
        items = [await change(socket) for socket in followers]
    assert [item["runId"] for item in items] == [run_id] * 4
    assert len({item["cursor"] for item in items}) == 1
    assert api.store.methods.count("find_runs") == 1


async def test_what_is_asked_otherwise_is_another_stream(api: Api, app: Starlette, sockets: OpenSocket) -> None:
    await subscribed(sockets)
    tagged = await subscribed(sockets, filter={"tags": {"all": ["t"]}})
    await until_shared(app, 2)
    assert len(endpoint_of(app).channels) == 2
    await api.run()
    run_id = await api.run(tags=["t"])
    assert (await change(tagged))["runId"] == run_id


async def test_whoever_comes_or_goes_meanwhile_gets_each_change_once(api: Api, sockets: OpenSocket) -> None:
    random, number = Random(7), 150
    run_id = await api.run()
    begin = (await api.ask("{ changeCursor }"))["changeCursor"]

    async def write() -> None:
        for _ in range(number):
            await api.do("addRunTags", id=run_id, tags=["t"])
            await settled(random.randrange(40))

    async def follow() -> list[int]:
        versions: list[int] = []
        cursor = begin
        while len(versions) < number:
            await settled(random.randrange(400))
            socket = await sockets()
            await socket.subscribe("1", CHANGES, after=cursor)
            for _ in range(random.randint(1, number - len(versions))):
                item = await change(socket)
                versions.append(item["version"])
                cursor = item["cursor"]
            await socket.connection.close()
        return versions

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        followers = [group.create_task(follow()) for _ in range(12)]
        group.create_task(write())
    assert all(task.result() == list(range(2, number + 2)) for task in followers)


async def test_who_stops_reading_holds_up_nobody_and_misses_nothing(
    api: Api, app: Starlette, connect: Connect, sockets: OpenSocket
) -> None:
    number = 60
    run_id = await api.run(metadata={"text": "x" * 100_000})
    slow, brisk = await connect(), [await subscribed(sockets) for _ in range(3)]
    socket = await Socket.open(slow)
    await socket.subscribe("1", CHANGES, bookmarks=True)
    assert (await socket.next("1"))["__typename"] == "Bookmark"
    await until_shared(app, 4)
    stop_reading(slow)
    async with asyncio.timeout(PATIENCE):
        for version in range(2, number + 2):
            await api.do("addRunTags", id=run_id, tags=["t"])
            assert [(await change(each))["version"] for each in brisk] == [version] * 3
        slow.transport.resume_reading()
        versions = [(await change(socket))["version"] for _ in range(number)]
    assert versions == list(range(2, number + 2))
    run_id = await api.run()
    assert (await change(socket))["runId"] == run_id


def stop_reading(connection: websockets.ClientConnection) -> None:
    """Read nothing more: what is on its way fills the buffers on both sides."""
    connection.transport.pause_reading()


async def test_an_operation_that_is_completed_gets_nothing_more(api: Api, app: Starlette, sockets: OpenSocket) -> None:
    leaving, staying = await subscribed(sockets), await subscribed(sockets)
    await until_shared(app, 2)
    await leaving.complete("1")
    # What crossed the message on its way may still arrive.
    await until_shared(app, 1)
    await leaving.connection.send(json.dumps({"type": "ping"}))
    while json.loads(await leaving.connection.recv())["type"] != "pong":
        pass
    run_id = await api.run()
    assert (await change(staying))["runId"] == run_id
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(leaving.connection.recv(), 0.2)


async def test_all_who_share_a_stream_are_told_when_it_cannot_go_on(
    api: Api, app: Starlette, sockets: OpenSocket
) -> None:
    followers = [await subscribed(sockets) for _ in range(3)]
    await until_shared(app, 3)
    await api.store.renew_epoch()
    api.index.tailer._restart(10_000)  # noqa: SLF001 - a reader falls out of the ring in no quicker way
    for socket in followers:
        while (message := await socket.message("1"))["type"] == "next":
            assert message["payload"]["data"]["runChanges"]["__typename"] == "Bookmark"
        assert message["payload"][0]["extensions"]["code"] == "CURSOR_EXPIRED"


async def test_each_subscription_is_counted_once_by_how_it_ended(api: Api, app: Starlette, sockets: OpenSocket) -> None:
    followers = [await subscribed(sockets) for _ in range(3)]
    await until_shared(app, 3)
    counts = endpoint_of(app).operations.counts
    await followers.pop().complete("1")
    await until(lambda: counts["runChanges", "OK"] > 0)
    await api.store.renew_epoch()
    api.index.tailer._restart(10_000)  # noqa: SLF001 - as above
    for socket in followers:
        while (await socket.message("1"))["type"] == "next":
            pass
    await until(lambda: counts["runChanges", "CURSOR_EXPIRED"] > 1)
    await until(lambda: api.index.tailer.watches == 0)
    assert {outcome: counts["runChanges", outcome] for outcome in ("OK", "CURSOR_EXPIRED")} == {
        "OK": 1,
        "CURSOR_EXPIRED": 2,
    }


async def test_where_the_server_does_not_tell_who_reads_each_has_a_stream_of_its_own(api: Api, app: Starlette) -> None:
    protocol = websockets.Subprotocol("graphql-transport-ws")
    async with listening(uvicorn.Config(app, port=0, lifespan="off", log_config=None)) as port:
        address = f"ws://127.0.0.1:{port}/graphql"
        async with (
            websockets.connect(address, subprotocols=[protocol]) as one,
            websockets.connect(address, subprotocols=[protocol]) as other,
        ):
            followers = [await Socket.open(connection) for connection in (one, other)]
            for socket in followers:
                await socket.subscribe("1", CHANGES, bookmarks=True)
                assert (await socket.next("1"))["__typename"] == "Bookmark"
            await settled()
            assert (api.index.tailer.watches, len(endpoint_of(app).channels)) == (2, 0)
            run_ids = await api.runs(3)
            for socket in followers:
                assert [(await change(socket))["runId"] for _ in run_ids] == run_ids

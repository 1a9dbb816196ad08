"""Subscribers who want the newest state of the same share one execution, and each of them ends with that state."""

import asyncio
from collections.abc import Callable
from random import Random

import pytest
from starlette.applications import Starlette

from runindex.domain.errors import UnavailableError
from tests.api.conftest import Connect, OpenSocket
from tests.support.api import Api, Socket, Value, endpoint_of
from tests.support.api import until as eventually
from tests.support.stores import settled

pytestmark = pytest.mark.asyncio

RUN = "subscription ($id: ID!) { run(id: $id) { version metadata } }"
COUNTS = "subscription ($tag: String!) { runCounts(filter: {tags: {all: [$tag]}}) { key count } }"
PATIENCE = 20


async def subscribed(sockets: OpenSocket, document: str, **variables: object) -> Socket:
    """Subscribe, and return when the first state is there; its successors are left to read."""
    socket = await sockets()
    await socket.subscribe("1", document, **variables)
    await socket.next("1")
    return socket


async def until(socket: Socket, is_wanted: Callable[[Value], bool]) -> list[Value]:
    """Return the states that come, up to the first that is wanted."""
    states = [await socket.next("1")]
    while not is_wanted(states[-1]):
        states.append(await socket.next("1"))
    return states


async def test_what_many_see_is_counted_once(api: Api, sockets: OpenSocket) -> None:
    screens = [await subscribed(sockets, COUNTS, tag="t") for _ in range(5)]
    other = await subscribed(sockets, COUNTS, tag="u")
    count = counted = 0
    async with asyncio.timeout(PATIENCE):
        # Nothing tells when what those who came wanted to be counted anew has been.
        while counted != 1:
            api.store.asked.clear()
            await api.run(tags=["t"])
            count += 1
            for screen in screens:
                assert await screen.next("1") == [{"key": "ACTIVE", "count": count}]
            counted = api.store.methods.count("group_runs")
        await api.run(tags=["u"])
        assert await other.next("1") == [{"key": "ACTIVE", "count": 1}]


async def test_each_who_follows_a_run_is_told_each_of_its_states(api: Api, sockets: OpenSocket) -> None:
    run_id = await api.run()
    screens = [await subscribed(sockets, RUN, id=run_id) for _ in range(4)]
    for version in range(2, 12):
        await api.do("addRunTags", id=run_id, tags=["t"])
        assert [(await screen.next("1"))["version"] for screen in screens] == [version] * 4


async def test_whoever_comes_meanwhile_begins_with_what_there_is_and_ends_with_the_newest(
    api: Api, sockets: OpenSocket
) -> None:
    random, number = Random(11), 120
    run_id = await api.run()
    last = 1

    async def write() -> None:
        nonlocal last
        for _ in range(number):
            await api.do("addRunTags", id=run_id, tags=["t"])
            last += 1
            await settled(random.randrange(40))

    async def look() -> None:
        for _ in range(4):
            await settled(random.randrange(800))
            socket = await sockets()
            begun = last
            await socket.subscribe("1", RUN, id=run_id)
            versions = [state["version"] for state in await until(socket, lambda state: state["version"] > number)]
            assert versions[0] >= begun
            assert versions == sorted(set(versions))
            await socket.connection.close()

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        group.create_task(write())
        for _ in range(10):
            group.create_task(look())


async def test_who_stops_reading_is_spared_all_but_the_newest_and_holds_up_nobody(
    api: Api, connect: Connect, sockets: OpenSocket
) -> None:
    number = 60
    run_id = await api.run(metadata={"text": "x" * 100_000})
    slow, brisk = await connect(), [await subscribed(sockets, RUN, id=run_id) for _ in range(3)]
    socket = await Socket.open(slow)
    await socket.subscribe("1", RUN, id=run_id)
    await socket.next("1")
    slow.transport.pause_reading()
    async with asyncio.timeout(PATIENCE):
        for version in range(2, number + 2):
            await api.do("addRunTags", id=run_id, tags=["t"])
            assert [(await screen.next("1"))["version"] for screen in brisk] == [version] * 3
        slow.transport.resume_reading()
        versions = [state["version"] for state in await until(socket, lambda state: state["version"] > number)]
        assert versions == sorted(set(versions))
        assert len(versions) < number
        await api.do("addRunTags", id=run_id, tags=["t"])
        assert (await socket.next("1"))["version"] == number + 2


async def test_all_learn_that_the_run_is_deleted(api: Api, sockets: OpenSocket) -> None:
    run_id = await api.run()
    screens = [await subscribed(sockets, RUN, id=run_id) for _ in range(3)]
    await api.do("addRunTags", id=run_id, tags=["t"])
    for screen in screens:
        await screen.next("1")
    await api.do("deleteRun", id=run_id)
    for screen in screens:
        assert (await screen.message("1"))["type"] == "complete"


async def test_who_leaves_takes_nothing_from_the_others(api: Api, sockets: OpenSocket) -> None:
    run_id = await api.run()
    first, second = [await subscribed(sockets, RUN, id=run_id) for _ in range(2)]
    await first.connection.close()
    for version in (2, 3):
        await api.do("addRunTags", id=run_id, tags=["t"])
        assert (await second.next("1"))["version"] == version


async def test_a_failure_is_told_to_all_and_counted_for_each(
    api: Api, app: Starlette, sockets: OpenSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise UnavailableError("away")

    screens = [await subscribed(sockets, COUNTS, tag="t") for _ in range(3)]
    leaving = await subscribed(sockets, COUNTS, tag="t")
    await leaving.complete("1")
    await eventually(lambda: endpoint_of(app).operations.counts["runCounts", "OK"] == 1)
    with monkeypatch.context() as patch:
        patch.setattr(api.store, "group_runs", fail, raising=False)
        await api.run(tags=["t"])
        for screen in screens:
            assert await screen.error("1") == ("UNAVAILABLE", "away")
    views, counts = endpoint_of(app).conflated, endpoint_of(app).operations.counts
    assert len(views) == 0
    assert {outcome: counts["runCounts", outcome] for outcome in ("OK", "UNAVAILABLE")} == {"OK": 1, "UNAVAILABLE": 3}
    again = await sockets()
    await again.subscribe("1", COUNTS, tag="t")
    assert await again.next("1") == [{"key": "ACTIVE", "count": 1}]


async def test_those_who_come_make_nobody_see_more(api: Api, sockets: OpenSocket) -> None:
    screen = await subscribed(sockets, COUNTS, tag="t")
    async with asyncio.timeout(PATIENCE):
        for _ in range(5):
            await subscribed(sockets, COUNTS, tag="t")
        await api.run(tags=["t"])
        assert await screen.next("1") == [{"key": "ACTIVE", "count": 1}]

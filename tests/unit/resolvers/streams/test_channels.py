"""Where a subscriber stands when it leaves those with whom it followed the log."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import cast

import pytest
from strawberry.types import ExecutionResult

from resolvers.execution.position import StreamPosition
from resolvers.streams.channels import Channels, Subscriber
from resolvers.streams.operation import Operation, ShareKey
from resolvers.streams.payloads import Results
from resolvers.streams.sink import Sink

pytestmark = pytest.mark.asyncio

COMMON = ShareKey("subscription { runChanges { cursor } }", None, "runChanges", "{}", None)
Stream = Callable[[StreamPosition], AsyncGenerator[ExecutionResult, None]]


@dataclass
class Client:
    """Takes what is sent, or does not."""

    write_paused: bool = False
    taken: list[bytes] = field(default_factory=list)

    async def drain(self) -> None:
        """Never mind."""

    def give_up(self) -> None:
        """Never mind."""

    def member(self) -> Subscriber:
        return Subscriber(Sink(self, self.taken.append))


def item(position: int) -> ExecutionResult:
    return ExecutionResult(data={"position": position}, errors=None)


def asking(stream: Stream) -> Operation:
    """Return what asks for a stream."""

    class Asking:
        async def open(self, place: StreamPosition) -> Results:
            return stream(place)

    return cast("Operation", Asking())


def join(channels: Channels, stream: Stream, member: Subscriber, position: int, history: str = "e") -> bool:
    return channels.join(asking(stream), COMMON, member, StreamPosition(history, complete=position))


async def within(waiting: Awaitable[None]) -> None:
    await asyncio.wait_for(waiting, 30)


async def test_whoever_is_left_by_a_stream_that_ends_stands_where_that_had_come() -> None:
    async def stream(place: StreamPosition) -> AsyncGenerator[ExecutionResult, None]:
        place.pass_by(3)
        yield item(3)
        place.reach(9)

    client, channels = Client(), Channels()
    member = client.member()
    assert join(channels, stream, member, 1)
    await within(member.stay())
    assert client.taken == [b'{"data":{"position":3}}']
    assert member.position == 9
    assert len(channels) == 0


async def test_whoever_does_not_take_an_item_stands_before_it_and_behind_all_that_is_not_for_it() -> None:
    begin, goes_on = asyncio.Event(), asyncio.Event()

    async def stream(place: StreamPosition) -> AsyncGenerator[ExecutionResult, None]:
        place.reach(7)
        await begin.wait()
        place.pass_by(8)
        yield item(8)
        await goes_on.wait()

    slow, brisk, channels = Client(write_paused=True), Client(), Channels()
    left, staying = slow.member(), brisk.member()
    assert join(channels, stream, left, 1)
    assert join(channels, stream, staying, 1)
    begin.set()
    await within(left.stay())
    assert (slow.taken, left.position) == ([], 7)
    assert (brisk.taken, staying.position) == ([b'{"data":{"position":8}}'], 8)
    assert [len(channel) for channel in channels] == [1]
    staying.leave()
    assert len(channels) == 0


async def test_a_client_that_is_gone_takes_nobody_along() -> None:
    def gone(payload: bytes) -> None:
        raise OSError(payload)

    async def stream(place: StreamPosition) -> AsyncGenerator[ExecutionResult, None]:
        place.pass_by(2)
        yield item(2)

    other, channels = Client(), Channels()
    member, staying = Subscriber(Sink(Client(), gone)), other.member()
    assert join(channels, stream, member, 1)
    assert join(channels, stream, staying, 1)
    await within(member.stay())
    await within(staying.stay())
    assert other.taken == [b'{"data":{"position":2}}']


async def test_another_history_is_another_stream() -> None:
    async def stream(place: StreamPosition) -> AsyncGenerator[ExecutionResult, None]:
        place.reach(9)
        await asyncio.Event().wait()
        yield item(1)

    channels = Channels()
    members = [Client().member(), Client().member()]
    assert join(channels, stream, members[0], 9)
    assert join(channels, stream, members[1], 1, history="f")
    assert len(channels) == 2
    for member in members:
        member.leave()


async def test_whoever_joins_before_the_first_position_stands_there_until_there_is_something() -> None:
    async def stream(place: StreamPosition) -> AsyncGenerator[ExecutionResult, None]:
        if place.start == -1:
            raise ConnectionError
        yield item(0)

    channels = Channels()
    member = Client().member()
    assert join(channels, stream, member, -1)
    await within(member.stay())
    assert member.position == -1

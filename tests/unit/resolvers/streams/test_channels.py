"""Where a subscriber stands when it leaves those with whom it followed the log."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import cast

import pytest
from strawberry.types import ExecutionResult

from resolvers.execution.position import LosslessPosition, StreamPosition
from resolvers.streams.channels import Channels, Subscriber
from resolvers.streams.operation import Operation, Results, ShareKey
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

    def abort(self) -> None:
        """Never mind."""

    def subscriber(self) -> Subscriber:
        return Subscriber(Sink(self, lambda payload, _: self.taken.append(payload)))


def item(position: int) -> ExecutionResult:
    return ExecutionResult(data={"position": position}, errors=None)


def asking(stream: Stream) -> Operation:
    """Return what asks for a stream."""

    class Asking:
        async def open(self, position: StreamPosition) -> Results:
            return stream(position)

    return cast("Operation", Asking())


def join(channels: Channels, stream: Stream, subscriber: Subscriber, position: int, history: str = "e") -> bool:
    return channels.join(
        asking(stream), COMMON, subscriber, StreamPosition(history, lossless=LosslessPosition(complete=position))
    )


async def within(waiting: Awaitable[None]) -> None:
    await asyncio.wait_for(waiting, 30)


async def test_whoever_is_left_by_a_stream_that_ends_stands_where_that_had_come() -> None:
    async def stream(position: StreamPosition) -> AsyncGenerator[ExecutionResult, None]:
        position.lossless.advance(3, "c3")
        yield item(3)
        position.lossless.reach(9)

    client, channels = Client(), Channels()
    subscriber = client.subscriber()
    assert join(channels, stream, subscriber, 1)
    await within(subscriber.detached())
    assert client.taken == [b'{"data":{"position":3}}']
    assert subscriber.position == 9
    assert len(channels) == 0


async def test_whoever_does_not_take_an_item_stands_before_it_and_behind_all_that_is_not_for_it() -> None:
    begin, goes_on = asyncio.Event(), asyncio.Event()

    async def stream(position: StreamPosition) -> AsyncGenerator[ExecutionResult, None]:
        position.lossless.reach(7)
        await begin.wait()
        position.lossless.advance(8, "c8")
        yield item(8)
        await goes_on.wait()

    slow, brisk, channels = Client(write_paused=True), Client(), Channels()
    left, staying = slow.subscriber(), brisk.subscriber()
    assert join(channels, stream, left, 1)
    assert join(channels, stream, staying, 1)
    begin.set()
    await within(left.detached())
    assert (slow.taken, left.position) == ([], 7)
    assert (brisk.taken, staying.position) == ([b'{"data":{"position":8}}'], 8)
    assert [len(channel) for channel in channels] == [1]
    staying.leave()
    assert len(channels) == 0


async def test_a_client_that_is_gone_takes_nobody_along() -> None:
    def gone(payload: bytes, cursor: str) -> None:
        raise OSError(payload, cursor)

    async def stream(position: StreamPosition) -> AsyncGenerator[ExecutionResult, None]:
        position.lossless.advance(2, "c2")
        yield item(2)

    other, channels = Client(), Channels()
    subscriber, staying = Subscriber(Sink(Client(), gone)), other.subscriber()
    assert join(channels, stream, subscriber, 1)
    assert join(channels, stream, staying, 1)
    await within(subscriber.detached())
    await within(staying.detached())
    assert other.taken == [b'{"data":{"position":2}}']


async def test_another_history_is_another_stream() -> None:
    async def stream(position: StreamPosition) -> AsyncGenerator[ExecutionResult, None]:
        position.lossless.reach(9)
        await asyncio.Event().wait()
        yield item(1)

    channels = Channels()
    subscribers = [Client().subscriber(), Client().subscriber()]
    assert join(channels, stream, subscribers[0], 9)
    assert join(channels, stream, subscribers[1], 1, history="f")
    assert len(channels) == 2
    for subscriber in subscribers:
        subscriber.leave()


async def test_whoever_joins_before_the_first_position_stands_there_until_there_is_something() -> None:
    async def stream(position: StreamPosition) -> AsyncGenerator[ExecutionResult, None]:
        if position.lossless.start == -1:
            raise ConnectionError
        yield item(0)

    channels = Channels()
    subscriber = Client().subscriber()
    assert join(channels, stream, subscriber, -1)
    await within(subscriber.detached())
    assert subscriber.position == -1

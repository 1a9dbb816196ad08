"""Conflated channels never send an older state after a newer one, and always send the newest in the end."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from graphql import GraphQLError
from strawberry.types import ExecutionResult

from resolvers.execution.position import StreamPosition
from resolvers.streams.conflated import ConflatedChannel, ConflatedChannels, ConflatedSubscriber
from resolvers.streams.operation import ShareKey
from resolvers.streams.sink import Sink

pytestmark = pytest.mark.asyncio

COMMON = ShareKey("subscription { runCounts { count } }", None, "runCounts", "{}", None)
REFUSAL = ExecutionResult(data=None, errors=[GraphQLError("away")])
PATIENCE = 5


def state(number: int) -> bytes:
    return b'{"data":{"n":%d}}' % number


@dataclass
class Client:
    """Takes what is sent, or does not."""

    write_paused: bool = False
    taken: "asyncio.Queue[bytes]" = field(default_factory=asyncio.Queue)
    reads: asyncio.Event = field(default_factory=asyncio.Event)

    async def drain(self) -> None:
        await self.reads.wait()
        self.write_paused = False

    def abort(self) -> None:
        """Never mind."""

    def subscriber(self, number: int) -> ConflatedSubscriber:
        """Return one that was sent a state already."""
        return ConflatedSubscriber(Sink(self, lambda payload, _: self.taken.put_nowait(payload)), state(number))

    async def next(self) -> bytes:
        return await asyncio.wait_for(self.taken.get(), PATIENCE)


class Source:
    """A channel's stream, which yields what the test puts; None ends it."""

    def __init__(self) -> None:
        self.position = StreamPosition("run 1")
        self.refreshes = self.position.refreshes
        self.channels = ConflatedChannels()
        self.puts: asyncio.Queue[int | ExecutionResult | None] = asyncio.Queue()

    def refresh(self, number: int) -> None:
        """Read the state anew."""
        self.refreshes.start()
        self.puts.put_nowait(number)

    async def stream(self) -> AsyncGenerator[ExecutionResult, None]:
        while (item := await self.puts.get()) is not None:
            yield item if isinstance(item, ExecutionResult) else ExecutionResult(data={"n": item}, errors=None)

    @asynccontextmanager
    async def sent_to(self, *subscribers: ConflatedSubscriber) -> AsyncIterator[list["asyncio.Task[ConflatedChannel]"]]:
        """Let subscribers join one after the other."""
        tasks = []
        for subscriber in subscribers:
            showing = self.channels.follow(COMMON, subscriber, self.stream(), self.position)
            tasks.append(asyncio.create_task(showing))
            await asyncio.sleep(0)
        try:
            yield tasks
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)


async def ended(showing: "asyncio.Task[ConflatedChannel]") -> ConflatedChannel:
    return await asyncio.wait_for(asyncio.shield(showing), PATIENCE)


async def test_the_first_is_sent_what_its_own_stream_goes_on_with() -> None:
    source, client = Source(), Client()
    async with source.sent_to(client.subscriber(1)):
        assert not source.refreshes.is_requested
        for number in (2, 2, 3):
            source.puts.put_nowait(number)
            assert await client.next() == state(number)


async def test_whoever_joins_is_sent_what_is_read_from_then_on_and_nothing_else() -> None:
    source, first, second, third = Source(), Client(), Client(), Client()
    async with source.sent_to(first.subscriber(1), second.subscriber(2), third.subscriber(9)):
        assert source.refreshes.is_requested
        source.puts.put_nowait(1)  # was read before
        assert await first.next() == state(1)
        source.refresh(9)
        assert [await first.next(), await second.next()] == [state(9)] * 2
        source.puts.put_nowait(10)
        assert [await client.next() for client in (first, second, third)] == [state(10)] * 3


async def test_a_refresh_that_finds_nothing_new_is_sent_to_nobody() -> None:
    source, first, second = Source(), Client(), Client()
    async with source.sent_to(first.subscriber(1), second.subscriber(1)):
        source.refresh(1)
        source.puts.put_nowait(2)
        assert [await first.next(), await second.next()] == [state(2)] * 2


async def test_who_does_not_take_a_state_is_sent_the_newest_before_the_end() -> None:
    source, slow, brisk = Source(), Client(write_paused=True), Client()
    watching, joining = slow.subscriber(1), brisk.subscriber(1)
    async with source.sent_to(watching, joining) as (waiting, done):
        source.refresh(2)
        source.puts.put_nowait(3)
        source.puts.put_nowait(None)
        assert [await brisk.next(), await brisk.next()] == [state(2), state(3)]
        assert joining.has_everything(await ended(done))
        slow.reads.set()
        assert watching.has_everything(await ended(waiting))
        assert [slow.taken.get_nowait() for _ in range(slow.taken.qsize())] == [state(3)]
    assert len(source.channels) == 0


async def test_an_end_that_was_read_before_somebody_came_is_none_for_it() -> None:
    source, first, late = Source(), Client(), Client()
    watching, joining = first.subscriber(1), late.subscriber(5)
    async with source.sent_to(watching, joining) as (done, waiting):
        source.puts.put_nowait(2)
        source.puts.put_nowait(None)
        assert watching.has_everything(await ended(done))
        assert not joining.has_everything(await ended(waiting))
        assert late.taken.empty()


async def test_a_refusal_is_for_all() -> None:
    source, clients = Source(), [Client(), Client()]
    async with source.sent_to(*(client.subscriber(1) for client in clients)) as showings:
        source.puts.put_nowait(REFUSAL)
        assert [(await ended(showing)).refusal for showing in showings] == [REFUSAL] * 2
    assert all(client.taken.empty() for client in clients)


async def test_a_client_that_is_gone_takes_nobody_along() -> None:
    def gone(payload: bytes, cursor: str) -> None:
        raise OSError(payload, cursor)

    source, other = Source(), Client()
    leaving = ConflatedSubscriber(Sink(Client(), gone), state(1))
    async with source.sent_to(leaving, other.subscriber(1)) as (done, _):
        source.refresh(2)
        assert await other.next() == state(2)
        assert not leaving.has_everything(await ended(done))
        assert [len(channel) for channel in source.channels] == [1]


async def test_states_of_another_history_are_another_channel() -> None:
    source, client, other = Source(), Client(), Client()
    async with source.sent_to(client.subscriber(1)):
        source.position = StreamPosition("run 2")
        async with source.sent_to(other.subscriber(1)):
            assert [len(channel) for channel in source.channels] == [1, 1]
            assert not source.refreshes.is_requested


async def test_a_channel_is_closed_when_the_last_has_gone() -> None:
    source, client = Source(), Client()
    async with source.sent_to(client.subscriber(1)):
        assert [len(channel) for channel in source.channels] == [1]
    assert len(source.channels) == 0

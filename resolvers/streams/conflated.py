"""Conflated channels: one execution for all subscribers to the newest state; a slow subscriber skips states.

A subscriber first executes by itself, so its first state is no older than its operation. Then it joins the channel of
all who sent the same document and variables, whose one stream sends each state to all; the first subscriber's own
stream becomes the channel's. Nothing tells which of two states is newer, so a subscriber that joins requests a refresh,
and is sent nothing that was read before it. One that cannot be sent a state at once is sent the newest one later.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import aclosing
from typing import Final

import orjson
from strawberry.types import ExecutionResult

from resolvers.execution.position import StreamPosition
from resolvers.streams.operation import Results, ShareKey, is_refusal, payload_of
from resolvers.streams.sink import Sink
from runindex.streams.refresh import RefreshRequests

log: Final = logging.getLogger(__name__)


class ConflatedSubscriber:
    """One operation of one connection.

    `sent` is the state that it was sent last, `first_refresh` the first refresh that is newer than its first state.
    """

    __slots__ = ("_sink", "_woken", "first_refresh", "is_gone", "sent")

    def __init__(self, sink: Sink, sent: bytes) -> None:
        """Send states to a sink that was sent one already."""
        self._sink = sink
        self._woken = asyncio.Event()
        self.sent = sent
        self.first_refresh = 0
        self.is_gone = False

    def send(self, state: bytes) -> None:
        """Send a state if that can be done at once; else it is sent by `follow`."""
        try:
            if self._sink.try_send(state):
                self.sent = state
                return
        except OSError:
            self.is_gone = True
        except Exception:
            log.exception("a state could not be sent")
            self.is_gone = True
        self.wake()

    def wake(self) -> None:
        """Have `follow` check the channel."""
        self._woken.set()

    async def follow(self, channel: "ConflatedChannel") -> None:
        """Send the newest state after one that could not be sent, until the channel is closed or the client is gone."""
        while not self.is_gone and (not channel.is_closed or self._is_behind(channel)):
            await self._woken.wait()
            self._woken.clear()
            await self._sink.writable()
            if self._is_behind(channel):
                self.send(channel.state)

    def has_everything(self, channel: "ConflatedChannel") -> bool:
        """Tell whether the stream has ended, by what was read after the subscriber joined, and all was sent."""
        return channel.has_ended and channel.refreshes.number >= self.first_refresh and not self.is_gone

    def _is_behind(self, channel: "ConflatedChannel") -> bool:
        return channel.refresh >= self.first_refresh and channel.state != self.sent


class ConflatedChannel:
    """A stream of states and its subscribers. `state` is the newest, read in the refresh of number `refresh`.

    Of a closed channel `has_ended` tells whether its stream came to an end, and `refusal` is the result by which the
    API ended it, if it did.
    """

    def __init__(self, states: Results, refreshes: RefreshRequests, state: bytes, closed: Callable[[], None]) -> None:
        """Go on with a stream that has yielded a state."""
        self._closed = closed
        self._subscribers: set[ConflatedSubscriber] = set()
        self.refreshes = refreshes
        self.state, self.refresh = state, refreshes.number
        self.is_closed = self.has_ended = False
        self.refusal: ExecutionResult | None = None
        self._task = asyncio.create_task(self._run(states), name="conflated-channel")

    def __len__(self) -> int:
        """Return the number of subscribers."""
        return len(self._subscribers)

    def add(self, subscriber: ConflatedSubscriber) -> None:
        """Send states to a subscriber from now on."""
        self._subscribers.add(subscriber)

    def discard(self, subscriber: ConflatedSubscriber) -> None:
        """Remove a subscriber; a channel without any ends."""
        self._subscribers.discard(subscriber)
        if not self._subscribers and not self.is_closed:
            self._task.cancel()
            self._close()

    async def _run(self, states: Results) -> None:
        try:
            async with aclosing(states):
                async for result in states:
                    if is_refusal(result):
                        self.refusal = result
                        break
                    self._broadcast(orjson.dumps(payload_of(result)))
                self.has_ended = self.refusal is None
                # Before the stream is closed, which may take a moment: no subscriber may join a channel that has ended.
                self._close()
        except Exception:
            log.exception("a conflated channel has ended")
        finally:
            self._close()

    def _broadcast(self, state: bytes) -> None:
        is_refresh = self.refresh != self.refreshes.number
        self.state, self.refresh = state, self.refreshes.number
        for subscriber in self._subscribers:
            # A refresh may be for one subscriber alone; if it finds nothing new, the others are sent nothing.
            if subscriber.first_refresh <= self.refresh and not (is_refresh and subscriber.sent == state):
                subscriber.send(state)

    def _close(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            self._closed()
            for subscriber in self._subscribers:
                subscriber.wake()


class ConflatedChannels:
    """The conflated channels of one process, by operation and history."""

    def __init__(self) -> None:
        """Start without any."""
        self._channels: dict[tuple[ShareKey, str], ConflatedChannel] = {}

    def __len__(self) -> int:
        """Return the number of channels."""
        return len(self._channels)

    def __iter__(self) -> Iterator[ConflatedChannel]:
        """Yield them."""
        return iter(self._channels.values())

    async def follow(
        self, share_key: ShareKey, subscriber: ConflatedSubscriber, states: Results, position: StreamPosition
    ) -> ConflatedChannel:
        """Send a subscriber the states behind the one that its own stream has yielded; return the channel at its end.

        The subscriber's stream, which stands at `position`, is taken over.
        """
        key = (share_key, position.history)
        channel = self._channels.get(key)
        is_first = channel is None
        if channel is None:
            channel = ConflatedChannel(states, position.refreshes, subscriber.sent, lambda: self._forget(key))
            self._channels[key] = channel
        else:
            subscriber.first_refresh = channel.refreshes.request()
        channel.add(subscriber)
        try:
            if not is_first:
                await states.aclose()
            await subscriber.follow(channel)
        finally:
            channel.discard(subscriber)
        return channel

    def _forget(self, key: tuple[ShareKey, str]) -> None:
        del self._channels[key]

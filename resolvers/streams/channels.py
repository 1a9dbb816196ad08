"""Fan-out channels: one execution for all subscribers to the same stream, whose items are sent to all of them.

A subscriber first has a stream of its own. As soon as that has caught up, it joins the channel of all who sent the same
document and variables, and is sent what the channel's stream yields from there on. There is no queue: a subscriber that
cannot be sent an item at once leaves the channel, goes on with a stream of its own from its position, and joins again.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import aclosing
from typing import Final

import orjson

from resolvers.execution.position import LosslessPosition, StreamPosition
from resolvers.streams.operation import Operation, ShareKey, is_refusal, payload_of
from resolvers.streams.sink import Sink

log: Final = logging.getLogger(__name__)


class Subscriber:
    """One operation of one connection; everything up to `position` was sent to it."""

    __slots__ = ("_left", "_sink", "channel", "position")

    def __init__(self, sink: Sink) -> None:
        """Send items to a sink."""
        self._sink = sink
        self._left = asyncio.Event()
        self.channel: Channel | None = None
        self.position = 0

    def attach(self, channel: "Channel", position: int) -> None:
        """Be sent the items of a channel behind a position."""
        self._left.clear()
        self.channel, self.position = channel, position

    async def detached(self) -> None:
        """Return once the subscriber is in no channel."""
        await self._left.wait()

    def leave(self) -> None:
        """Leave the channel, if the subscriber is in one."""
        if self.channel is not None:
            self.channel.discard(self)

    def detach(self, position: int) -> None:
        """Be sent nothing more by the channel, which has sent everything up to a position."""
        self.channel, self.position = None, max(self.position, position)
        self._left.set()

    def try_send(self, payload: bytes, position: int, cursor: str) -> bool:
        """Send an item if that can be done at once, and tell whether it was."""
        try:
            is_sent = self._sink.try_send(payload, cursor)
        except OSError:
            return False  # the client is gone
        except Exception:
            log.exception("an item could not be sent")
            return False
        if is_sent:
            self.position = position
        return is_sent


class Channel:
    """A stream and its subscribers. `position` is that of the item sent last."""

    def __init__(self, operation: Operation, history: str, position: int, closed: Callable[[], None]) -> None:
        """Begin to follow a history behind a position."""
        self._operation = operation
        self._closed = closed
        self._stream = StreamPosition(history, True, LosslessPosition(position, complete=position))  # noqa: FBT003
        self._sequence = self._stream.lossless
        # In the order in which they came, which is about that of memory: for many it saves a tenth of the time.
        self._subscribers: dict[Subscriber, None] = {}
        self.position = position
        self._task = asyncio.create_task(self._run(), name="channel")

    def __len__(self) -> int:
        """Return the number of subscribers."""
        return len(self._subscribers)

    def add(self, subscriber: Subscriber, position: int) -> bool:
        """Add a subscriber that has everything up to a position, unless the last item sent is ahead of it."""
        if position < self.position:
            return False
        subscriber.attach(self, position)
        self._subscribers[subscriber] = None
        return True

    def discard(self, subscriber: Subscriber) -> None:
        """Remove a subscriber; a channel without any ends."""
        self._subscribers.pop(subscriber, None)
        subscriber.detach(self._reached)
        if not self._subscribers:
            self._closed()
            self._task.cancel()

    @property
    def _reached(self) -> int:
        """Return the position up to which all subscribers have everything that they could be sent."""
        return max(self.position, self._sequence.complete)

    async def _run(self) -> None:
        try:
            async with aclosing(await self._operation.open(self._stream)) as results:
                async for result in results:
                    if is_refusal(result):  # each subscriber is refused when it goes on by itself
                        return
                    self._broadcast(orjson.dumps(payload_of(result)))
        except Exception:
            log.exception("a channel has ended")
        finally:
            self._closed()
            for subscriber in self._subscribers:
                subscriber.detach(self._reached)
            self._subscribers.clear()

    def _broadcast(self, payload: bytes) -> None:
        position, cursor, is_bookmark = self._sequence.position, self._sequence.cursor, self._sequence.is_bookmark
        behind = [
            subscriber
            for subscriber in self._subscribers
            # One that joined ahead of the stream has this item already.
            if (subscriber.position < position or (is_bookmark and subscriber.position == position))
            and not subscriber.try_send(payload, position, cursor)
        ]
        for subscriber in behind:
            self.discard(subscriber)
        self.position = position


class Channels:
    """The channels of one process, by operation and history."""

    def __init__(self) -> None:
        """Start without any."""
        self._channels: dict[tuple[ShareKey, str], Channel] = {}

    def __len__(self) -> int:
        """Return the number of channels."""
        return len(self._channels)

    def __iter__(self) -> Iterator[Channel]:
        """Yield them."""
        return iter(self._channels.values())

    def join(self, operation: Operation, share_key: ShareKey, subscriber: Subscriber, position: StreamPosition) -> bool:
        """Attach a caught-up subscriber to the channel of its operation, and tell whether that could be done."""
        key, complete = (share_key, position.history), position.lossless.complete
        channel = self._channels.get(key)
        if channel is None:
            channel = Channel(operation, position.history, complete, lambda: self._forget(key, channel))
            self._channels[key] = channel
        return channel.add(subscriber, complete)

    def _forget(self, key: tuple[ShareKey, str], channel: Channel | None) -> None:
        if self._channels.get(key) is channel:
            del self._channels[key]

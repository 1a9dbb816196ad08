"""One execution for all who ask the same: what a stream yields is made once, and sent to many connections.

A subscriber first has a stream of its own. As soon as that has caught up it joins the channel of all who sent the same
document and variables, and gets what the channel's one stream yields from there on. There is no queue: whoever does not
take an item at once leaves the channel, has a stream of its own from where it stands, and joins again.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import aclosing
from typing import Final

import orjson

from resolvers.execution.position import StreamPosition
from resolvers.streams.operation import Operation, ShareKey
from resolvers.streams.payloads import is_refusal, payload_of
from resolvers.streams.sink import Sink

log: Final = logging.getLogger(__name__)


class Subscriber:
    """A subscriber: one operation of one connection. `position` is up to where it has everything."""

    __slots__ = ("_left", "_outlet", "channel", "position")

    def __init__(self, outlet: Sink) -> None:
        """Send items to an outlet."""
        self._outlet = outlet
        self._left = asyncio.Event()
        self.channel: Channel | None = None
        self.position = 0

    def enter(self, channel: "Channel", position: int) -> None:
        """Get from a channel what lies behind a position."""
        self._left.clear()
        self.channel, self.position = channel, position

    async def stay(self) -> None:
        """Return when the member is in no channel any more."""
        await self._left.wait()

    def leave(self) -> None:
        """Get nothing more from the channel."""
        if self.channel is not None:
            self.channel.discard(self)

    def dismiss(self, position: int) -> None:
        """Learn that nothing more comes from the channel, which has sent everything up to a position."""
        self.channel, self.position = None, max(self.position, position)
        self._left.set()

    def take(self, payload: bytes, position: int) -> bool:
        """Send an item if that can be done at once, and tell whether it was."""
        try:
            is_taken = self._outlet.put(payload)
        except OSError:
            return False  # the client is gone
        except Exception:
            log.exception("an item could not be sent")
            return False
        if is_taken:
            self.position = position
        return is_taken


class Channel:
    """A stream and those who follow it. `position` is that of what was sent last."""

    def __init__(self, asked: Operation, history: str, position: int, closed: Callable[[], None]) -> None:
        """Begin to follow a history behind a position."""
        self._asked = asked
        self._closed = closed
        self._place = StreamPosition(history, position, complete=position, is_shared=True)
        # In the order in which they came, which is about that of memory: for many it saves a tenth of the time.
        self._members: dict[Subscriber, None] = {}
        self.position = position
        self._task = asyncio.create_task(self._run(), name="channel")

    def __len__(self) -> int:
        """Return how many follow."""
        return len(self._members)

    def add(self, member: Subscriber, position: int) -> bool:
        """Take in a member that has everything up to a position, unless that lies behind what was sent last."""
        if position < self.position:
            return False
        member.enter(self, position)
        self._members[member] = None
        return True

    def discard(self, member: Subscriber) -> None:
        """Send nothing more to a member; a channel that nobody follows ends."""
        self._members.pop(member, None)
        member.dismiss(self._reached)
        if not self._members:
            self._closed()
            self._task.cancel()

    @property
    def _reached(self) -> int:
        """Return up to where each member has everything, but for who is left behind just now."""
        return max(self.position, self._place.complete)

    async def _run(self) -> None:
        try:
            async with aclosing(await self._asked.open(self._place)) as results:
                async for result in results:
                    if is_refusal(result):  # each member is told when it asks for itself
                        return
                    self._broadcast(orjson.dumps(payload_of(result)))
        except Exception:
            log.exception("a channel has ended")
        finally:
            self._closed()
            for member in self._members:
                member.dismiss(self._reached)
            self._members.clear()

    def _broadcast(self, payload: bytes) -> None:
        position, is_bookmark = self._place.position, self._place.is_bookmark
        behind = [
            member
            for member in self._members
            # Who joined ahead of the stream has this already.
            if (member.position < position or (is_bookmark and member.position == position))
            and not member.take(payload, position)
        ]
        for member in behind:
            self.discard(member)
        self.position = position


class Channels:
    """The channels of one process, by what their members ask, and of which history."""

    def __init__(self) -> None:
        """Start without any."""
        self._channels: dict[tuple[ShareKey, str], Channel] = {}

    def __len__(self) -> int:
        """Return how many channels there are."""
        return len(self._channels)

    def __iter__(self) -> Iterator[Channel]:
        """Yield them."""
        return iter(self._channels.values())

    def join(self, asked: Operation, common: ShareKey, member: Subscriber, place: StreamPosition) -> bool:
        """Let a member that has everything up to a place follow with all who ask the same."""
        key = (common, place.history)
        channel = self._channels.get(key)
        if channel is None:
            channel = Channel(asked, place.history, place.complete, lambda: self._forget(key, channel))
            self._channels[key] = channel
        return channel.add(member, place.complete)

    def _forget(self, key: tuple[ShareKey, str], channel: Channel | None) -> None:
        if self._channels.get(key) is channel:
            del self._channels[key]

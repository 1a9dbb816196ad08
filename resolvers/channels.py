"""One execution for all who ask the same: what a stream of changes yields is made once, and sent to many sockets.

A subscriber first follows the log by itself. As soon as it has caught up it joins the channel of all who sent the same
document and variables, and gets what the channel's one stream yields from there on. There is no queue: whoever cannot
take an item at once leaves the channel, follows the log by itself from where it stands, and joins again.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator, Iterator
from contextlib import aclosing
from types import coroutine
from typing import Any, Final, Protocol, TypeAlias

import orjson
from strawberry.types import ExecutionResult

from resolvers.places import Place
from runindex.cursors import log_cursor

Send: TypeAlias = Callable[[Any], Coroutine[Any, Any, None]]
Results: TypeAlias = AsyncGenerator[ExecutionResult, None]
Open: TypeAlias = Callable[[Place], Awaitable[Results]]
log: Final = logging.getLogger(__name__)


def payload_of(result: ExecutionResult) -> dict[str, object]:
    """Return a result as clients get it."""
    payload: dict[str, object] = {"data": result.data}
    if result.errors:
        payload["errors"] = [error.formatted for error in result.errors]
    return payload


def is_refusal(result: ExecutionResult) -> bool:
    """Tell whether not one event went wrong but the operation, which ends by this."""
    return result.data is None and bool(result.errors) and all(error.path is None for error in result.errors or ())


class Asked(Protocol):
    """What subscribers have in common: equal ones share a channel."""

    def __hash__(self) -> int:
        """Return the same for equal ones."""
        ...

    async def open(self, place: Place) -> Results:
        """Execute the operation from a place on."""
        ...


class Member:
    """A subscriber: one operation of one socket."""

    __slots__ = ("_send", "_started", "channel", "epoch", "left", "position")

    def __init__(self, operation_id: str, send: Send) -> None:
        """Send items under an operation's id."""
        self._started = f'{{"id":{orjson.dumps(operation_id).decode()},"type":"next","payload":'
        self._send = send
        self.channel: Channel | None = None
        self.left: asyncio.Future[Coroutine[Any, Any, None] | None] | None = None
        self.epoch, self.position = "", 0

    @property
    def cursor(self) -> str:
        """Return the cursor of what was sent last."""
        return log_cursor(self.epoch, self.position)

    async def stay(self) -> None:
        """Return when the member has left its channel, and all that was sent to it is on its way."""
        if self.left is not None:
            rest = await self.left
            if rest is not None:
                await rest

    def leave(self) -> None:
        """Get nothing more from the channel."""
        if self.channel is not None:
            self.channel.discard(self)
        if self.left is not None and self.left.done() and (rest := self.left.result()) is not None:
            rest.close()

    def take(self, payload: str, position: int) -> bool:
        """Send an item if that can be done at once; else the member is left with the rest of it, and gets no more."""
        sending = self._send({"type": "websocket.send", "text": f"{self._started}{payload}}}"})
        self.position = position
        rest = None
        try:
            waited = sending.send(None)
        except StopIteration:
            return True
        except Exception:
            log.debug("a subscriber is gone", exc_info=True)
        else:
            rest = _go_on(sending, waited)
        if self.left is not None and not self.left.done():
            self.left.set_result(rest)
        return False


class Channel:
    """A stream and those who follow it. `position` is that of what was sent last."""

    def __init__(self, asked: Asked, epoch: str, position: int, closed: Callable[[], None]) -> None:
        """Begin to follow the log behind a position."""
        self._asked = asked
        self._closed = closed
        self._place = Place(log_cursor(epoch, position))
        self._members: set[Member] = set()
        self.epoch, self.position = epoch, position
        self._task = asyncio.create_task(self._run(), name="channel")

    def __len__(self) -> int:
        """Return how many follow."""
        return len(self._members)

    def add(self, member: Member, position: int) -> bool:
        """Take in a member that has everything up to a position, unless that lies behind what was sent last."""
        if position < self.position:
            return False
        member.channel, member.epoch, member.position = self, self.epoch, position
        member.left = asyncio.get_running_loop().create_future()
        self._members.add(member)
        return True

    def discard(self, member: Member) -> None:
        """Send nothing more to a member; a channel that nobody follows ends."""
        member.channel = None
        self._members.discard(member)
        if not self._members:
            self._closed()
            self._task.cancel()

    async def _run(self) -> None:
        try:
            async with aclosing(await self._asked.open(self._place)) as results:
                async for result in results:
                    if is_refusal(result):  # each member is told when it asks for itself
                        return
                    self._broadcast(orjson.dumps(payload_of(result)).decode())
        except Exception:
            log.exception("a channel has ended")
        finally:
            self._closed()
            for member in self._members:
                member.channel = None
                if member.left is not None and not member.left.done():
                    member.left.set_result(None)
            self._members.clear()

    def _broadcast(self, payload: str) -> None:
        position, is_bookmark = self._place.position, self._place.is_bookmark
        self.position = position
        gone = [
            member
            for member in self._members
            # Who joined ahead of the stream has this already.
            if (member.position < position or (is_bookmark and member.position == position))
            and not member.take(payload, position)
        ]
        for member in gone:
            self.discard(member)


class Channels:
    """The channels of one process, by what their members ask."""

    def __init__(self) -> None:
        """Start without any."""
        self._channels: dict[Asked, Channel] = {}

    def __len__(self) -> int:
        """Return how many channels there are."""
        return len(self._channels)

    def __iter__(self) -> Iterator[Channel]:
        """Yield them."""
        return iter(self._channels.values())

    def join(self, asked: Asked, member: Member, epoch: str, position: int) -> bool:
        """Let a member that has everything up to a position follow with all who ask the same."""
        channel = self._channels.get(asked)
        if channel is None:
            channel = Channel(asked, epoch, position, lambda: self._forget(asked, channel))
            self._channels[asked] = channel
        return channel.epoch == epoch and channel.add(member, position)

    def _forget(self, asked: Asked, channel: Channel | None) -> None:
        if self._channels.get(asked) is channel:
            del self._channels[asked]


@coroutine
def _go_on(begun: Coroutine[Any, Any, None], waited: Any) -> Generator[Any, Any, None]:  # noqa: ANN401 - asyncio's
    """Await the rest of a coroutine that was begun outside of the task that awaits this, and waits for something."""
    try:
        while True:
            try:
                value = yield waited
            except GeneratorExit:
                begun.close()
                raise
            except BaseException as error:  # noqa: BLE001 - it is the coroutine's
                waited = begun.throw(error)
            else:
                waited = begun.send(value)
    except StopIteration:
        return

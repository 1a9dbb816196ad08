"""What viewers are shown by one stream: never an older state after a newer one, and always the newest in the end."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import pytest
from strawberry.types import ExecutionResult

from resolvers.asking import Asked, Common
from resolvers.outlets import Outlet
from resolvers.payloads import Results
from resolvers.places import Place
from resolvers.views import Viewer, Views

pytestmark = pytest.mark.asyncio

COMMON = Common("subscription { runCounts { count } }", None, "runCounts", "{}", None)
PATIENCE = 5


def state(number: int) -> bytes:
    return b'{"data":{"n":%d}}' % number


def result(number: int) -> ExecutionResult:
    return ExecutionResult(data={"n": number}, errors=None)


@dataclass
class Client:
    """Takes what is sent, or does not."""

    write_paused: bool = False
    taken: "asyncio.Queue[bytes]" = field(default_factory=asyncio.Queue)
    reads: asyncio.Event = field(default_factory=asyncio.Event)

    async def drain(self) -> None:
        await self.reads.wait()
        self.write_paused = False

    def give_up(self) -> None:
        """Never mind."""

    def viewer(self, number: int) -> Viewer:
        """Return one that was sent a state already."""
        viewer = Viewer(Outlet(self, self.taken.put_nowait))
        viewer.shown = state(number)
        return viewer

    async def next(self) -> bytes:
        return await asyncio.wait_for(self.taken.get(), PATIENCE)


class Looks:
    """What the looks of a view find, each in turn, when the test says so."""

    def __init__(self) -> None:
        self._found: list[asyncio.Queue[int | None]] = []
        self.views = Views()

    def at(self, look: int) -> "asyncio.Queue[int | None]":
        """Return where to put the states of a look; None ends it."""
        while len(self._found) <= look:
            self._found.append(asyncio.Queue())
        return self._found[look]

    async def stream(self, look: int) -> AsyncGenerator[ExecutionResult, None]:
        while (number := await self.at(look).get()) is not None:
            yield result(number)

    @asynccontextmanager
    async def shown_to(self, viewer: Viewer) -> AsyncGenerator["asyncio.Task[bool]", None]:
        """Show what comes to a viewer, whose own stream is the look 0 if it is the first."""
        asked = cast("Asked", self)
        task = asyncio.create_task(self.views.show(asked, COMMON, viewer, self.stream(0)))
        try:
            await asyncio.sleep(0)
            yield task
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def open(self, place: Place) -> Results:
        del place
        (view,) = self.views
        return self.stream(view.look)


async def test_all_are_shown_what_the_stream_of_the_first_yields() -> None:
    looks, clients = Looks(), [Client(), Client()]
    async with looks.shown_to(clients[0].viewer(1)), looks.shown_to(clients[1].viewer(1)):
        for number in (2, 3):
            looks.at(0).put_nowait(number)
            assert [await client.next() for client in clients] == [state(number)] * 2


async def test_whoever_has_another_state_waits_for_one_that_was_read_after_it_came() -> None:
    looks, first, second, third = Looks(), Client(), Client(), Client()
    watched = first.viewer(1), second.viewer(2), third.viewer(9)
    async with looks.shown_to(watched[0]), looks.shown_to(watched[1]), looks.shown_to(watched[2]):
        # The look that was begun for the second is under way: to the third it may tell of what is over.
        looks.at(1).put_nowait(2)
        assert await first.next() == state(2)
        looks.at(2).put_nowait(9)
        assert [await client.next() for client in (first, second)] == [state(9)] * 2
        looks.at(2).put_nowait(10)
        assert [await client.next() for client in (first, second, third)] == [state(10)] * 3


async def test_a_look_that_gave_way_to_another_shows_nothing_more() -> None:
    looks, first = Looks(), Client()
    async with looks.shown_to(first.viewer(1)), looks.shown_to(Client().viewer(2)), looks.shown_to(Client().viewer(3)):
        for number in (2, 4, 5):  # all at once, so that the look need not wait for them
            looks.at(1).put_nowait(number)
        assert await first.next() == state(2)
        looks.at(2).put_nowait(6)
        assert await first.next() == state(6)


async def test_who_does_not_take_a_state_is_shown_the_newest_before_the_end() -> None:
    looks, slow, brisk = Looks(), Client(write_paused=True), Client()
    async with looks.shown_to(slow.viewer(1)) as waiting, looks.shown_to(brisk.viewer(1)) as done:
        for number in (2, 3, None):
            looks.at(0).put_nowait(number)
        assert [await brisk.next(), await brisk.next()] == [state(2), state(3)]
        assert await asyncio.wait_for(done, PATIENCE)
        slow.reads.set()
        assert await asyncio.wait_for(waiting, PATIENCE)
        assert [slow.taken.get_nowait() for _ in range(slow.taken.qsize())] == [state(3)]
    assert len(looks.views) == 0


async def test_a_view_is_over_when_the_last_has_gone() -> None:
    looks, client = Looks(), Client()
    async with looks.shown_to(client.viewer(1)):
        assert [len(view) for view in looks.views] == [1]
    assert len(looks.views) == 0

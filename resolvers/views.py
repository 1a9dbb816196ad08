"""One execution for all who want the newest state of the same, and are spared those in between.

A subscriber first asks for itself: what it begins with is no older than its asking, and errors are its own. Then it
joins the view of all who sent the same document and variables, whose one stream shows each state to them all; the first
one's own stream becomes that of the view. Whoever does not take a state at once is shown the newest one when it takes
something again.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import aclosing
from typing import Final

import orjson

from resolvers.asking import Asked, Common
from resolvers.outlets import Outlet
from resolvers.payloads import Results, is_refusal, payload_of
from resolvers.places import Place

log: Final = logging.getLogger(__name__)


class Viewer:
    """A subscriber: one operation of one connection. `shown` is the state that it was sent last."""

    __slots__ = ("_outlet", "_stirred", "first_look", "shown")

    def __init__(self, outlet: Outlet) -> None:
        """Show states to an outlet."""
        self._outlet = outlet
        self._stirred = asyncio.Event()
        self.shown = b""
        self.first_look = 0

    def show(self, state: bytes) -> None:
        """Send a state if that can be done at once."""
        try:
            if self._outlet.put(state):
                self.shown = state
                return
        except OSError:
            pass  # the client is gone, as it will find out itself
        except Exception:
            log.exception("a state could not be sent")
        self._stirred.set()

    def end(self) -> None:
        """Learn that the view is over."""
        self._stirred.set()

    async def watch(self, view: "View") -> None:
        """Return once the view is over; meanwhile send its newest state whenever the outlet did not take one."""
        while not view.is_over or self._is_behind(view):
            await self._stirred.wait()
            self._stirred.clear()
            await self._outlet.flowing()
            if self._is_behind(view) and self._outlet.put(view.state):
                self.shown = view.state
            elif self._is_behind(view):
                self._stirred.set()

    def _is_behind(self, view: "View") -> bool:
        return view.look >= self.first_look and view.state not in (b"", self.shown)


class View:
    """A stream of states and those who see them. `state` is the newest, `look` tells how often they were read anew.

    `has_ended` tells of a view that is over whether its stream came to an end, or failed.
    """

    def __init__(self, asked: Asked, closed: Callable[[], None]) -> None:
        """Look as somebody asked."""
        self._asked = asked
        self._closed = closed
        self._viewers: set[Viewer] = set()
        self._task: asyncio.Task[None] | None = None
        self._is_looking = self._is_doubted = False
        self.state = b""
        self.look = 0
        self.is_over = self.has_ended = False

    def __len__(self) -> int:
        """Return how many see it."""
        return len(self._viewers)

    def go_on(self, states: Results, state: bytes) -> None:
        """Begin with a stream that is under way and has yielded a state."""
        self.state = state
        self._task = asyncio.create_task(self._run(states), name="view")

    def add(self, viewer: Viewer) -> None:
        """Show to a viewer what is newer than what it has.

        Of two states that differ nobody can tell which is newer, so another look is taken, which is newer than both.
        """
        self._viewers.add(viewer)
        if viewer.shown != self.state:
            viewer.first_look = self.look + 1
            self._look_again()

    def discard(self, viewer: Viewer) -> None:
        """Show nothing more to a viewer; a view that nobody sees ends."""
        self._viewers.discard(viewer)
        if not self._viewers:
            self._end()

    def _look_again(self) -> None:
        if self._is_looking:  # what it sees may have been read before it was doubted
            self._is_doubted = True
            return
        if self._task is not None:
            self._task.cancel()
        self.look += 1
        self._is_looking, self._is_doubted = True, False
        self._task = asyncio.create_task(self._run(), name="view")

    async def _run(self, begun: Results | None = None) -> None:
        has_ended = False
        try:
            async with aclosing(begun or await self._asked.open(Place(is_shared=True))) as states:
                async for result in states:
                    # One that was cancelled goes on for as long as it need not wait.
                    if self._is_superseded or is_refusal(result):  # each viewer is told when it asks for itself
                        return
                    self._show(orjson.dumps(payload_of(result)))
            has_ended = True
        except Exception:
            log.exception("a view has ended")
        finally:
            if not self._is_superseded:
                self.has_ended = has_ended
                self._end()

    @property
    def _is_superseded(self) -> bool:
        return self._task is not asyncio.current_task()

    def _show(self, state: bytes) -> None:
        self.state = state
        for viewer in self._viewers:
            # What a new look begins with is no news to all.
            if viewer.first_look <= self.look and not (self._is_looking and viewer.shown == state):
                viewer.show(state)
        self._is_looking = False
        if self._is_doubted:
            self._look_again()

    def _end(self) -> None:
        if self.is_over:
            return
        self.is_over = True
        self._closed()
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()
        for viewer in self._viewers:
            viewer.end()


class Views:
    """The views of one process, by what their viewers ask."""

    def __init__(self) -> None:
        """Start without any."""
        self._views: dict[Common, View] = {}

    def __len__(self) -> int:
        """Return how many views there are."""
        return len(self._views)

    def __iter__(self) -> Iterator[View]:
        """Yield them."""
        return iter(self._views.values())

    async def show(self, asked: Asked, common: Common, viewer: Viewer, states: Results) -> bool:
        """Show to a viewer what comes after the state that it was sent, the last that its own stream has yielded.

        Return True when there are no more states, False when they could not be told. The stream is taken over.
        """
        is_superfluous = common in self._views
        if is_superfluous:
            await states.aclose()
        view = self._views.get(common)
        if view is None:
            view = self._views[common] = View(asked, lambda: self._forget(common, view))
            if not is_superfluous:
                view.go_on(states, viewer.shown)
        view.add(viewer)
        try:
            await viewer.watch(view)
        finally:
            view.discard(viewer)
        return view.has_ended

    def _forget(self, common: Common, view: View | None) -> None:
        if self._views.get(common) is view:
            del self._views[common]

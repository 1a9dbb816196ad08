"""One execution for all who want the newest state of the same, and are spared those in between.

A subscriber first asks for itself: what it begins with is no older than its asking. Then it joins the view of all who
sent the same document and variables, whose one stream shows each state to them all; the first one's own stream becomes
that of the view. Of two states nobody can tell which is newer, so whoever joins wants another look, and is shown
nothing that was read before. Whoever does not take a state at once is shown the newest one when it takes something
again.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import aclosing
from typing import Final

import orjson
from strawberry.types import ExecutionResult

from resolvers.execution.position import StreamPosition
from resolvers.streams.operation import ShareKey
from resolvers.streams.payloads import Results, is_refusal, payload_of
from resolvers.streams.sink import Sink
from runindex.streams.refresh import RefreshRequests

log: Final = logging.getLogger(__name__)


class ConflatedSubscriber:
    """A subscriber: one operation of one connection.

    `shown` is the state that it was sent last, `first_look` the first look that is newer than what it began with.
    """

    __slots__ = ("_outlet", "_stirred", "first_look", "is_gone", "shown")

    def __init__(self, outlet: Sink, shown: bytes) -> None:
        """Show states to an outlet that was sent one already."""
        self._outlet = outlet
        self._stirred = asyncio.Event()
        self.shown = shown
        self.first_look = 0
        self.is_gone = False

    def show(self, state: bytes) -> None:
        """Send a state if that can be done at once."""
        try:
            if self._outlet.put(state):
                self.shown = state
                return
        except OSError:
            self.is_gone = True
        except Exception:
            log.exception("a state could not be sent")
            self.is_gone = True
        self.stir()

    def stir(self) -> None:
        """Have the viewer see to its view."""
        self._stirred.set()

    async def watch(self, view: "ConflatedChannel") -> None:
        """Return once the view is over or the client gone; send the newest state whenever one was not taken."""
        while not self.is_gone and (not view.is_over or self._is_behind(view)):
            await self._stirred.wait()
            self._stirred.clear()
            await self._outlet.flowing()
            if self._is_behind(view):
                self.show(view.state)

    def has_seen_all(self, view: "ConflatedChannel") -> bool:
        """Tell whether the view has come to its end, and not by what was read before the viewer came."""
        return view.has_ended and view.looks.number >= self.first_look and not self.is_gone

    def _is_behind(self, view: "ConflatedChannel") -> bool:
        return view.look >= self.first_look and view.state != self.shown


class ConflatedChannel:
    """A stream of states and those who see them. `state` is the newest, read in the look of that number.

    Of a view that is over `has_ended` tells whether its stream came to an end, `refusal` how it was broken off, if the
    API did that.
    """

    def __init__(self, states: Results, looks: RefreshRequests, state: bytes, closed: Callable[[], None]) -> None:
        """Go on with a stream that has yielded a state."""
        self._closed = closed
        self._viewers: set[ConflatedSubscriber] = set()
        self.looks = looks
        self.state, self.look = state, looks.number
        self.is_over = self.has_ended = False
        self.refusal: ExecutionResult | None = None
        self._task = asyncio.create_task(self._run(states), name="view")

    def __len__(self) -> int:
        """Return how many see it."""
        return len(self._viewers)

    def add(self, viewer: ConflatedSubscriber) -> None:
        """Show to a viewer what comes."""
        self._viewers.add(viewer)

    def discard(self, viewer: ConflatedSubscriber) -> None:
        """Show nothing more to a viewer; a view that nobody sees ends."""
        self._viewers.discard(viewer)
        if not self._viewers and not self.is_over:
            self._task.cancel()
            self._end()

    async def _run(self, states: Results) -> None:
        try:
            async with aclosing(states):
                async for result in states:
                    if is_refusal(result):
                        self.refusal = result
                        break
                    self._show(orjson.dumps(payload_of(result)))
                self.has_ended = self.refusal is None
                # Before the stream is closed, which may take a moment: nobody shall join what is over.
                self._end()
        except Exception:
            log.exception("a view has ended")
        finally:
            self._end()

    def _show(self, state: bytes) -> None:
        is_look = self.look != self.looks.number
        self.state, self.look = state, self.looks.number
        for viewer in self._viewers:
            # Another look may be for one viewer alone, and what it finds no news to the others.
            if viewer.first_look <= self.look and not (is_look and viewer.shown == state):
                viewer.show(state)

    def _end(self) -> None:
        if not self.is_over:
            self.is_over = True
            self._closed()
            for viewer in self._viewers:
                viewer.stir()


class ConflatedChannels:
    """The views of one process, by what their viewers ask, and of which history."""

    def __init__(self) -> None:
        """Start without any."""
        self._views: dict[tuple[ShareKey, str], ConflatedChannel] = {}

    def __len__(self) -> int:
        """Return how many views there are."""
        return len(self._views)

    def __iter__(self) -> Iterator[ConflatedChannel]:
        """Yield them."""
        return iter(self._views.values())

    async def show(
        self, common: ShareKey, viewer: ConflatedSubscriber, states: Results, place: StreamPosition
    ) -> ConflatedChannel:
        """Show to a viewer what comes after the state that its own stream has yielded, and return the view it saw.

        The stream, which stands at `place`, is taken over.
        """
        key = (common, place.history)
        view = self._views.get(key)
        is_first = view is None
        if view is None:
            view = self._views[key] = ConflatedChannel(states, place.looks, viewer.shown, lambda: self._forget(key))
        else:
            viewer.first_look = view.looks.want()
        view.add(viewer)
        try:
            if not is_first:
                await states.aclose()
            await viewer.watch(view)
        finally:
            view.discard(viewer)
        return view

    def _forget(self, key: tuple[ShareKey, str]) -> None:
        del self._views[key]

"""Turns: which of the requests that wait is executed next, so that one client's flood holds up no other for long.

Each caller has a few requests executing at a time, and callers take turns. Among the connections of one caller those
go first that did not await an answer all of the time: behind a proxy many clients are one caller.
"""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from heapq import heappop, heappush
from typing import Final

# Requests of one caller that are executed at a time, but for those that take long, or little.
WIDTH: Final = 4
# A request that is executed for longer waits for its storage, presumably: another one of its caller may begin.
SLOW_SECONDS: Final = 0.1
# Requests of one caller beside those that need little more of the server's time: they wait for their commit, say.
BESIDE: Final = 32
# The time that a connection's busyness is an average of, and how far one that is always busy is put back.
MEMORY_SECONDS: Final = 3.0
PUT_BACK_SECONDS: Final = 1.0
# How far a request is put back for each of its connection that is not answered yet.
APART_SECONDS: Final = 0.05


class CrowdedError(Exception):
    """Too many wait already."""


@dataclass(slots=True, eq=False)
class CallerConnection:
    """How much of the last seconds a connection awaited an answer: 0 to 1."""

    busy: float = 0.0
    since: float = 0.0
    unanswered: int = 0

    def note(self, now: float, change: int) -> None:
        """Note at an instant that a request came (1) or was answered (-1)."""
        share = -math.expm1((self.since - now) / MEMORY_SECONDS)
        self.busy += ((self.unanswered > 0) - self.busy) * share
        self.since = now
        self.unanswered += change

    def put_back(self) -> float:
        """Return for how many seconds a request of this connection lets others go first."""
        return self.busy * PUT_BACK_SECONDS + max(self.unanswered - 1, 0) * APART_SECONDS


class _State(Enum):
    WAITING = auto()
    TAKEN = auto()
    LEFT = auto()


@dataclass(slots=True, eq=False)
class Place:
    """One request's place: waiting until `turn` is done, then taken until it is left."""

    caller: "_Caller"
    connection: CallerConnection
    is_bounded: bool
    due: float
    state: _State = _State.WAITING
    turn: asyncio.Future[None] | None = None
    began: float = 0.0
    is_beside: bool = False


@dataclass(slots=True, eq=False)
class _Caller:
    name: str
    # Those that wait or did, the first one first, and those that are executed and not known to be slow, the oldest
    # first.
    waiting: list[tuple[float, int, Place]] = field(default_factory=list)
    quick: OrderedDict[Place, None] = field(default_factory=OrderedDict)
    places: int = 0
    bounded: int = 0
    beside: int = 0
    ended: int = 0  # requests that have left, or made room, in this turn of the event loop
    timer: asyncio.TimerHandle | None = None


class Turns:
    """Gives places to requests, in turns among their callers."""

    def __init__(self, places: int, waiting: int, width: int = WIDTH, clock: Callable[[], float] | None = None) -> None:
        """Have so many places, and so many who may wait for one."""
        self.free = places
        self.waiting = 0
        self._most = places + waiting
        self._width = width
        self._clock = clock or time.monotonic
        self._callers: dict[str, _Caller] = {}
        self._ready: OrderedDict[_Caller, None] = OrderedDict()  # callers whose turn may come, the next one first
        self._ended: list[_Caller] = []  # those of whom requests have left in this turn of the event loop
        self._bounded = 0  # places of requests that may be refused
        self._number = 0

    async def take(self, caller: str, connection: CallerConnection, *, is_bounded: bool = True) -> Place:
        """Return a place, once there is one; raise CrowdedError if too many wait, and others come before this one.

        What is not `is_bounded` may always wait, and is not counted among those who do.
        """
        now = self._clock()
        place = self._enter(caller, connection, now, is_bounded=is_bounded)
        if self.free and not place.caller.waiting and self._has_width(place.caller):
            self._begin(place, now)
            return place
        if is_bounded and self._bounded > self._most:
            self._make_room(place, now)
        place.turn = asyncio.get_running_loop().create_future()
        self._number += 1
        heappush(place.caller.waiting, (place.due, self._number, place))
        self.waiting += 1
        self._queue(place.caller, now)
        self._begin_next(now)
        try:
            await place.turn
        except asyncio.CancelledError:
            self.leave(place)
            raise
        return place

    def leave(self, place: Place) -> None:
        """Give a place to the next; a second time nothing happens."""
        now = self._clock()
        self._exit(place, now)
        self._queue(place.caller, now)
        self._begin_next(now)

    def make_room(self, place: Place) -> None:
        """Let another of a caller's requests begin beside one that needs little more of the server's time."""
        caller = place.caller
        if place in caller.quick and caller.beside < BESIDE:
            del caller.quick[place]
            place.is_beside = True
            caller.beside += 1
            self._note_end(caller)

    def _enter(self, name: str, connection: CallerConnection, now: float, *, is_bounded: bool) -> Place:
        caller = self._callers.get(name)
        if caller is None:
            caller = self._callers[name] = _Caller(name)
        connection.note(now, 1)
        caller.places += 1
        caller.bounded += is_bounded
        self._bounded += is_bounded
        return Place(caller, connection, is_bounded, now + connection.put_back())

    def _exit(self, place: Place, now: float) -> None:
        caller = place.caller
        if place.state is _State.LEFT:
            return
        if place.state is _State.TAKEN:
            self.free += 1
            caller.beside -= place.is_beside
            if place in caller.quick:
                del caller.quick[place]
                self._note_end(caller)
        elif place.turn is not None:
            self.waiting -= 1
        place.state = _State.LEFT
        place.connection.note(now, -1)
        caller.places -= 1
        caller.bounded -= place.is_bounded
        self._bounded -= place.is_bounded
        if not caller.places:
            caller.waiting.clear()
            self._forget(caller)

    # One that never waits for its storage leaves in the turn of the loop in which it began: the next of its caller
    # begins in the next turn, when others have been read.
    def _note_end(self, caller: _Caller) -> None:
        if not self._ended:
            asyncio.get_running_loop().call_soon(self.end_turn)
        if not caller.ended:
            self._ended.append(caller)
        caller.ended += 1

    def end_turn(self) -> None:
        """Begin others for those that have left in the last turn of the event loop."""
        now = self._clock()
        ended, self._ended = self._ended, []
        for caller in ended:
            caller.ended = 0
            self._forget(caller)
            self._queue(caller, now)
        self._begin_next(now)

    def _forget(self, caller: _Caller) -> None:
        if not caller.places and not caller.ended:
            if caller.timer is not None:
                caller.timer.cancel()
            self._callers.pop(caller.name, None)

    def _has_width(self, caller: _Caller) -> bool:
        return len(caller.quick) + caller.ended < self._width

    def _begin(self, place: Place, now: float) -> None:
        self.free -= 1
        place.state, place.began = _State.TAKEN, now
        place.caller.quick[place] = None

    def _queue(self, caller: _Caller, now: float) -> None:
        """Let a caller's turn come if another of its requests may be executed, or see later whether one may."""
        if not caller.waiting:
            return
        if self._has_width(caller):
            self._ready.setdefault(caller)
        elif caller.timer is None and caller.quick:
            oldest = next(iter(caller.quick))
            wait = max(oldest.began + SLOW_SECONDS - now, 0.0)
            caller.timer = asyncio.get_running_loop().call_later(wait, self.pass_slow, caller)

    def pass_slow(self, caller: _Caller) -> None:
        """Begin others beside a caller's slow requests."""
        caller.timer = None
        now = self._clock()
        while caller.quick and (oldest := next(iter(caller.quick))).began + SLOW_SECONDS <= now:
            del caller.quick[oldest]
        self._queue(caller, now)
        self._begin_next(now)

    def _begin_next(self, now: float) -> None:
        while self.free and self._ready:
            caller, _ = self._ready.popitem(last=False)
            if caller.waiting and self._has_width(caller):
                place = heappop(caller.waiting)[2]
                # One that is being cancelled leaves by itself.
                if place.state is _State.WAITING and place.turn is not None and not place.turn.done():
                    self.waiting -= 1
                    self._begin(place, now)
                    place.turn.set_result(None)
            self._queue(caller, now)

    def _make_room(self, newcomer: Place, now: float) -> None:
        """Refuse whoever of the caller with the most requests would come last: the newcomer itself, if that is it."""
        own = newcomer.caller
        crowd = max(self._callers.values(), key=lambda caller: caller.bounded)
        if crowd.bounded <= own.bounded:
            crowd = own
        waiting = (entry for entry in crowd.waiting if entry[2].is_bounded and entry[2].state is _State.WAITING)
        _, _, last = max(waiting, default=(newcomer.due, 0, newcomer))
        if crowd is own and newcomer.due >= last.due:
            last = newcomer
        self._exit(last, now)
        if last is newcomer:
            raise CrowdedError
        if last.turn is not None and not last.turn.done():
            last.turn.set_exception(CrowdedError())

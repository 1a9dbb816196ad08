"""The context of resolvers."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

import strawberry

from resolvers.execution.costs.rates import UNBOUNDED, Rates
from resolvers.execution.events import FindEventPlan
from resolvers.execution.operation_counts import OperationCounts
from resolvers.execution.position import StreamPosition
from runindex.domain.tokens import TokenScope
from runindex.index import RunIndex
from runindex.ports.store import Store
from runindex.settings.limits import Limits
from runindex.streams.changes import IDLE_SECONDS
from schema.loaders import Loaders

EPOCH_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamTimings:
    """Times of the API, in seconds.

    `operation` bounds a query, `idle` is the silence of a stream of changes before it sends a bookmark, `counts` the
    shortest time between two deliveries of groups, `heartbeat` the time between two heartbeats of a stream over HTTP.
    """

    operation: float = 10.0
    idle: float = IDLE_SECONDS
    counts: float = 1.0
    heartbeat: float = 10.0


@dataclass(slots=True)
class LogEpoch:
    """The epoch of an index's log, which its cursors name: read when first needed, and again after a second."""

    index: RunIndex
    _epoch: str = ""
    _stale_at: float = 0.0

    async def get(self) -> str:
        """Return the epoch."""
        if time.monotonic() >= self._stale_at:
            self._epoch = (await self.index.log_state()).epoch
            self._stale_at = time.monotonic() + EPOCH_SECONDS
        return self._epoch


@dataclass(frozen=True, slots=True)
class Answered:
    """What a mutation's resolver returned or raised."""

    value: Any = None
    error: Exception | None = None

    def result(self) -> Any:  # noqa: ANN401 - whatever it returned
        """Return or raise it again."""
        if self.error is not None:
            raise self.error
        return self.value


def _not_asked() -> None:
    """Make room for nobody."""


@dataclass(slots=True)
class Context:
    """The way to the index of one request, or of one socket.

    `actor` is the caller's name if callers are known, `scope` what its token allows; `submitted` counts the mutations
    that were begun, `writes` those that were answered;
    `position` is that of a stream, `limits` bound a document, `rates` what a caller asks for in a minute, `operations`
    counts root fields. `make_room` lets the next request of the caller begin beside this one, which needs little more
    of the server's time. `answered` keeps the mutations that a plan has carried out, by their keys in the answer;
    `is_paid` tells whether the operation's cost was taken, `is_left` whether it is graphql-core's to execute;
    `find_event_plan` finds what answers a stream's events.
    """

    index: RunIndex
    epoch: LogEpoch
    timings: StreamTimings
    make_loaders: Callable[[Store], Loaders]
    actor: str | None = None
    scope: TokenScope = TokenScope.ADMIN
    submitted: int = 0
    writes: int = 0
    limits: Limits = field(default_factory=Limits)
    rates: Rates = UNBOUNDED
    operations: OperationCounts = field(default_factory=OperationCounts)
    make_room: Callable[[], None] = _not_asked
    answered: dict[str, Answered] = field(default_factory=dict)
    is_paid: bool = False
    is_left: bool = False
    find_event_plan: FindEventPlan | None = None
    _ends_at: float | None = None
    _position: StreamPosition | None = None
    _loaders: Loaders | None = None

    @property
    def seconds_left(self) -> float:
        """Return the time that a query may still take, whoever executes it; it counts from the first question on."""
        now = time.monotonic()
        if self._ends_at is None:
            self._ends_at = now + self.timings.operation
        return self._ends_at - now

    @property
    def position(self) -> StreamPosition:
        """Return the position of the operation's stream."""
        if self._position is None:
            self._position = StreamPosition()
        return self._position

    @property
    def loaders(self) -> Loaders:
        """Return the loaders, made when they are first needed."""
        if self._loaders is None:
            self._loaders = self.make_loaders(self.index.store)
        return self._loaders

    def spend(self, cost: int) -> None:
        """Take an operation's points from its caller, once; raise RateExceededError when too few are left."""
        if not self.is_paid:
            self.rates.spend(self.actor, cost)
            self.is_paid = True

    def at(self, position: StreamPosition) -> "Context":
        """Return the context of one operation, whose stream begins at a position."""
        return replace(
            self, submitted=0, writes=0, _position=position, answered={}, is_paid=False, is_left=False, _ends_at=None
        )


Info: TypeAlias = strawberry.Info[Context, Any]

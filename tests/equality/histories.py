"""Two equal stores with the same history: on one mutations are compiled, on the other interpreted."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from resolvers.roots.schema import schema
from runindex.index import open_index
from runindex.settings.settings import Compilation
from tests.equality.ways import compiling
from tests.fuzz.callers import Caller
from tests.fuzz.documents import Request
from tests.fuzz.sessions import are_equal, difference, new_place
from tests.fuzz.verdicts import FLEETING, FoundError, codes
from tests.support.api import application
from tests.support.backends import BACKENDS
from tests.support.clock import StandingClock
from tests.support.data.maintenance import furnish
from tests.support.drawn.record_mutations import NumberedIds

WAYS = (Compilation.FORCED, Compilation.OFF)


@dataclass(slots=True)
class Histories:
    """Two applications on equal stores."""

    callers: tuple[Caller, ...]
    clock: StandingClock
    ids: NumberedIds
    counts: Counter[str] = field(default_factory=Counter)

    async def execute(self, request: Request) -> None:
        """Execute an operation on each; raise FoundError when the answers differ."""
        self.clock.advance()
        answers, made, answered = [], dict(self.ids.made), schema.compiled.answered
        for caller, mode in zip(self.callers, WAYS, strict=True):
            with self.ids.counting() as counts, compiling(mode):
                answers.append(await caller.answer(request))
                made = dict(counts)
        self.ids.made = made
        one, other = answers
        found = {code for _, answer in answers for code in codes(answer or {})}
        self.counts["asked"] += 1
        self.counts["compiled"] += schema.compiled.answered - answered
        self.counts["errors"] += bool(found)
        if found & FLEETING:
            raise FleetingError
        # The text, as the order of fields counts too.
        if json.dumps(one) != json.dumps(other) and not (found and are_equal(one, other)):
            raise FoundError(f"{difference(one, other) or (one, other)}\n{json.dumps(request.body())}")


class FleetingError(Exception):
    """The machine was too busy: the two may have other histories from here on."""


@asynccontextmanager
async def opened(name: str) -> AsyncIterator[Histories]:
    """Open two stores of a kind with something of everything."""
    clock = StandingClock()
    async with AsyncExitStack() as stack:
        callers, made, began = [], {}, clock.now()
        for mode in WAYS:
            clock.instant = began
            place = await asyncio.to_thread(stack.enter_context, new_place(name))
            store = await stack.enter_async_context(BACKENDS[name].open_store(place, clock))
            with NumberedIds().counting() as counts:
                await furnish(store, clock)
                made = dict(counts)
            feed = await stack.enter_async_context(BACKENDS["memory"].open_feed(place))
            index = await stack.enter_async_context(open_index(store, feed))
            callers.append(Caller(mode, index, application(index)))
        yield Histories(tuple(callers), clock, NumberedIds(made))

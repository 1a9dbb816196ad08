"""Streams consumed both ways: their events answered by a plan, and by graphql-core."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from typing import Final

import orjson

from resolvers.execution.context import Context, LogEpoch, StreamTimings
from resolvers.execution.position import LosslessPosition, StreamPosition
from resolvers.roots.loaders import StoreLoaders
from resolvers.roots.schema import DOCUMENTS, schema
from resolvers.streams.operation import Operation, Results, payload_of
from runindex.index import RunIndex
from runindex.settings.settings import Compilation
from runindex.streams.cursors import log_cursor
from tests.equality.documents import furnished_request
from tests.equality.ways import compiling
from tests.fuzz.documents import Request
from tests.fuzz.sessions import are_equal, difference
from tests.fuzz.verdicts import FLEETING, FoundError, codes

WAYS: Final = (Compilation.FORCED, Compilation.OFF)
PATIENCE: Final = 30


@dataclass(slots=True)
class BothStreams:
    """Opens a stream twice on one index, and compares the bytes of its events and their cursors."""

    index: RunIndex
    epoch: str
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def start(self) -> str:
        """Return the cursor of the log's beginning."""
        return log_cursor(self.epoch, 0)

    async def read(self, request: Request, *, failing: bool) -> None:
        """Read both to their end as of now, the first state of those that are conflated."""
        asked, answered = furnished_request(request), schema.compiled.events.answered
        left = schema.compiled.events.left
        one, other = [await self._read(asked, mode) for mode in WAYS]
        self.counts["asked"] += 1
        self.counts["events"] += len(one)
        self.counts["compiled"] += schema.compiled.events.answered - answered
        has_errors = any(b'"errors":' in event for event, _ in one)
        self.counts["errors"] += has_errors
        if schema.compiled.events.left > left and not has_errors:
            raise FoundError(f"a plan left to graphql-core what has no error:\n{json.dumps(asked.body())}")
        self._judge(asked, one, other, failing=failing)

    async def follow(self, request: Request, *changes: Callable[[], Awaitable[object]]) -> None:
        """Read the first event of both, then one after each change."""
        asked = furnished_request(request)
        async with AsyncExitStack() as stack, asyncio.timeout(PATIENCE):
            streams = []
            for mode in WAYS:
                position = StreamPosition()
                results = await stack.enter_async_context(aclosing(await self._operation(asked).open(position)))
                streams.append((mode, position, results))
            for change in (None, *changes):
                if change is not None:
                    await change()
                one, other = [await _next(mode, position, results) for mode, position, results in streams]
                self.counts["followed"] += 1
                self._judge(asked, [one], [other], failing=False)
                if not one[0].startswith(b'{"data":{'):
                    return

    async def _read(self, request: Request, mode: Compilation) -> list[tuple[bytes, str]]:
        position = StreamPosition(lossless=LosslessPosition(may_end=lambda: True))
        events = []
        with compiling(mode):
            async with asyncio.timeout(PATIENCE), aclosing(await self._operation(request).open(position)) as results:
                async for result in results:
                    events.append((orjson.dumps(payload_of(result)), position.lossless.cursor))
                    if not position.lossless.cursor:
                        break  # a state, or a refusal
        return events

    def _operation(self, request: Request) -> Operation:
        # No bookmark comes by the clock: one way would have it, and the other not.
        timings = StreamTimings(idle=3600, counts=0.0)
        context = Context(self.index, LogEpoch(self.index), timings, StoreLoaders)
        return Operation(schema, DOCUMENTS, context, request.query, None, dict(request.variables))

    def _judge(
        self, request: Request, one: list[tuple[bytes, str]], other: list[tuple[bytes, str]], *, failing: bool
    ) -> None:
        if one == other:
            return
        parsed = [[json.loads(event) for event, _ in events] for events in (one, other)]
        found = {code for events in parsed for event in events for code in codes(event)}
        if found & FLEETING and not failing:  # the machine was too busy
            return
        # Which of several fields fails first is not said.
        if len(one) == len(other) and all(
            first[1] == second[1] and (first == second or are_equal((200, a), (200, b)))
            for first, second, a, b in zip(one, other, *parsed, strict=True)
        ):
            return
        where = difference(parsed[0], parsed[1]) or f"{one}\n  and {other}"
        raise FoundError(f"compiled and interpreted differ: {where}\n{json.dumps(request.body())}")


async def _next(mode: Compilation, position: StreamPosition, results: Results) -> tuple[bytes, str]:
    with compiling(mode):
        result = await anext(results)
    return orjson.dumps(payload_of(result)), position.lossless.cursor

"""The executor of operations: it counts the bytes of the answer while that is built, and looks at the clock.

Written for graphql-core 3.3, of which it overrides internals: each override says why.
"""

import asyncio
import time
from collections.abc import Awaitable, Iterable
from contextlib import suppress
from math import inf
from typing import Any, Final, TypeAlias

from graphql import Executor, GraphQLLeafType, OperationType, Undefined, located_error
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from resolvers.execution.bounds.events import UNKNOWN, PlannedEvent
from resolvers.execution.bounds.lists import ListCompletion, ListInTurn
from resolvers.execution.bounds.turns import SHARE, Share
from resolvers.execution.context import Context
from runindex.domain.errors import AnswerTooLargeError
from runindex.ports.allowance import size_of

Value: TypeAlias = Any  # graphql-core's
# Quotes, colon and comma around a key and its value, and a number; comma and quotes of a list's entry.
AROUND_KEY: Final = 8
AROUND_VALUE: Final = 3
# Objects between two looks at the clock.
EACH: Final = 16
execute_fields: Final = StrawberryGraphQLCoreExecutionContext.execute_fields


class BoundedExecutor(StrawberryGraphQLCoreExecutionContext):
    """Ends an execution as a whole when its answer grows too large, or takes too long."""

    def __init__(self, *args: Value, **kwargs: Value) -> None:
        """Begin to count."""
        super().__init__(*args, **kwargs)
        context: Context = self.context_value
        self._most = context.limits.answer_bytes
        self._most_fields = context.limits.answer_fields
        self._share = SHARE.get() or Share()
        self._key_sizes: dict[int, int] = {}
        self._deadline = inf
        if self.operation.operation is OperationType.QUERY:
            self._deadline = time.monotonic() + context.seconds_left
        self._bytes = self._fields = 0
        self._objects = -1
        self._failure: Exception | None = None
        self._task = asyncio.current_task()
        self._event_plan: Value = UNKNOWN

    # There every event is interpreted.
    def build_per_event_executor(self, payload: Value) -> Executor[Any]:
        """Return what executes one event of a subscription: the plan of the operation, or an executor without one."""
        if self._event_plan is UNKNOWN:
            find = self.context_value.find_event_plan
            self._event_plan = None if find is None else find()
        if self._event_plan is None:
            return self._build_event_executor(payload)
        planned: Value = PlannedEvent(self._event_plan, payload, self._share, self._build_event_executor)
        return planned  # type: ignore[no-any-return]

    # In graphql-core 3.3.2 the executors of all events share one cache, where each adds entries that no other finds: it
    # grew as long as the subscription lasted.
    def _build_event_executor(self, payload: Value) -> Executor[Any]:
        """Return an executor of one event of a subscription, which has a cache and an answer of its own."""
        executor = super().build_per_event_executor(payload)
        executor.__dict__ |= {"_relevant_sub_fields": {}, "_key_sizes": {}, "_bytes": 0, "_fields": 0, "_failure": None}
        return executor

    # Every object comes through here: its keys and fields count, and the clock is looked at.
    def execute_fields(
        self, parent_type: Value, source_value: Value, path: Value, fields: Value, place: Value
    ) -> Value:
        """Execute the fields of an object, unless the execution has come to its end."""
        # The groups of fields are kept as long as the executor.
        size = self._key_sizes.get(id(fields))
        if size is None:
            size = self._key_sizes[id(fields)] = sum(size_of(key) + AROUND_KEY for key in fields)
        self._bytes += size
        self._fields += len(fields)
        self._objects += 1
        if self._bytes > self._most or self._fields > self._most_fields or not self._objects % EACH or self._failure:
            self._check()
        return execute_fields(self, parent_type, source_value, path, fields, place)

    # A static method there, which knows of no other values.
    def complete_leaf_value(self, return_type: GraphQLLeafType, result: Value) -> Value:  # type: ignore[override]
        """Return a scalar or a member of an enum as the answer has it, and count its bytes."""
        completed = return_type.coerce_output_value(result)
        # JSON is answered as the text that was stored.
        text = result if type(result) is str else completed
        if type(text) is str:
            # As `size_of` does.
            self._bytes += len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
            if self._bytes > self._most:
                self._check()
        elif completed is Undefined or completed is None:
            return super().complete_leaf_value(return_type, result)  # which raises
        return completed

    # There a list is completed in one go, however long it is.
    def complete_iterable_value(  # noqa: PLR0917 - graphql-core's arguments
        self, item_type: Value, details: Value, info: Value, path: Value, items: Iterable[Value], place: Value
    ) -> Value:
        """Complete the entries of a list; one that takes long goes on when others had their turn."""
        is_over = self._share.is_over
        is_over()  # from here on the time counts
        completion = ListCompletion(self, iter(items), item_type, details, info, path, place)
        if completion.complete_some(is_over):
            return ListInTurn(completion, self._complete_in_turn)
        self._bytes += AROUND_VALUE * len(completion.completed)
        return completion.values() if completion.waiting else completion.completed

    async def _complete_in_turn(self, completion: ListCompletion) -> list[Value]:
        has_more = True
        while has_more:
            try:
                await self._share.pause()
            except asyncio.CancelledError:
                # Of the whole operation, or of a field alone beside which another one has failed.
                if self._task is not None and self._task.cancelling():
                    self._failure = self._failure or TimeoutError()
                completion.settle()
                raise
            has_more = completion.complete_some(self._share.is_over)
        self._bytes += AROUND_VALUE * len(completion.completed)
        return await completion.values()

    # There all fields whose values arrive together are completed in one go.
    async def complete_awaitable_value(  # noqa: PLR0917 - graphql-core's arguments
        self, return_type: Value, details: Value, info: Value, path: Value, result: Awaitable[Value], place: Value
    ) -> Value:
        """Await a value and complete it; begin and go on when others had their turn."""
        if self._failure is not None:
            # What was begun elsewhere is settled, but nothing more is asked for.
            getattr(result, "close", _nothing)()
            return self.handle_field_error(self._failure, return_type, details, path)
        return await super().complete_awaitable_value(return_type, details, info, path, self._in_turn(result), place)

    # There a field that may be null hides the end of the execution, and all others go on.
    def handle_field_error(self, raw_error: Exception, return_type: Value, details: Value, path: Value) -> None:
        """Null a field that failed, or end the execution."""
        cause = getattr(raw_error, "original_error", raw_error)
        if isinstance(cause, AnswerTooLargeError):
            self._failure = self._failure or cause
        if self._failure is not None:
            raise located_error(self._failure.with_traceback(None), [each.node for each in details], path.as_list())
        super().handle_field_error(raw_error, return_type, details, path)

    # There all of it goes on at once.
    def settle_in_background(self, awaitables: list[Awaitable[Value]]) -> None:
        """Have what nobody awaits any more end by itself, in turn with all else."""
        task = asyncio.ensure_future(self._end_in_turn(awaitables))
        self.background_futures.add(task)
        task.add_done_callback(self.background_futures.discard)

    async def _end_in_turn(self, awaitables: list[Awaitable[Value]]) -> None:
        for awaitable in awaitables:
            with suppress(Exception):
                await awaitable
            if self._share.is_over():
                await self._share.pause()

    async def _in_turn(self, result: Awaitable[Value]) -> Value:
        if self._share.is_over():
            try:
                await self._share.pause()
            except asyncio.CancelledError:
                getattr(result, "close", _nothing)()
                raise
        value = await result
        if self._share.is_over():
            await self._share.pause()
        return value

    def _check(self) -> None:
        """End the execution if it is over its time, or its answer too large."""
        if self._bytes > self._most:
            self._fail(AnswerTooLargeError(self._most))
        if self._fields > self._most_fields:
            self._fail(AnswerTooLargeError(self._most_fields, "fields"))
        if time.monotonic() > self._deadline:
            self._fail(TimeoutError())
        if self._failure is not None:
            self._fail(self._failure)

    def _fail(self, failure: Exception) -> None:
        if self._failure is None:
            self._failure = failure
        # Raised again and again, its traceback would hold all that was begun.
        raise self._failure.with_traceback(None)


def _nothing() -> None:
    pass

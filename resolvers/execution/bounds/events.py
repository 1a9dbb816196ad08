"""Events of subscriptions that a plan answers; those that it leaves are executed by graphql-core."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, Final, TypeAlias

from graphql import ExecutionResult, execute_subscription_event
from orjson import Fragment

from resolvers.execution.bounds.turns import Share
from resolvers.execution.events import EventPlan

Value: TypeAlias = Any  # graphql-core's
# Nobody has looked for a plan yet.
UNKNOWN: Final = object()


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """One event, in the place of its executor, which `interpret` makes when the plan has no answer."""

    plan: EventPlan
    event: Value
    share: Share
    interpret: Callable[[Value], Value]

    async def execute_operation(self, serially: bool | None = None) -> ExecutionResult:  # noqa: FBT001 - graphql-core's
        """Answer the event."""
        del serially
        text = await self.plan.answer(self.event, self.share)
        if text is not None:
            data: Value = Fragment(text)
            return ExecutionResult(data, None)
        result: Value = execute_subscription_event(self.interpret(self.event))
        answered: ExecutionResult = await result if isawaitable(result) else result
        return answered

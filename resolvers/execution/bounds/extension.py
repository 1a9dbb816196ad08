"""What an operation may take from the beginning of its execution to its end."""

import asyncio
from collections.abc import AsyncIterator

from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from resolvers.execution.bounds.turns import SHARE, Share
from runindex.ports.allowance import ALLOWANCE, ReadAllowance


class BoundedExecution(SchemaExtension):
    """Ends a query after its time; the writer bounds a mutation, since it alone knows what was written."""

    async def on_execute(self) -> AsyncIterator[None]:
        """Bound the time of a query, and what it and the payload of a mutation read."""
        context = self.execution_context
        SHARE.set(Share())
        ALLOWANCE.set(ReadAllowance(context.context.limits.answer_bytes))
        if context.operation_type is OperationType.SUBSCRIPTION:
            ALLOWANCE.set(None)  # each event is counted where it is answered
        if context.operation_type is not OperationType.QUERY:
            yield
            return
        async with asyncio.timeout(context.context.seconds_left):
            yield

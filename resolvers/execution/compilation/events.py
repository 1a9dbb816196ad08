"""The events of a subscription's stream, answered by the plan of its operation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from resolvers.execution.bounds.turns import Share
from resolvers.execution.compilation.plans import OperationPlan
from resolvers.execution.compilation.runtime import Frame
from resolvers.execution.context import Context


@dataclass(slots=True)
class EventCounts:
    """How many events plans `answered`, and how many they `left` to graphql-core."""

    answered: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class PlannedEvents:
    """Answers the events of one stream; `variables` are those of its operation, as resolvers need them."""

    plan: OperationPlan
    variables: Mapping[str, Any]
    context: Context
    counts: EventCounts

    async def answer(self, event: Any, share: Share) -> bytes | None:  # noqa: ANN401 - what the resolver yielded
        """Return the text of `data`; None for an event with which something is wrong, which graphql-core says."""
        limits = self.context.limits
        frame = Frame(
            self.context,
            self.variables,
            limits.answer_fields,
            limits.answer_bytes,
            share if self.plan.shares else None,
        )
        try:
            text = orjson.dumps(await self.plan.answer(frame, event))
        except Exception:  # noqa: BLE001 - graphql-core meets it again, and has its place in the document
            text = None
        if text is None or len(text) > limits.answer_bytes:
            self.counts.left += 1
            return None
        self.counts.answered += 1
        return text

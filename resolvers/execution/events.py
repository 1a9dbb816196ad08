"""What answers the events of a subscription that is compiled."""

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

Value: TypeAlias = Any  # what the resolver yielded; the operation's share of the loop's time


class EventPlan(Protocol):
    """Answers the events of one stream."""

    async def answer(self, event: Value, share: Value) -> bytes | None:
        """Return the text of an event's `data`, None for an event that is to be executed in the usual way."""
        ...


# Asked at the first event, when the document is known to be valid; None is for an operation that is not compiled.
FindEventPlan: TypeAlias = Callable[[], EventPlan | None]

"""The completion of a list in parts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import Executor
from graphql.pyutils import Path, gather_with_cancel

Value: TypeAlias = Any  # graphql-core's


@dataclass(slots=True)
class ListCompletion:
    """A list that an executor completes; `rest` are the entries to come, `waiting` the places of awaitables."""

    executor: Executor[Any]
    rest: Iterator[Value]
    item_type: Value
    details: Value
    info: Value
    path: Path
    place: Value
    completed: list[Value] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)

    def complete_next(self) -> bool:
        """Complete an entry; tell whether there was one. What was begun is settled when that fails."""
        executor, completed, nothing = self.executor, self.completed, self
        item = next(self.rest, nothing)
        if item is nothing:
            return False
        number = len(completed)
        arguments = (self.item_type, self.details, self.info, self.path.add_key(number, None), self.place)
        if executor.is_awaitable(item):
            completed.append(executor.complete_awaitable_list_item_value(item, *arguments))
            self.waiting.append(number)
            return True
        try:
            if executor.complete_list_item_value(item, completed, *arguments):
                self.waiting.append(number)
        except Exception:
            self.settle()
            raise
        return True

    async def values(self) -> list[Value]:
        """Return the values of all entries, once those that are awaited are there."""
        values = await gather_with_cancel(*(self.completed[number] for number in self.waiting))
        for number, value in zip(self.waiting, values, strict=True):
            self.completed[number] = value
        return self.completed

    def settle(self) -> None:
        """Have what was begun end by itself: nobody awaits it any more."""
        if self.waiting:
            self.executor.settle_in_background([self.completed[number] for number in self.waiting])

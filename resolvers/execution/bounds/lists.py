"""The completion of a list in parts."""

from collections.abc import Callable, Coroutine, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from graphql import Executor
from graphql.pyutils import Path, gather_with_cancel

Value: TypeAlias = Any  # graphql-core's
# Entries between two looks at the clock.
EACH: Final = 4


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

    def complete_some(self, is_over: Callable[[], bool]) -> bool:
        """Complete entries until it is over; tell whether there may be more. What was begun is settled on a failure."""
        executor, completed, waiting = self.executor, self.completed, self.waiting
        complete, add_key, is_awaitable = executor.complete_list_item_value, self.path.add_key, executor.is_awaitable
        item_type, details, info, place = self.item_type, self.details, self.info, self.place
        try:
            for number, item in enumerate(self.rest, len(completed)):
                path = add_key(number, None)
                if is_awaitable(item):
                    later = executor.complete_awaitable_list_item_value
                    completed.append(later(item, item_type, details, info, path, place))
                    waiting.append(number)
                elif complete(item, completed, item_type, details, info, path, place):
                    waiting.append(number)
                if number % EACH == EACH - 1 and is_over():
                    return True
        except Exception:
            self.settle()
            raise
        return False

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


@dataclass(eq=False, slots=True)
class ListInTurn:
    """The rest of a list, once it is awaited.

    No coroutine: a task that is cancelled before it starts drops what it would have awaited, and Python warns of that.
    """

    completion: ListCompletion
    complete: Callable[[ListCompletion], Coroutine[Any, Any, list[Value]]]
    is_awaited: bool = False

    def __await__(self) -> Generator[Any, Any, list[Value]]:
        """Complete the list when others had their turn."""
        self.is_awaited = True
        return self.complete(self.completion).__await__()

    def __del__(self) -> None:
        """Have what was begun end by itself."""
        if not self.is_awaited:
            self.completion.settle()

"""A batch loader: the loads of one tick become one question to the storage.

Nothing is cached: an answer is never older than the event, or the level of a query, that it belongs to. Strawberry's
DataLoader batches by key alone; this one also unites the columns, and cancels a question that no load waits for.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, Final, Generic, TypeAlias, TypeVar

from resolvers.execution.bounds.turns import SHARE
from runindex.ports.queries import Columns

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
AT_A_TIME: Final = 50
LoadBatch: TypeAlias = Callable[[Sequence[K], Columns], Awaitable[Mapping[K, V]]]


class _Batch(Generic[K, V]):
    """Loads that wait for the answer to one question."""

    def __init__(self) -> None:
        self.columns: set[str] = set()
        self.waiting = 0
        self._futures: dict[K, list[asyncio.Future[V | None]]] = {}

    @property
    def keys(self) -> list[K]:
        return list(self._futures)

    def add(self, key: K, columns: Columns) -> asyncio.Future[V | None]:
        self.columns |= columns
        future: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        self._futures.setdefault(key, []).append(future)
        return future

    def pending(self) -> Iterator[tuple[K, asyncio.Future[V | None]]]:
        for key, futures in self._futures.items():
            for future in futures:
                if not future.done():
                    yield key, future


class BatchLoader:
    """The batches of the present tick, by their questions."""

    def __init__(self) -> None:
        """Start without a batch."""
        self._open: dict[Hashable, tuple[_Batch[Any, Any], asyncio.Task[None]]] = {}

    async def load(self, question: Hashable, key: K, columns: Columns, load_batch: LoadBatch[K, V]) -> V | None:
        """Return the value of `key`, None when there is none.

        Loads of the same `question` in one tick are answered together, by the first one's `load_batch`: for all their
        keys, with all their columns. An error of `load_batch` is raised by each of them.
        """
        if question not in self._open:
            batch: _Batch[K, V] = _Batch()
            self._open[question] = batch, asyncio.create_task(self._run(question, batch, load_batch))
        batch, task = self._open[question]
        future = batch.add(key, columns)
        batch.waiting += 1
        try:
            return await future
        except asyncio.CancelledError:
            if batch.waiting == 1:
                self._close(question, batch)
                task.cancel()
            raise
        finally:
            batch.waiting -= 1

    async def _run(self, question: Hashable, batch: _Batch[K, V], load_batch: LoadBatch[K, V]) -> None:
        share = SHARE.get()
        if share is not None:
            await share.settle()
        self._close(question, batch)
        try:
            values = await load_batch(batch.keys, frozenset(batch.columns))
        except Exception as error:  # noqa: BLE001 - raised by each load
            for _, future in batch.pending():
                future.set_exception(error)
            return
        # Whoever waits goes on in one round of the loop: a few at a time.
        for number, (key, future) in enumerate(batch.pending(), 1):
            future.set_result(values.get(key))
            if not number % AT_A_TIME:
                await asyncio.sleep(0)

    def _close(self, question: Hashable, batch: _Batch[Any, Any]) -> None:
        if question in self._open and self._open[question][0] is batch:
            del self._open[question]

"""Loads of one tick, gathered into one question to the storage.

Nothing is remembered: what was asked in one tick is answered by one statement and forgotten, so an answer is never
older than the event, or the level of a query, that it belongs to.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

from runindex.ports.queries import Columns

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
Ask: TypeAlias = Callable[[Sequence[K], Columns], Awaitable[Mapping[K, V]]]


class _Batch(Generic[K, V]):
    """Loads that wait for the same question."""

    def __init__(self) -> None:
        self.columns: set[str] = set()
        self._waiting: dict[K, list[asyncio.Future[V | None]]] = {}

    @property
    def keys(self) -> list[K]:
        return list(self._waiting)

    def join(self, key: K, columns: Columns) -> asyncio.Future[V | None]:
        self.columns |= columns
        future: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(future)
        return future

    def pending(self) -> Iterator[tuple[K, asyncio.Future[V | None]]]:
        for key, futures in self._waiting.items():
            for future in futures:
                if not future.done():
                    yield key, future


class BatchLoader:
    """The questions that are being gathered in this tick."""

    def __init__(self) -> None:
        """Start with none."""
        self._open: dict[Hashable, tuple[_Batch[Any, Any], asyncio.Task[None]]] = {}

    async def load(self, question: Hashable, key: K, columns: Columns, ask: Ask[K, V]) -> V | None:
        """Return the answer to `key`, None when there is none.

        Loads of the same `question` in one tick are asked together, by the first one's `ask`: for all their keys, with
        all their columns. What asking raises, each of them raises.
        """
        if question not in self._open:
            batch: _Batch[K, V] = _Batch()
            self._open[question] = batch, asyncio.create_task(self._ask(question, batch, ask))
        batch, task = self._open[question]
        future = batch.join(key, columns)
        try:
            return await future
        except asyncio.CancelledError:
            # The task that asks lives no longer than somebody waits for it.
            if not any(batch.pending()):
                self._close(question, batch)
                task.cancel()
            raise

    async def _ask(self, question: Hashable, batch: _Batch[K, V], ask: Ask[K, V]) -> None:
        self._close(question, batch)
        try:
            answers = await ask(batch.keys, frozenset(batch.columns))
        except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
            for _, future in batch.pending():
                future.set_exception(error)
            return
        for key, future in batch.pending():
            future.set_result(answers.get(key))

    def _close(self, question: Hashable, batch: _Batch[Any, Any]) -> None:
        if question in self._open and self._open[question][0] is batch:
            del self._open[question]

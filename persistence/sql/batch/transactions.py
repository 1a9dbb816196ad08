"""What upkeep needs of a SQL storage: short transactions, and long ones."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import ClassVar, TypeAlias, TypeVar

from persistence.sql.batch.dialect import Dialect
from persistence.sql.statements import Flow, Rows, Statement

T = TypeVar("T")
Execute: TypeAlias = Callable[[Statement], Awaitable[Rows]]


async def drive(flow: Flow[T], run: Execute) -> T:
    """Run the statements of a flow and return what it found."""
    try:
        statement = next(flow)
        while True:
            statement = flow.send(await run(statement))
    except StopIteration as end:
        found: T = end.value
        return found


class TransactionRunner(ABC):
    """Runs transactions beside those of batches."""

    dialect: Dialect
    # How many rows one statement of a sweep may delete, and after how many seconds none follows in the transaction.
    sweep_step: ClassVar[int]
    sweep_seconds: ClassVar[float]

    @abstractmethod
    async def _transact(self, flow: Callable[[], Flow[T]]) -> T:
        """Run a flow, made when its transaction has begun, and commit."""

    @abstractmethod
    def _session(self, *, writes: bool) -> AbstractAsyncContextManager[Execute]:
        """Give a transaction for as long as the context lasts, committed when it ends well.

        One that writes keeps all others from writing to the log; one that reads sees one moment.
        """

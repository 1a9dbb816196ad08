"""Transactions of maintenance: short ones that run a flow, and long ones."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import ClassVar, TypeAlias, TypeVar

from persistence.sql.batch.dialect import Dialect
from persistence.sql.statements import Flow, Rows, Statement

T = TypeVar("T")
Execute: TypeAlias = Callable[[Statement], Awaitable[Rows]]


async def drive(flow: Flow[T], execute: Execute) -> T:
    """Run the statements of a flow and return its result."""
    try:
        statement = next(flow)
        while True:
            statement = flow.send(await execute(statement))
    except StopIteration as end:
        found: T = end.value
        return found


class TransactionRunner(ABC):
    """Runs transactions other than those of batches."""

    dialect: Dialect
    # The most rows that one statement of a sweep deletes, and the seconds after which its transaction starts no other.
    sweep_step: ClassVar[int]
    sweep_seconds: ClassVar[float]

    @abstractmethod
    async def _transact(self, flow: Callable[[], Flow[T]]) -> T:
        """Run a flow in a transaction and commit; `flow` is called after BEGIN."""

    @abstractmethod
    def _session(self, *, writes: bool) -> AbstractAsyncContextManager[Execute]:
        """Open a transaction that commits when the context ends without an exception.

        A writing one locks the log; a reading one sees the storage at one moment.
        """

"""Statements: what reads and batches hand to a driver, and how SQLAlchemy's expressions become their text."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar

from sqlalchemy import ClauseElement, Executable
from sqlalchemy.engine import Dialect as SqlAlchemyDialect

from runindex.ports.queries import Row

T = TypeVar("T")
Rows: TypeAlias = Sequence[Row]

KEPT_STATEMENTS: Final = 1024
# The columns of values whose length only the limit of a document or a request bounds.
LARGE: Final = frozenset(
    {
        *("metadata", "former_metadata", "tags", "former_tags", "error", "reason"),
        *("input", "output", "expected_output", "scores", "recorded_scores", "score", "annotations", "labels"),
        *("value", "content", "payload", "spec", "data", "snapshot", "detail", "contributing_input_ids"),
        *("run_filter", "run_order", "run_columns"),
    }
)
NO_PARAMETERS: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text in the driver's own placeholders, and the arguments for them."""

    text: str
    arguments: Sequence[Any] = ()


# A flow does no I/O: it yields statements, is sent the rows that each returned, and returns its result.
Flow: TypeAlias = Generator[Statement, Rows, T]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement's text, the names of its positional parameters, and the values of those bound when it was made."""

    text: str
    names: tuple[str, ...]
    defaults: Mapping[str, Any]

    def bind(self, parameters: Mapping[str, Any]) -> Statement:
        """Return the statement with its arguments."""
        values = {**self.defaults, **parameters}
        return Statement(self.text, [values[name] for name in self.names])


# Cached by identity: reads cache their statements, so the same query comes again as the same object.
@lru_cache(maxsize=KEPT_STATEMENTS)
def compiled(query: Executable, dialect: SqlAlchemyDialect) -> Compiled:
    """Return a query as text in a database's dialect."""
    if not isinstance(query, ClauseElement):
        raise TypeError("a statement that is no clause has no text")
    result = query.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    return Compiled(str(result), tuple(getattr(result, "positiontup", None) or ()), result.params)


class StatementRunner(ABC):
    """Runs statements that read."""

    @abstractmethod
    async def _fetch(self, statement: Executable, parameters: Mapping[str, Any] = NO_PARAMETERS) -> Rows:
        """Return the statement's rows in their order.

        Callers pass the same statement object for the same query, whatever its parameters, so that its text can be
        cached by identity. Raise UnavailableError and OperationTimeoutError as the Store port says.
        """

    async def _read(self, statement: Executable, parameters: Mapping[str, Any] = NO_PARAMETERS) -> Rows:
        """Return the rows as `_fetch` does, as the driver has them: they may have more columns at their end."""
        return await self._fetch(statement, parameters)

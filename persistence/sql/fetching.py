"""What the reading side of a SQL storage needs of it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Executable

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class StatementRunner(ABC):
    """Runs statements that read."""

    @abstractmethod
    async def _fetch(
        self, statement: Executable, parameters: Mapping[str, Any] = NOTHING
    ) -> Sequence[Mapping[str, Any]]:
        """Return the rows that the statement answers, in their order.

        The same question with other parameters comes as the same statement object, so what it compiles to may be kept
        by its identity. Raise UnavailableError and OperationTimeoutError as the Store port says.
        """

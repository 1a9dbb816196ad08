"""How much an operation may read: a storage counts the bytes of large values, and stops when there are too many."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from runindex.domain.errors import AnswerTooLargeError


@dataclass(slots=True)
class ReadAllowance:
    """The most bytes that an operation may read, and what it has read."""

    most: int
    taken: int = 0

    def take(self, size: int) -> None:
        """Count bytes; raise AnswerTooLargeError beyond the most."""
        self.taken += size
        if self.taken > self.most:
            raise AnswerTooLargeError(self.most)


def size_of(value: object) -> int:
    """Return the bytes of a value, of a text in UTF-8; 0 for one that cannot be large."""
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))
    return len(value) if isinstance(value, bytes) else 0


# Of the operation on whose behalf a storage is asked; None where nothing is counted.
ALLOWANCE: Final[ContextVar[ReadAllowance | None]] = ContextVar("allowance", default=None)

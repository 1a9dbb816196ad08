"""What passes between the flow of a batch, which does no I/O, and the driver that does it."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from runindex.ports.queries import Row

Rows: TypeAlias = Sequence[Row]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text in the database's own placeholders, and the arguments for them."""

    text: str
    arguments: Sequence[Any] = ()


# A flow yields statements, is sent the rows that each answered, and returns what it found.
Flow: TypeAlias = Generator[Statement, Rows, T]

"""Many rows in one statement, in chunks of few sizes, so that connections keep the statements prepared."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from persistence.sql.batch.writes import Values

_SIZES: Final = (256, 64, 16, 4, 1)


def chunks_of(rows: Sequence[Values]) -> Iterator[Sequence[Values]]:
    """Yield the rows in chunks, the largest first."""
    start = 0
    for size in _SIZES:
        while len(rows) - start >= size:
            yield rows[start : start + size]
            start += size


@lru_cache(maxsize=256)
def rows_text(rows: int, columns: int) -> str:
    """Return VALUES with so many rows of so many placeholders."""
    row = f"({', '.join('?' * columns)})"
    return f"VALUES {', '.join([row] * rows)}"

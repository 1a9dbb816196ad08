"""Cutting off a query whose rows hold too many bytes of large values, before the database sends them."""

from functools import lru_cache
from typing import Final

from sqlalchemy import Executable, LargeBinary, SelectBase, String

from persistence.sql.statements import KEPT_STATEMENTS, LARGE, Rows, Statement
from runindex.ports.allowance import ReadAllowance

READ_BYTES: Final = "read_bytes"
_TEXT: Final = """
SELECT {names}, read_bytes FROM (
    SELECT q.*, {size} AS own_bytes, sum({size}) OVER (ROWS UNBOUNDED PRECEDING) AS read_bytes FROM ({query}) AS q
) AS s WHERE read_bytes - own_bytes <= {most}
"""


# Cached by identity, as the texts of statements are.
@lru_cache(maxsize=KEPT_STATEMENTS)
def columns_of(query: Executable) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of a query's columns, and of those whose values may be large."""
    if not isinstance(query, SelectBase):
        return (), ()
    columns = query.exported_columns
    large = [
        name for name, column in columns.items() if name in LARGE and isinstance(column.type, String | LargeBinary)
    ]
    return tuple(columns.keys()), tuple(large)


def cut_off(query: Executable, statement: Statement, allowance: ReadAllowance) -> Statement:
    """Return a query's statement without the rows behind the one with which its large values are too many.

    Its rows have the bytes of the large values, up to each row, as their last column `read_bytes`.
    """
    text = _cut_text(query, statement.text, allowance.most)
    return statement if text is None else Statement(text, statement.arguments)


@lru_cache(maxsize=KEPT_STATEMENTS)
def _cut_text(query: Executable, text: str, most: int) -> str | None:
    names, large = columns_of(query)
    if not large:
        return None
    size = " + ".join(f'coalesce(octet_length("{name}"), 0)' for name in large)
    quoted = ", ".join(f'"{name}"' for name in names)
    return _TEXT.format(names=quoted, size=size, query=text, most=most)


def take(rows: Rows, allowance: ReadAllowance) -> None:
    """Count the large values of rows that were cut off; raise AnswerTooLargeError beyond the allowance."""
    # As the database counted them, which may encode texts in its own way; the last row has the sum.
    if rows:
        allowance.take(rows[-1][READ_BYTES])

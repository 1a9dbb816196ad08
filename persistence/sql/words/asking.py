"""How the index of words is asked: the entries that a run must have, as each database reads them."""

from collections.abc import Iterable
from typing import Final

from runindex.domain.runs.words import WordEntry

POSTGRES: Final = "asked_postgres_"
SQLITE: Final = "asked_sqlite_"


def values_asking(place: int | str, entries: Iterable[WordEntry]) -> dict[str, str]:
    """Return the values of the parameters that ask for entries: a run must have all of them."""
    wanted = list(entries)
    return {
        f"{POSTGRES}{place}": " & ".join(f"'{entry.text}'{':*' if entry.is_open else ''}" for entry in wanted),
        f"{SQLITE}{place}": " AND ".join(f'"{entry.text}"{" *" if entry.is_open else ""}' for entry in wanted),
    }

"""What a source of runs is: an index of its runs, each of which can be read when its turn comes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Protocol
from uuid import UUID, uuid5

from runindex.commands import ImportRun
from runindex.domain.errors import BadRequestError
from runindex.domain.ids import DEFAULT_RUN, find_run_id

_IMPORTS: Final = UUID("7d9f5b6e-3c1a-5e0b-9a55-6f1d0b7f2c41")
_DIGEST: Final = 16


@dataclass(frozen=True, slots=True)
class SourceRun:
    """A run of a source: its id and its parent's, where it is (for people), what the source finds it by, its bytes."""

    id: str
    parent_id: str | None
    place: str
    key: Any
    size: int = 0


class RunSource(Protocol):
    """Runs of another system. All methods raise BadRequestError, which names the place, for what cannot be read."""

    @property
    def name(self) -> str:
        """Return what the reasons of changes call it."""
        ...

    def index(self) -> Sequence[SourceRun]:
        """Return all runs, in any order."""
        ...

    def read(self, entries: Sequence[SourceRun]) -> Iterator[ImportRun]:
        """Yield what the source says of those runs, one import for each entry."""
        ...


def run_id_from(text: str, namespace: str) -> str:
    """Return the id under which a run is imported: the same each time, and the source's own if it is a UUID."""
    found = find_run_id(text)
    return str(uuid5(_IMPORTS, f"{namespace} {text}")) if found in (None, DEFAULT_RUN) else str(found)


def shortened(text: str, most: int) -> str:
    """Return a text of at most so many characters: of one that is longer the start and a digest of the whole."""
    if len(text) <= most:
        return text
    return f"{text[: most - _DIGEST - 1]}…{sha256(text.encode()).hexdigest()[:_DIGEST]}"


def plain(text: str) -> str:
    """Return a text without the characters that no storage can keep."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def fault(place: str, message: str) -> BadRequestError:
    """Return the error of a fault at a place of a source."""
    return BadRequestError(f"{place}: {message}")

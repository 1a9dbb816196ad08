"""Run data, which is deleted with its run: values, cells, documents. `owner` is the run's incarnation."""

from dataclasses import dataclass
from typing import ClassVar, Final

from runindex.domain.instants import Micros
from runindex.domain.json_text import JsonText
from runindex.domain.problems import ConstraintReason, violation
from runindex.domain.records.record import Record
from runindex.domain.texts import check_text

MAX_KEY: Final = 512
MAX_ENTRIES: Final = 1000


@dataclass(frozen=True, slots=True)
class Value(Record):
    """The newest version of a value; `deleted` (0 or 1) marks a deleted value, whose versions go on counting."""

    KEY: ClassVar = ("owner", "key_name")

    owner: int
    key_name: str
    value: JsonText
    version: int
    updated_at: Micros
    deleted: int = 0


@dataclass(frozen=True, slots=True)
class ValueVersion(Record):
    """One version of a value, as it was written."""

    KEY: ClassVar = ("owner", "key_name", "version")

    owner: int
    key_name: str
    version: int
    value: JsonText
    deleted: int
    at: Micros


@dataclass(frozen=True, slots=True)
class Cell(Record):
    """A named place for one value."""

    KEY: ClassVar = ("owner", "name")

    owner: int
    name: str
    value: JsonText
    version: int
    updated_at: Micros


@dataclass(frozen=True, slots=True)
class Document(Record):
    """A JSON document that can be patched."""

    KEY: ClassVar = ("owner", "key_name")

    owner: int
    key_name: str
    content: JsonText
    version: int
    updated_at: Micros


def check_key_name(name: str, field: str) -> str:
    """Return a key or a cell's name; refuse one that does not fit."""
    return check_text(name, field, MAX_KEY)


def check_entries(count: int) -> None:
    """Refuse more than MAX_ENTRIES entries in one call."""
    if count > MAX_ENTRIES:
        raise violation(ConstraintReason.LIMIT_EXCEEDED, f"more than {MAX_ENTRIES} entries in one call")

"""Lists of records, as values: one shape for all kinds."""

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from runindex.domain.instants import Micros
from runindex.ports.queries import Row, Window

Owner: TypeAlias = int | str | tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Equals:
    """The field has this value."""

    field: str
    value: object


@dataclass(frozen=True, slots=True)
class OneOf:
    """The field has one of these values."""

    field: str
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class StartsWith:
    """The text in the field starts with this one, by code point."""

    field: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Contains:
    """The text in the field contains this one."""

    field: str
    part: str


@dataclass(frozen=True, slots=True)
class IsNull:
    """The field is null, or is not."""

    field: str
    is_null: bool


@dataclass(frozen=True, slots=True)
class HasText:
    """The JSON array of texts in the field has this one."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class ScoreBelow:
    """Among the scores in the field is one of this scorer whose value is smaller."""

    field: str
    scorer_id: str
    value: float


@dataclass(frozen=True, slots=True)
class Within:
    """The instant in the field is in the range from `start` (inclusive) to `end` (exclusive); None is no bound."""

    field: str
    start: Micros | None
    end: Micros | None


Condition: TypeAlias = Equals | OneOf | StartsWith | Contains | IsNull | HasText | ScoreBelow | Within


@dataclass(frozen=True, slots=True)
class RecordList:
    """Records of one kind under the same conditions, ordered by fields that are unique together.

    With an `owner_field`, one query reads the lists of many owners, a window of each; with several fields an owner is
    a tuple of their values. Records of a run that was deleted, and results and items of a former
    generation, are in no list.
    """

    kind: type
    order: tuple[str, ...]
    descending: bool = False
    conditions: tuple[Condition, ...] = ()
    owner_field: str | tuple[str, ...] | None = None

    @property
    def owner_fields(self) -> tuple[str, ...]:
        """Return the fields that name the owner."""
        return (self.owner_field,) if isinstance(self.owner_field, str) else self.owner_field or ()

    def owner_of(self, row: Row) -> Owner:
        """Return a row's owner."""
        if isinstance(self.owner_field, str):
            owner: Owner = row[self.owner_field]
            return owner
        return tuple(row[field] for field in self.owner_fields)

    def position(self, row: Row) -> tuple[Any, ...]:
        """Return a row's position in the order."""
        return tuple(row[field] for field in self.order)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A window of a listing; a position is what `RecordList.position` returns."""

    listing: RecordList
    window: Window


# The key of the only entry when a list has no owner field.
NO_OWNER: Final = 0

"""Lists of records other than runs, as values: one shape for all of them."""

from dataclasses import dataclass
from typing import TypeAlias

from runindex.queries import Window

Owner: TypeAlias = int | str


@dataclass(frozen=True, slots=True)
class Ascending:
    """Order by a field, upwards."""

    field: str


@dataclass(frozen=True, slots=True)
class Descending:
    """Order by a field, downwards."""

    field: str


Direction: TypeAlias = Ascending | Descending


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


Condition: TypeAlias = Equals | OneOf | StartsWith | Contains | IsNull


@dataclass(frozen=True, slots=True)
class Listing:
    """Records of one kind under the same conditions, in an order that is total.

    With an `owner_field`, the list is asked for many owners at once and each has its own window. Records whose run was
    deleted, and results of a former generation, are in no list.
    """

    kind: type
    order: tuple[Direction, ...]
    conditions: tuple[Condition, ...] = ()
    owner_field: str | None = None

    def position(self, record: object) -> tuple[object, ...]:
        """Return a record's place in the order."""
        return tuple(getattr(record, direction.field) for direction in self.order)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A stretch of a listing; a position is what `Listing.position` returns."""

    listing: Listing
    window: Window

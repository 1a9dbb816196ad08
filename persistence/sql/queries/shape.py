"""Splits a filter into its shape, on which a statement's text depends, and the values bound to it."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum, auto
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, NamedTuple, TypeAlias

from runindex.domain.errors import BadRequestError
from runindex.domain.json_text import JsonError, JsonValue, depth_of, dumps, is_plain_text, loads
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.dataset import DatasetRunStatus
from runindex.domain.runs.filters import (
    UNARCHIVED,
    InstantRange,
    MetadataFilter,
    MetadataOperator,
    RunFilter,
    TagFilter,
    is_ordered,
)


class Kind(Enum):
    """The kinds of conditions; beside each, what its value is."""

    NEVER = auto()
    ALL = auto()
    ANY = auto()
    NOT = auto()
    ID_IN = auto()  # JSON array of texts
    STATUS_IN = auto()  # none: the statuses are the detail
    NAME_CONTAINS = auto()  # folded text
    IS_ROOT = auto()  # none: the wanted truth is the detail
    BELOW = auto()  # id
    EQUALS = auto()  # text; the column is the detail
    FROM = auto()  # instant; the column is the detail
    UNTIL = auto()  # instant; the column is the detail
    PRESENT = auto()  # none; the column is the detail
    HAS_ERROR = auto()  # none: the wanted truth is the detail
    TAG = auto()  # text
    TAGS_ALL = auto()  # JSON array of texts
    TAGS_ANY = auto()  # JSON array of texts
    TAG_PREFIX = auto()  # text
    HAS_DATASET = auto()  # none: the answer wanted is the detail
    DATASET_STATUS_IN = auto()  # none: the statuses are the detail
    METADATA = auto()  # all of it as JSON, and the parts PATH, VALUE and TRACE; the detail is a Comparison


class Comparison(NamedTuple):
    """How a metadata value is compared; texts and numbers order differently, so `is_text` tells them apart."""

    op: MetadataOperator
    is_text: bool = False


class Condition(NamedTuple):
    """One condition; `place` numbers its value among the filter's."""

    kind: Kind
    place: int = -1
    detail: Any = None
    parts: "tuple[Condition, ...]" = ()


_DEMANDED: Final = frozenset({Kind.TAG, Kind.TAGS_ALL})
PATH: Final = "p"
VALUE: Final = "v"
TRACE: Final = "t"

Conditions: TypeAlias = tuple[Condition, ...]
Values: TypeAlias = dict[str, Any]
NEVER: Final = Condition(Kind.NEVER)
# Of these a range without bounds demands that there is a value.
_NULLABLE: Final = frozenset({"started_at", "finished_at", "duration"})
UNARCHIVED_ONLY: Final = Condition(Kind.STATUS_IN, detail=UNARCHIVED.status)
_UNARCHIVED: Final = (UNARCHIVED_ONLY,)


def name_of(place: int, part: str = "") -> str:
    """Return the parameter that a value is bound to."""
    return f"f{place}{part}"


def split_filter(run_filter: RunFilter) -> tuple[tuple[Condition, ...], Values]:
    """Return the conditions that hold together, and the values by the names of their parameters."""
    if run_filter is UNARCHIVED:  # the lists that are asked for most
        return _UNARCHIVED, {}
    splitter = _Splitter()
    conditions = splitter.with_tags_together(tuple(splitter.conditions(run_filter)))
    return with_one_status(conditions), splitter.values


def with_one_status(conditions: Conditions) -> Conditions:
    """Return the conditions with those on the status, which hold together, as one."""
    statuses = tuple([condition for condition in conditions if condition.kind is Kind.STATUS_IN])
    if len(statuses) < 2:  # noqa: PLR2004 - what is one needs no other
        return conditions
    return (_in_common(statuses), *[condition for condition in conditions if condition.kind is not Kind.STATUS_IN])


@lru_cache(maxsize=256)
def _in_common(conditions: tuple[Condition, ...]) -> Condition:
    """Return the one condition that several on the status amount to."""
    wanted = (status for status in RunStatus if all(status in condition.detail for condition in conditions))
    return Condition(Kind.STATUS_IN, detail=tuple(wanted))


@lru_cache(maxsize=256)
def _status_in(statuses: tuple[RunStatus, ...]) -> Condition | None:
    """Return the condition on the status, equal for equal sets; None when every status is in the set."""
    wanted = frozenset(statuses)
    ordered = tuple(status for status in RunStatus if status in wanted)
    return None if len(wanted) == len(RunStatus) else Condition(Kind.STATUS_IN, detail=ordered)


class _Splitter:
    def __init__(self) -> None:
        self.values: Values = {}
        self._next = 0

    def conditions(self, f: RunFilter) -> Iterator[Condition]:
        for (name, splitting), value in zip(_FIELDS, _VALUES_OF(f), strict=True):
            if value is not None:
                yield from splitting(self, name, value)

    def with_tags_together(self, conditions: Conditions) -> Conditions:
        """Return the conditions with all tags that they demand in one: the rarest of them all is read first."""
        tagged = [condition for condition in conditions if condition.kind in _DEMANDED]
        if len(tagged) < 2:  # noqa: PLR2004 - what is one needs no other
            return conditions
        wanted: list[str] = []
        for condition in tagged:
            value = self.values[name_of(condition.place)]
            wanted += [value] if condition.kind is Kind.TAG else loads(value)
        return (
            *[condition for condition in conditions if condition not in tagged],
            *self._all_tags(dict.fromkeys(wanted)),
        )

    def bind(self, kind: Kind, value: str | int, detail: object = None) -> Condition:
        place = self._next
        self._next += 1
        self.values[name_of(place)] = value
        return Condition(kind, place, detail)

    def ids(self, _: str, ids: tuple[str, ...]) -> Iterator[Condition]:
        yield self.bind(Kind.ID_IN, _array(ids))

    def status(self, _: str, statuses: tuple[RunStatus, ...]) -> Iterator[Condition]:
        condition = _status_in(statuses)
        if condition is not None:
            yield condition

    def tags(self, _: str, tags: TagFilter) -> Iterator[Condition]:
        if tags.all is not None:
            yield from self._all_tags(dict.fromkeys(tags.all))
        if tags.any is not None:
            yield self.bind(Kind.TAGS_ANY, _array(tags.any))
        if tags.none is not None:
            yield Condition(Kind.NOT, parts=(self.bind(Kind.TAGS_ANY, _array(tags.none)),))
        if tags.prefix is not None:
            yield self._text(Kind.TAG_PREFIX, tags.prefix)

    def _all_tags(self, tags: Iterable[str]) -> Iterator[Condition]:
        wanted = list(tags)
        if len(wanted) == 1:
            yield self._text(Kind.TAG, wanted[0])
        elif wanted:
            yield self.bind(Kind.TAGS_ALL, _array(wanted)) if all(map(is_plain_text, wanted)) else NEVER

    def name_contains(self, _: str, part: str) -> Iterator[Condition]:
        yield self._text(Kind.NAME_CONTAINS, part.lower())

    def is_root(self, _: str, wanted: bool) -> Iterator[Condition]:  # noqa: FBT001 - a field's value
        yield Condition(Kind.IS_ROOT, detail=wanted)

    def has_error(self, _: str, wanted: bool) -> Iterator[Condition]:  # noqa: FBT001 - a field's value
        yield Condition(Kind.HAS_ERROR, detail=wanted)

    def has_dataset(self, _: str, wanted: bool) -> Iterator[Condition]:  # noqa: FBT001 - a field's value
        yield Condition(Kind.HAS_DATASET, detail=wanted)

    def dataset_status(self, _: str, statuses: tuple[DatasetRunStatus, ...]) -> Iterator[Condition]:
        wanted = frozenset(statuses)
        yield Condition(Kind.DATASET_STATUS_IN, detail=tuple(one for one in DatasetRunStatus if one in wanted))

    def below(self, _: str, ancestor_id: str) -> Iterator[Condition]:
        yield self._text(Kind.BELOW, ancestor_id)

    def equals(self, column: str, text: str) -> Iterator[Condition]:
        yield self._text(Kind.EQUALS, str(text), column)

    def within(self, column: str, bounds: InstantRange) -> Iterator[Condition]:
        if bounds.start is not None:
            yield self.bind(Kind.FROM, bounds.start, column)
        if bounds.end is not None:
            yield self.bind(Kind.UNTIL, bounds.end, column)
        if bounds == InstantRange() and column in _NULLABLE:
            yield Condition(Kind.PRESENT, detail=column)

    def metadata(self, _: str, conditions: tuple[MetadataFilter, ...]) -> Iterator[Condition]:
        for condition in conditions:
            yield from self._metadata(condition)

    def _metadata(self, condition: MetadataFilter) -> Iterator[Condition]:
        if condition.op is MetadataOperator.MISSING:
            there = MetadataFilter(condition.path, MetadataOperator.EXISTS)
            yield Condition(Kind.NOT, parts=tuple(self._metadata(there)))
        elif not all(map(is_plain_text, condition.path)):
            yield NEVER
        else:
            yield self._compared(_comparable(condition))

    def _compared(self, condition: MetadataFilter | None) -> Condition:
        if condition is None:
            return NEVER
        whole = {"path": condition.path, "op": condition.op, "value": condition.value}
        found = self.bind(Kind.METADATA, dumps(whole), Comparison(condition.op, isinstance(condition.value, str)))
        self.values[name_of(found.place, PATH)] = json_path(condition.path)
        self.values[name_of(found.place, VALUE)] = dumps(condition.value)
        self.values[name_of(found.place, TRACE)] = _trace(condition)
        return found

    def all(self, _: str, parts: tuple[RunFilter, ...]) -> Iterator[Condition]:
        for part in parts:
            yield from self.conditions(part)

    def any(self, _: str, parts: tuple[RunFilter, ...]) -> Iterator[Condition]:
        yield Condition(Kind.ANY, parts=tuple(self._together(part) for part in parts))

    def none(self, _: str, part: RunFilter) -> Iterator[Condition]:
        yield Condition(Kind.NOT, parts=tuple(self.conditions(part)))

    def _together(self, part: RunFilter) -> Condition:
        return Condition(Kind.ALL, parts=self.with_tags_together(tuple(self.conditions(part))))

    def _text(self, kind: Kind, text: str, detail: object = None) -> Condition:
        # A text that no storage can keep matches no run.
        return self.bind(kind, text, detail) if is_plain_text(text) else NEVER


def _array(texts: Iterable[str]) -> str:
    return dumps([text for text in texts if is_plain_text(text)])


def _trace(condition: MetadataFilter) -> str:
    """Return a text that matching metadata contains; one value always has the same JSON text."""
    if condition.op is MetadataOperator.EQ and isinstance(condition.value, str):
        return dumps(condition.value)
    return dumps(condition.path[-1]) if condition.path else ""


def json_path(path: tuple[str, ...]) -> str:
    """Return the JSONPath of keys; it is strict, so that it does not unwrap lists."""
    return "strict $" + "".join(f".{json.dumps(key, ensure_ascii=False)}" for key in path)


def sqlite_path(path: tuple[str, ...]) -> str | None:
    """Return the path of keys as SQLite reads it, None where a key is empty or written with an escape."""
    if any(not key or json.dumps(key, ensure_ascii=False) != f'"{key}"' for key in path):
        return None
    return "$" + "".join(f'."{key}"' for key in path)


def _comparable(condition: MetadataFilter) -> MetadataFilter | None:
    """Return the condition without values that no storage can keep, None when no metadata meets it then."""
    path, op, value = condition.path, condition.op, condition.value
    match op:
        case MetadataOperator.EXISTS:
            return MetadataFilter(path, op)
        case MetadataOperator.IN:
            return MetadataFilter(path, op, list(filter(_is_storable, value)))
        case MetadataOperator.EQ:
            return condition if _is_storable(value) else None
        case MetadataOperator.NE:
            return condition if _is_storable(value) else MetadataFilter(path, MetadataOperator.EXISTS)
    if not is_ordered(value):
        return None
    if not _is_storable(value):
        raise BadRequestError("a metadata filter compares with a value out of range")
    return condition


def _is_storable(value: JsonValue) -> bool:
    try:
        depth_of(value)
    except JsonError:
        return False
    return True


_Splitting: TypeAlias = Callable[[_Splitter, str, Any], Iterator[Condition]]
# By field; `include_archived` is resolved before a filter comes here.
SPLITTERS: Final[Mapping[str, _Splitting]] = {
    "ids": _Splitter.ids,
    "status": _Splitter.status,
    "tags": _Splitter.tags,
    "name_contains": _Splitter.name_contains,
    "parent_id": _Splitter.equals,
    "is_root": _Splitter.is_root,
    "ancestor_id": _Splitter.below,
    "dataset_id": _Splitter.equals,
    "target_type": _Splitter.equals,
    "target_id": _Splitter.equals,
    "plan_id": _Splitter.equals,
    "created_at": _Splitter.within,
    "updated_at": _Splitter.within,
    "finished_at": _Splitter.within,
    "metadata": _Splitter.metadata,
    "and_": _Splitter.all,
    "or_": _Splitter.any,
    "not_": _Splitter.none,
    "trace_id": _Splitter.equals,
    "has_dataset": _Splitter.has_dataset,
    "dataset_status": _Splitter.dataset_status,
    "started_at": _Splitter.within,
    "duration": _Splitter.within,
    "has_error": _Splitter.has_error,
    "last_activity_at": _Splitter.within,
}
_FIELDS: Final = tuple(SPLITTERS.items())
_VALUES_OF: Final[Callable[[RunFilter], tuple[Any, ...]]] = attrgetter(*SPLITTERS)

"""Filters of runs: values that are evaluated here in Python, and by storages in SQL with the same result."""

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final

from runindex.domain.instants import Micros
from runindex.domain.json_text import JsonValue, canonical, loads
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.dataset import DatasetRunStatus, dataset_status
from runindex.domain.runs.run import Run, TargetType

Predicate = Callable[[Run], bool]
Below = Callable[[Run, str], bool]
Activity = Callable[[Run], Micros]


class MetadataOperator(StrEnum):
    """How a metadata value is compared; all but MISSING are false when the path does not exist."""

    EQ = "EQ"
    NE = "NE"
    LT = "LT"
    LTE = "LTE"
    GT = "GT"
    GTE = "GTE"
    IN = "IN"
    EXISTS = "EXISTS"
    MISSING = "MISSING"


@dataclass(frozen=True, slots=True)
class InstantRange:
    """From `start` (inclusive) to `end` (exclusive), instants or lengths of time; None is no bound."""

    start: Micros | None = None
    end: Micros | None = None

    def __contains__(self, instant: Micros | None) -> bool:
        """Tell whether an instant is in the range; None is in none."""
        return (
            instant is not None
            and (self.start is None or instant >= self.start)
            and (self.end is None or instant < self.end)
        )


@dataclass(frozen=True, slots=True)
class TagFilter:
    """Conditions on a run's tags that hold together; None is no condition."""

    all: tuple[str, ...] | None = None
    any: tuple[str, ...] | None = None
    none: tuple[str, ...] | None = None
    prefix: str | None = None


@dataclass(frozen=True, slots=True)
class MetadataFilter:
    """A condition on the value at `path` (keys from the outside in); `value` is decoded JSON."""

    path: tuple[str, ...]
    op: MetadataOperator
    value: JsonValue = None


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Conditions that hold together; None is no condition, an empty `ids`, `status` or `or_` holds for no run."""

    ids: tuple[str, ...] | None = None
    status: tuple[RunStatus, ...] | None = None
    include_archived: bool = False
    tags: TagFilter | None = None
    name_contains: str | None = None
    parent_id: str | None = None
    is_root: bool | None = None
    ancestor_id: str | None = None
    dataset_id: str | None = None
    target_type: TargetType | None = None
    target_id: str | None = None
    plan_id: str | None = None
    created_at: InstantRange | None = None
    updated_at: InstantRange | None = None
    finished_at: InstantRange | None = None
    metadata: tuple[MetadataFilter, ...] | None = None
    and_: tuple["RunFilter", ...] | None = None
    or_: tuple["RunFilter", ...] | None = None
    not_: "RunFilter | None" = None
    trace_id: str | None = None
    has_dataset: bool | None = None
    dataset_status: tuple[DatasetRunStatus, ...] | None = None
    started_at: InstantRange | None = None
    duration: InstantRange | None = None
    has_error: bool | None = None
    last_activity_at: InstantRange | None = None

    def __repr__(self) -> str:
        """Return the text that cursors of lists are bound to: what was added later shows only where it is used."""
        stated = ((name, getattr(self, name)) for name in self.__slots__)
        shown = (f"{name}={value!r}" for name, value in stated if value is not None or name not in _ADDED)
        return f"RunFilter({', '.join(shown)})"

    @property
    def parts(self) -> tuple["RunFilter", ...]:
        """Return the filters nested directly in this one."""
        return (
            *(self.and_ or ()),
            *(self.or_ or ()),
            *((self.not_,) if self.not_ else ()),
        )


# Conditions that cursors given out before do not know.
_ADDED: Final = frozenset(
    {"trace_id", "has_dataset", "dataset_status", "started_at", "duration", "has_error", "last_activity_at"}
)
_NOTHING: Final = RunFilter()
EVERYTHING: Final = RunFilter(include_archived=True)
UNARCHIVED: Final = RunFilter(status=tuple(status for status in RunStatus if status is not RunStatus.ARCHIVED))


def visible(run_filter: RunFilter | None) -> RunFilter:
    """Return the filter without archived runs, unless it includes them or names their status."""
    if run_filter is None:
        return UNARCHIVED
    if run_filter.include_archived or _names_archived(run_filter):
        return run_filter
    return RunFilter(and_=(UNARCHIVED,)) if run_filter == _NOTHING else RunFilter(and_=(UNARCHIVED, run_filter))


def _names_archived(run_filter: RunFilter) -> bool:
    own = run_filter.status is not None and RunStatus.ARCHIVED in run_filter.status
    return own or any(map(_names_archived, run_filter.parts))


def uses_ancestor(run_filter: RunFilter) -> bool:
    """Tell whether the filter selects descendants, which needs more than the run itself."""
    return run_filter.ancestor_id is not None or any(map(uses_ancestor, run_filter.parts))


def only_status(run_filter: RunFilter) -> tuple[RunStatus, ...] | None:
    """Return the statuses that the filter lets through, None when it has conditions on anything else."""
    conditions = {field.name for field in fields(run_filter) if getattr(run_filter, field.name) is not None}
    conditions.discard("include_archived")
    if conditions == {"and_"} and run_filter.and_:
        parts = [only_status(part) for part in run_filter.and_]
        known = [part for part in parts if part is not None]
        if len(known) == len(parts):
            return tuple(status for status in RunStatus if all(status in part for part in known))
    if not conditions:
        return tuple(RunStatus)
    return run_filter.status if conditions == {"status"} else None


def parse_path(path: str) -> tuple[str, ...]:
    r"""Split a metadata path at its dots; `\.` is a dot inside a key and `\\` a backslash, an empty part the empty key.

    A backslash before anything else stands for itself.
    """
    keys, current, characters = [], "", iter(path)
    for character in characters:
        if character == "\\":
            following = next(characters, "")
            current += following if following in _ESCAPED else character + following
        elif character == ".":
            keys.append(current)
            current = ""
        else:
            current += character
    return (*keys, current)


_ESCAPED: Final = (".", "\\")


def last_change(run: Run) -> Micros:
    """Return when the run itself was last written: all that is known of its activity without its records."""
    return run.updated_at


def predicate(run_filter: RunFilter, below: Below | None = None, activity: Activity = last_change) -> Predicate:
    """Compile the filter to a function of a run.

    `below` tells whether a run is a descendant of another, `activity` when anything of a run was last written.
    """
    checks = list(_checks(run_filter, below, activity))
    if len(checks) == 1:
        return checks[0]
    return lambda run: all(check(run) for check in checks)


def _checks(f: RunFilter, below: Below | None, activity: Activity) -> Iterable[Predicate]:
    yield from _identity_checks(f, below)
    yield from _column_checks(f)
    yield from _dataset_checks(f)
    if f.last_activity_at is not None:
        bounds = f.last_activity_at
        yield lambda run: activity(run) in bounds
    if f.tags is not None:
        yield from _tag_checks(f.tags)
    for condition in f.metadata or ():
        yield _metadata_check(condition)
    for part in f.and_ or ():
        yield predicate(part, below, activity)
    if f.or_ is not None:
        alternatives = [predicate(part, below, activity) for part in f.or_]
        yield lambda run: any(alternative(run) for alternative in alternatives)
    if f.not_ is not None:
        refused = predicate(f.not_, below, activity)
        yield lambda run: not refused(run)


def _identity_checks(f: RunFilter, below: Below | None) -> Iterable[Predicate]:
    if f.ids is not None:
        ids = frozenset(f.ids)
        yield lambda run: run.id in ids
    if f.parent_id is not None:
        yield lambda run: run.parent_id == f.parent_id
    if f.is_root is not None:
        yield lambda run: (run.parent_id is None) is f.is_root
    if f.ancestor_id is not None:
        if below is None:
            raise ValueError("this filter needs the hierarchy")
        ancestor = f.ancestor_id
        yield lambda run: below(run, ancestor)


def _column_checks(f: RunFilter) -> Iterable[Predicate]:
    if f.status is not None:
        statuses = frozenset(f.status)
        yield lambda run: run.status in statuses
    if f.name_contains is not None:
        part = f.name_contains.lower()
        yield lambda run: run.name is not None and part in run.name.lower()
    if f.plan_id is not None:
        yield lambda run: run.plan_id == f.plan_id
    if f.trace_id is not None:
        yield lambda run: run.trace_id == f.trace_id
    if f.has_error is not None:
        yield lambda run: (run.error is not None) is f.has_error
    for name in ("created_at", "updated_at", "started_at", "finished_at", "duration"):
        bounds = getattr(f, name)
        if bounds is not None:
            yield _range_check(name, bounds)


def _dataset_checks(f: RunFilter) -> Iterable[Predicate]:
    if f.dataset_id is not None:
        yield (lambda run: run.dataset is not None and run.dataset.dataset_id == f.dataset_id)
    if f.target_type is not None:
        yield (lambda run: run.dataset is not None and run.dataset.target_type is f.target_type)
    if f.target_id is not None:
        yield (lambda run: run.dataset is not None and run.dataset.target_id == f.target_id)
    if f.has_dataset is not None:
        yield lambda run: (run.dataset is not None) is f.has_dataset
    if f.dataset_status is not None:
        statuses = frozenset(f.dataset_status)
        yield (
            lambda run: run.dataset is not None and dataset_status(run.status, run.started_at, run.outcome) in statuses
        )


def _range_check(name: str, bounds: InstantRange) -> Predicate:
    return lambda run: getattr(run, name) in bounds


def _tag_checks(tags: TagFilter) -> Iterable[Predicate]:
    if tags.all is not None:
        needed = frozenset(tags.all)
        yield lambda run: needed.issubset(run.tags)
    if tags.any is not None:
        wanted = frozenset(tags.any)
        yield lambda run: not wanted.isdisjoint(run.tags)
    if tags.none is not None:
        unwanted = frozenset(tags.none)
        yield lambda run: unwanted.isdisjoint(run.tags)
    if tags.prefix is not None:
        prefix = tags.prefix
        yield lambda run: any(tag.startswith(prefix) for tag in run.tags)


def _metadata_check(condition: MetadataFilter) -> Predicate:
    meets = metadata_check(condition)
    return lambda run: meets(run.metadata)


_ABSENT: Final = object()
# Each change is matched against many filters: the metadata before and after it is decoded once for all of them.
_decode: Final = lru_cache(maxsize=2)(loads)


def metadata_check(condition: MetadataFilter) -> Callable[[str | None], bool]:
    """Return what tells whether metadata (as JSON text) meets the condition; its values are prepared once.

    A path leads through objects, never through lists.
    """
    compare = _comparison(condition.op, condition.value)

    def meets(text: str | None) -> bool:
        found: JsonValue = _ABSENT if text is None else _decode(text)
        for key in condition.path:
            found = found.get(key, _ABSENT) if isinstance(found, dict) else _ABSENT
        if found is _ABSENT:
            return condition.op is MetadataOperator.MISSING
        return compare(found)

    return meets


def metadata_matches(text: str | None, condition: MetadataFilter) -> bool:
    """Tell whether metadata (as JSON text) meets the condition."""
    return metadata_check(condition)(text)


def _comparison(op: MetadataOperator, value: JsonValue) -> Callable[[JsonValue], bool]:
    match op:
        case MetadataOperator.EXISTS | MetadataOperator.MISSING:
            return lambda _: op is MetadataOperator.EXISTS
        case MetadataOperator.EQ | MetadataOperator.NE:
            wanted = canonical(value)
            return lambda found: (canonical(found) == wanted) is (op is MetadataOperator.EQ)
        case MetadataOperator.IN:
            several = frozenset(map(canonical, value))
            return lambda found: canonical(found) in several
    if not is_ordered(value):
        return lambda _: False
    compare, bound, is_text = _ORDERINGS[op], _exact(value), isinstance(value, str)
    return lambda found: is_ordered(found) and isinstance(found, str) is is_text and bool(compare(_exact(found), bound))


def _exact(value: str | float | Decimal) -> str | int | Decimal:
    """Return a float as the Decimal of its digits: 0.1 must not exceed a Decimal of 0.10, as its binary value does."""
    return Decimal(repr(value)) if isinstance(value, float) else value


_ORDERINGS: Final = {
    MetadataOperator.LT: operator.lt,
    MetadataOperator.LTE: operator.le,
    MetadataOperator.GT: operator.gt,
    MetadataOperator.GTE: operator.ge,
}


def is_ordered(value: JsonValue) -> bool:
    """Tell whether the value is a number or a text, which LT, LTE, GT and GTE compare."""
    return not isinstance(value, bool) and value is not None and not isinstance(value, dict | list)

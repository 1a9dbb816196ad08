"""The API's filters and orders, made into the core's.

ProblemError names the path of the offending field. An id that no run can have matches nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from runindex.domain import json_text
from runindex.domain.errors import BadRequestError
from runindex.domain.ids import find_run_id
from runindex.domain.instants import LATEST, SECOND
from runindex.domain.problems import invalid
from runindex.domain.records.jobs import JobFilter as CoreJobFilter
from runindex.domain.runs import filters
from runindex.domain.runs.filters import InstantRange, MetadataOperator, is_ordered, parse_path, visible
from runindex.ports.queries import NEWEST_FIRST, RunOrderField
from runindex.ports.queries import RunOrder as CoreOrder
from schema.filters import DateTimeRange, JobFilter, MetadataFilter, RunFilter, RunOrder, SecondsRange, TagFilter
from schema.typesystem.connections import ABSENT

DEEPEST_FILTER: Final = 20
MOST_CONDITIONS: Final = 300
DEEPEST_VALUE: Final = 64
MOST_IDS: Final = 10_000
MOST_VALUES: Final = 1_000
_ORDERINGS: Final = frozenset({MetadataOperator.LT, MetadataOperator.LTE, MetadataOperator.GT, MetadataOperator.GTE})
_WITHOUT_VALUE: Final = frozenset({MetadataOperator.EXISTS, MetadataOperator.MISSING})


def order_of(order: RunOrder | None) -> CoreOrder:
    """Return the core's order, newest first for None."""
    if order is None:
        return NEWEST_FIRST
    if (order.path is not None) is not (order.field is RunOrderField.METADATA):
        raise BadRequestError("`orderBy` has a `path` if its field is METADATA, and only then")
    path = None if order.path is None else path_of(order.path, "order_by.path")
    return CoreOrder(order.field, order.direction, path)


def path_of(path: str, field: str) -> tuple[str, ...]:
    """Return the keys of a metadata path; raise ProblemError for one that no metadata can have."""
    plain(path, field)
    keys = parse_path(path)
    if len(keys) > DEEPEST_VALUE:
        raise invalid(f"a path has at most {DEEPEST_VALUE} keys", field)
    return keys


def filter_of(run_filter: RunFilter | None, path: str = "filter") -> filters.RunFilter | None:
    """Return the core's filter, None for None; raise ProblemError for one that is too large or has a bad value."""
    return None if run_filter is None else _Reader().read(run_filter, path, depth=1)


def listed_filter(run_filter: RunFilter | None, path: str = "filter") -> filters.RunFilter:
    """Return the core's filter with what lists hide: archived runs, unless it names them; raise as `filter_of` does."""
    return visible(filter_of(run_filter, path))


def job_filter_of(job_filter: JobFilter | None, path: str = "filter") -> CoreJobFilter:
    """Return the core's filter, without conditions for None; raise ProblemError for one with a bad value."""
    if job_filter is None:
        return CoreJobFilter()
    return CoreJobFilter(
        queue=plain(job_filter.queue, f"{path}.queue"),
        status=None if job_filter.status is None else tuple(job_filter.status),
        run_id=_stored_id(job_filter.run_id),
        created_at=range_of(job_filter.created_at),
        completed_at=range_of(job_filter.completed_at),
    )


def plain(text: str | None, path: str) -> str | None:
    """Return a text to compare with; raise ProblemError for one that no storage can hold."""
    if text is not None and not json_text.is_plain_text(text):
        raise invalid("text with NUL or a lone surrogate", path)
    return text


@dataclass(slots=True)
class _Reader:
    """Reads one filter, and counts its conditions so that they stay within bounds."""

    conditions: int = 0

    def read(self, given: RunFilter, path: str, depth: int) -> filters.RunFilter:
        self._count(path)
        if depth > DEEPEST_FILTER:
            raise invalid(f"a filter nests at most {DEEPEST_FILTER} levels deep", path)
        parent_id, ancestor_id, plan_id = map(_stored_id, (given.parent_id, given.ancestor_id, given.plan_id))
        matches_nothing = "" in {parent_id, ancestor_id, plan_id}
        return filters.RunFilter(
            ids=() if matches_nothing else _known_ids(given.ids, f"{path}.ids"),
            status=None if given.status is None else tuple(given.status),
            include_archived=bool(given.include_archived),
            tags=None if given.tags is None else _tags(given.tags, f"{path}.tags"),
            name_contains=plain(given.name_contains, f"{path}.name_contains"),
            parent_id=parent_id or None,
            is_root=given.is_root,
            ancestor_id=ancestor_id or None,
            dataset_id=plain(given.dataset_id, f"{path}.dataset_id"),
            target_type=given.target_type,
            target_id=plain(given.target_id, f"{path}.target_id"),
            plan_id=plan_id or None,
            created_at=range_of(given.created_at),
            updated_at=range_of(given.updated_at),
            finished_at=range_of(given.finished_at),
            metadata=self._metadata(given.metadata, f"{path}.metadata"),
            and_=self._parts(given.and_, f"{path}.and", depth),
            or_=self._parts(given.or_, f"{path}.or", depth),
            not_=None if given.not_ is None else self.read(given.not_, f"{path}.not", depth + 1),
            trace_id=plain(given.trace_id, f"{path}.trace_id"),
            has_dataset=given.has_dataset,
            dataset_status=None if given.dataset_status is None else tuple(given.dataset_status),
            started_at=range_of(given.started_at),
            duration=length_range_of(given.duration),
            has_error=given.has_error,
            last_activity_at=second_range_of(given.last_activity_at),
        )

    def _parts(self, parts: Sequence[RunFilter] | None, path: str, depth: int) -> tuple[filters.RunFilter, ...] | None:
        if parts is None:
            return None
        return tuple(self.read(part, f"{path}.{index}", depth + 1) for index, part in enumerate(parts))

    def _metadata(
        self, conditions: Sequence[MetadataFilter] | None, path: str
    ) -> tuple[filters.MetadataFilter, ...] | None:
        if conditions is None:
            return None
        return tuple(self._condition(condition, f"{path}.{index}") for index, condition in enumerate(conditions))

    def _condition(self, condition: MetadataFilter, path: str) -> filters.MetadataFilter:
        self._count(path)
        keys = path_of(condition.path, f"{path}.path")
        return filters.MetadataFilter(keys, condition.op, _value(condition, f"{path}.value"))

    def _count(self, path: str) -> None:
        self.conditions += 1
        if self.conditions > MOST_CONDITIONS:
            raise invalid(f"a filter has at most {MOST_CONDITIONS} parts", path)


def _stored_id(run_id: str | None) -> str | None:
    """Return an id in stored form, an empty text for one that no run can have."""
    return None if run_id is None else find_run_id(run_id) or ""


def _known_ids(ids: Sequence[str] | None, path: str) -> tuple[str, ...] | None:
    if ids is None:
        return None
    _check_length(ids, MOST_IDS, path)
    return tuple(run_id for run_id in map(find_run_id, ids) if run_id is not None)


def _check_list(value: object, path: str) -> None:
    if not isinstance(value, list):
        raise invalid("IN compares with a list", path)
    _check_length(value, MOST_VALUES, path)


def _check_length(entries: Sequence[object], most: int, path: str) -> None:
    """Refuse a list that is too long, before its entries are read."""
    if len(entries) > most:
        raise invalid(f"at most {most} entries", path)


def range_of(bounds: DateTimeRange | None) -> InstantRange | None:
    """Return the core's range, None for None."""
    return None if bounds is None else InstantRange(bounds.from_, bounds.to)


def second_range_of(bounds: DateTimeRange | None) -> InstantRange | None:
    """Return the range of the instants that are in a range to the second, None for None."""
    return None if bounds is None else InstantRange(*map(_second_from, (bounds.from_, bounds.to)))


def _second_from(instant: int | None) -> int | None:
    return None if instant is None else -(-instant // SECOND) * SECOND


def length_range_of(bounds: SecondsRange | None) -> InstantRange | None:
    """Return the core's range of lengths of time, None for None."""
    return None if bounds is None else InstantRange(_micros(bounds.from_), _micros(bounds.to))


def _micros(seconds: float | None) -> int | None:
    """Return seconds in microseconds, cut off where no run can be longer."""
    return None if seconds is None else round(max(-LATEST, min(seconds * SECOND, LATEST)))


def _tags(tags: TagFilter, path: str) -> filters.TagFilter:
    return filters.TagFilter(
        all=_texts(tags.all_, f"{path}.all"),
        any=_texts(tags.any_, f"{path}.any"),
        none=_texts(tags.none, f"{path}.none"),
        prefix=plain(tags.prefix, f"{path}.prefix"),
    )


def _texts(texts: Sequence[str] | None, path: str) -> tuple[str, ...] | None:
    if texts is None:
        return None
    _check_length(texts, MOST_VALUES, path)
    for index, text in enumerate(texts):
        plain(text, f"{path}.{index}")
    return tuple(texts)


def _value(condition: MetadataFilter, path: str) -> object:
    value = condition.value
    if condition.op in _WITHOUT_VALUE:
        return None
    if value is ABSENT:
        raise invalid(f"{condition.op} needs a value to compare with", path)
    if condition.op in _ORDERINGS and not is_ordered(value):
        raise invalid(f"{condition.op} compares with a number or a text", path)
    if condition.op is MetadataOperator.IN:
        _check_list(value, path)
    try:
        depth = json_text.depth_of(value)
    except json_text.JsonError as error:
        raise invalid(str(error), path) from error
    if depth > DEEPEST_VALUE:
        raise invalid(f"a value nests at most {DEEPEST_VALUE} levels deep", path)
    return value

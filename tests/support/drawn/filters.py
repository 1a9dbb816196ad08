"""Filters to try: drawn at random, or made by their condition."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from runindex.domain.instants import Micros
from runindex.domain.json_text import JsonValue
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.dataset import DatasetRunStatus
from runindex.domain.runs.filters import (
    Below,
    InstantRange,
    MetadataFilter,
    MetadataOperator,
    RunFilter,
    TagFilter,
    predicate,
)
from runindex.domain.runs.run import Run, TargetType

COMPARISONS = tuple(MetadataOperator)[:6]


def below_among(runs: Mapping[str, Run]) -> Below:
    """Return the test for runs below an ancestor, among these, that `predicate` needs."""

    def below(run: Run, ancestor: str) -> bool:
        current: Run | None = run
        while current is not None and current.parent_id is not None:
            if current.parent_id == ancestor:
                return True
            current = runs.get(current.parent_id)
        return False

    return below


def matching_ids(runs: Iterable[Run], run_filter: RunFilter) -> list[str]:
    """Return the ids of the runs that a filter matches, in their order, as the domain judges it."""
    by_id = {run.id: run for run in runs}
    return [run.id for run in filter(predicate(run_filter, below_among(by_id)), by_id.values())]


def path_text(keys: Iterable[str]) -> str:
    """Return the text that asks for a value below these keys, from the outside in, as the documentation has it."""
    return ".".join(key.replace("\\", "\\\\").replace(".", "\\.") for key in keys)


def metadata(path: str, op: MetadataOperator, value: JsonValue = None) -> RunFilter:
    """Return a filter with one condition on metadata."""
    return RunFilter(metadata=(MetadataFilter(tuple(path.split(".")), op, value),))


def run_filters(
    ids: Sequence[str],
    instants: Sequence[Micros],
    texts: Sequence[str],
    paths: Sequence[tuple[str, ...]],
    values: Sequence[JsonValue],
) -> SearchStrategy[RunFilter]:
    """Draw filters over these ids, instants, tags and parts of names, and metadata."""
    some_ids = st.lists(st.sampled_from(ids), max_size=4).map(tuple)
    some_tags = st.none() | st.lists(st.sampled_from(texts), max_size=3).map(tuple)
    moments = st.none() | st.sampled_from(instants)
    ranges = st.builds(InstantRange, moments, moments)
    lengths = st.none() | st.sampled_from([0, *(instant - instants[0] for instant in instants)])
    path = st.sampled_from(paths)
    conditions = st.one_of(
        st.builds(MetadataFilter, path, st.sampled_from(COMPARISONS), st.sampled_from(values)),
        st.builds(MetadataFilter, path, st.just(MetadataOperator.IN), st.lists(st.sampled_from(values), max_size=3)),
        st.builds(MetadataFilter, path, st.sampled_from((MetadataOperator.EXISTS, MetadataOperator.MISSING))),
    )
    single = st.one_of(
        *(
            st.builds(_with(name), values_of)
            for name, values_of in {
                "ids": some_ids,
                "status": st.lists(st.sampled_from(RunStatus), max_size=3).map(tuple),
                "tags": st.builds(TagFilter, some_tags, some_tags, some_tags, st.none() | st.sampled_from(texts)),
                "name_contains": st.sampled_from(texts),
                "parent_id": st.sampled_from(ids),
                "is_root": st.booleans(),
                "ancestor_id": st.sampled_from(ids),
                "dataset_id": st.sampled_from(texts),
                "target_type": st.sampled_from(TargetType),
                "target_id": st.sampled_from(texts),
                "plan_id": st.sampled_from(ids),
                "created_at": ranges,
                "updated_at": ranges,
                "finished_at": ranges,
                "started_at": ranges,
                "duration": st.builds(InstantRange, lengths, lengths),
                "has_error": st.booleans(),
                "last_activity_at": ranges,
                "trace_id": st.sampled_from(texts),
                "has_dataset": st.booleans(),
                "dataset_status": st.lists(st.sampled_from(DatasetRunStatus), max_size=3).map(tuple),
                "metadata": st.lists(conditions, max_size=2).map(tuple),
            }.items()
        )
    )
    return st.recursive(
        single,
        lambda inner: st.one_of(
            st.builds(
                lambda first, second: RunFilter(status=first.status, tags=first.tags, and_=(second,)), single, inner
            ),
            st.lists(inner, max_size=3).map(lambda parts: RunFilter(and_=tuple(parts))),
            st.lists(inner, max_size=3).map(lambda parts: RunFilter(or_=tuple(parts))),
            inner.map(lambda part: RunFilter(not_=part)),
        ),
        max_leaves=5,
    )


def _with(name: str) -> Callable[[object], RunFilter]:
    return lambda value: RunFilter(**{name: value})  # type: ignore[arg-type]

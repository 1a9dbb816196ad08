from decimal import Decimal

import pytest
import pytest_asyncio
from hypothesis import given

from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.instants import SECOND
from runindex.domain.json_text import JsonValue
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.dataset import DatasetRunStatus
from runindex.domain.runs.filters import (
    EVERYTHING,
    UNARCHIVED,
    InstantRange,
    MetadataFilter,
    MetadataOperator,
    RunFilter,
    TagFilter,
    only_status,
    visible,
)
from runindex.domain.runs.run import TargetType
from runindex.ports.store import Store
from tests.support.clock import START, StandingClock
from tests.support.data.population import GONE, IDS, NOBODY, PLAN, VALUES, populate
from tests.support.drawn.effort import tries
from tests.support.drawn.filters import COMPARISONS, matching_ids, metadata, run_filters
from tests.support.stores import listed, listed_ids

pytestmark = pytest.mark.asyncio

HOUR = 3600 * SECOND
STATUSES = tuple(RunStatus)
EQ, NE, LT, LTE, GT, GTE, IN, EXISTS, MISSING = MetadataOperator


def f(**conditions: object) -> RunFilter:
    return RunFilter(**conditions)  # type: ignore[arg-type]


def tags(**conditions: object) -> RunFilter:
    return RunFilter(tags=TagFilter(**conditions))  # type: ignore[arg-type]


def path(*segments: str) -> tuple[str, ...]:
    return segments


FILTERS = {
    "everything": [EVERYTHING, f(), UNARCHIVED, visible(None), visible(f())],
    "ids": [f(ids=()), f(ids=IDS[:1]), f(ids=IDS[::3]), f(ids=(NOBODY,)), f(ids=(*IDS[3:5], NOBODY, DEFAULT_RUN))],
    "many-ids": [f(ids=tuple(f"{IDS[0][:-4]}{number:04x}" for number in range(3000)))],
    "status": [
        f(status=()),
        *(f(status=(status,)) for status in STATUSES),
        f(status=STATUSES),
        f(status=STATUSES[::2]),
    ],
    "status-twice": [
        f(status=(RunStatus.PAUSED, RunStatus.PAUSED)),
        f(status=STATUSES[:2], and_=(f(status=STATUSES[1:]),)),
    ],
    "visible": [visible(f(status=(status,))) for status in STATUSES],
    "visible-deep": [
        visible(f(tags=TagFilter(any=("archived", "a")))),
        visible(f(tags=TagFilter(any=("archived", "a")), include_archived=True)),
        visible(f(or_=(f(status=(RunStatus.ARCHIVED,)), f(name_contains="n")))),
        visible(f(not_=f(status=(RunStatus.ARCHIVED,)))),
        visible(f(and_=(f(include_archived=True),))),
    ],
    "all-tags": [
        tags(all=()),
        tags(all=("a",)),
        tags(all=("a", "b")),
        tags(all=("b", "a", "a")),
        tags(all=("a", "no")),
    ],
    "any-tag": [tags(any=()), tags(any=("a",)), tags(any=("a", "b")), tags(any=("no", "x")), tags(any=("no",))],
    "no-tag": [tags(none=()), tags(none=("a",)), tags(none=("a", "b", "late")), tags(none=("no",))],
    "tag-prefix": [
        tags(prefix=prefix) for prefix in ("", "a", "ar", "x", "x_", "x__y", "A", "ü", "%", "_", "\\", "🛷", "no")
    ],
    "exact-tags": [tags(any=(tag,)) for tag in ("x", "x__y", "%", "_", "\\", "A", "a", "ünï ☃", "🛷", "")],
    "tags-together": [tags(all=("a",), none=("b",)), tags(any=("a", "x"), prefix="x"), tags(all=(), any=(), none=())],
    "name": [
        f(name_contains=part)
        for part in (
            "nightly",
            "NIGHTLY",
            "build 2",
            "%",
            "_",
            "\\",
            "100% _",
            "ärger",
            "ÄRGER",
            "i̇stanbul",
            "straße",
            "STRASSE",
            "🛷",
            " ",
            "zz",
            "",
        )
    ],
    "parent": [f(parent_id=parent) for parent in (IDS[0], IDS[1], IDS[4], GONE, NOBODY, DEFAULT_RUN)],
    "root": [f(is_root=True), f(is_root=False), f(is_root=True, parent_id=IDS[0])],
    "ancestor": [
        f(ancestor_id=above) for above in (IDS[0], IDS[1], IDS[3], IDS[9], IDS[12], GONE, NOBODY, DEFAULT_RUN)
    ],
    "ancestors-in-logic": [
        f(not_=f(ancestor_id=IDS[0])),
        f(or_=(f(ancestor_id=IDS[9]), f(ancestor_id=IDS[4]))),
        f(ancestor_id=IDS[0], not_=f(ancestor_id=IDS[3])),
        f(ancestor_id=IDS[0], status=(RunStatus.FAILED, RunStatus.ARCHIVED)),
    ],
    "dataset": [f(dataset_id=text) for text in ("questions", "answers", "Questions", "no")],
    "target": [
        *(f(target_type=target) for target in TargetType),
        f(target_id="agent-1"),
        f(target_id="agent-2", dataset_id="questions", target_type=TargetType.AGENT),
        f(target_id="agent-2", dataset_id="answers"),
    ],
    "any-dataset": [f(has_dataset=True), f(has_dataset=False), f(has_dataset=True, dataset_id="no")],
    "dataset-status": [
        f(dataset_status=()),
        *(f(dataset_status=(status,)) for status in DatasetRunStatus),
        f(dataset_status=(DatasetRunStatus.PENDING, DatasetRunStatus.FAILED)),
        f(dataset_status=tuple(DatasetRunStatus)),
        f(not_=f(dataset_status=(DatasetRunStatus.RUNNING,))),
        visible(f(dataset_status=(DatasetRunStatus.CANCELLED,))),
    ],
    "trace": [f(trace_id=text) for text in ("trace", "TRACE", "trac", "no")],
    "no-trace": [f(not_=f(trace_id="trace"))],
    "plan": [f(plan_id=PLAN), f(plan_id=NOBODY)],
    "created": [
        f(created_at=InstantRange()),
        f(created_at=InstantRange(start=START + 3 * HOUR)),
        f(created_at=InstantRange(end=START + 3 * HOUR)),
        f(created_at=InstantRange(START + 2 * HOUR, START + 3 * HOUR)),
        f(created_at=InstantRange(START + 3 * HOUR, START + 2 * HOUR)),
        f(created_at=InstantRange(START + 2 * HOUR, START + 2 * HOUR + 1)),
    ],
    "updated": [f(updated_at=InstantRange(START + hours * HOUR, START + 12 * HOUR)) for hours in range(0, 14, 2)],
    "finished": [
        f(finished_at=InstantRange()),
        f(finished_at=InstantRange(start=START)),
        f(finished_at=InstantRange(end=START)),
        f(not_=f(finished_at=InstantRange(start=START))),
        f(finished_at=InstantRange(start=START + 11 * HOUR, end=START + 11 * HOUR + 600 * SECOND)),
    ],
    "started": [
        f(started_at=InstantRange()),
        f(started_at=InstantRange(start=START + 13 * HOUR)),
        f(started_at=InstantRange(end=START + 11 * HOUR)),
        f(not_=f(started_at=InstantRange())),
    ],
    "duration": [
        f(duration=InstantRange()),
        f(duration=InstantRange(start=0)),
        f(duration=InstantRange(end=0)),
        *(f(duration=InstantRange(hours * HOUR, (hours + 2) * HOUR)) for hours in range(0, 12, 2)),
        f(not_=f(duration=InstantRange(end=9 * HOUR))),
    ],
    "error": [f(has_error=True), f(has_error=False), f(not_=f(has_error=True)), visible(f(has_error=True))],
    "metadata-path": [
        *(
            metadata(text, op)
            for op in (EXISTS, MISSING)
            for text in ("v", "deep.v", "model.name", "model.no", "v.m", "v.0")
        ),
        *(
            f(metadata=(MetadataFilter(path(*keys), EXISTS),))
            for keys in (("a.b",), ("a", "b"), ("",), ("", ""), ("\\",))
        ),
        f(metadata=(MetadataFilter(path("a.b"), EQ, 1),)),
        f(metadata=(MetadataFilter(path("a", "b"), EQ, 2),)),
        f(metadata=(MetadataFilter(path("", ""), EQ, 3),)),
        f(metadata=(MetadataFilter(path("\\"), GT, 3),)),
        f(metadata=()),
    ],
    "metadata-together": [
        f(metadata=(MetadataFilter(("model", "name"), EQ, "gpt-4"), MetadataFilter(("model", "size"), GT, 8))),
        f(metadata=(MetadataFilter(("v",), EQ, 1), MetadataFilter(("deep", "v"), EQ, 1))),
        f(metadata=(MetadataFilter(("v",), EQ, 1), MetadataFilter(("v",), EQ, 2))),
    ],
    "metadata-in": [
        metadata("v", IN, []),
        metadata("v", IN, [1]),
        metadata("v", IN, [1, "1", True, None]),
        metadata("v", IN, [[], {}, [1, {"a": 2}]]),
        metadata("v", IN, list(VALUES)),
        metadata("deep.v", IN, [0, 0.1, 2**53]),
    ],
    "logic": [
        f(and_=()),
        f(or_=()),
        f(not_=f()),
        f(not_=f(or_=())),
        f(and_=(f(tags=TagFilter(any=("a",))), f(tags=TagFilter(any=("b",))))),
        f(or_=(f(tags=TagFilter(any=("a",))), f(tags=TagFilter(any=("b",))))),
        f(or_=(f(ids=()), f(or_=(f(status=(RunStatus.PAUSED,)),)))),
        f(status=(RunStatus.FAILED,), or_=(f(name_contains="ä"), f(is_root=True)), not_=f(dataset_id="no")),
        f(not_=f(not_=f(not_=f(name_contains="n")))),
        f(not_=f(dataset_id="questions")),
        f(not_=f(parent_id=IDS[0])),
        f(not_=f(plan_id=PLAN)),
        f(not_=f(target_type=TargetType.AGENT)),
        f(not_=metadata("v", NE, 1)),
        f(not_=metadata("v", LT, 1)),
        f(not_=metadata("v", IN, [1])),
        f(not_=tags(prefix="a")),
    ],
}
EDGES = (1, 0, 1.0000001, 2**53, 2**53 + 1, 2**53 + 2, 10**30, 10**300, Decimal("1E-400"), Decimal("0.10"), 0.1, -1)
OTHERS: tuple[JsonValue, ...] = (
    "",
    "1",
    "Zebra",
    "apfel",
    "äpfel",
    "\U0010ffff",
    "\ue000",
    True,
    False,
    None,
    [],
    [1, {"a": 2.0}],
    {},
    {"m": 1},
)
FILTERS |= {f"metadata-{op}": [metadata("v", op, value) for value in (*EDGES, *OTHERS)] for op in COMPARISONS}
FILTERS["metadata-key-order"] = [metadata("v", op, {"k": [None], "m": 1.0}) for op in COMPARISONS]


@pytest_asyncio.fixture
async def filled(store: Store, clock: StandingClock) -> Store:
    await populate(store, clock)
    return store


@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS)
async def test_a_filter_lists_and_counts_the_runs_it_describes(filled: Store, filters: list[RunFilter]) -> None:
    runs = await listed(filled)
    assert len(runs) == len(IDS) + 1
    for run_filter in filters:
        expected = matching_ids(runs, run_filter)
        assert await listed_ids(filled, run_filter) == expected, run_filter
        assert await filled.count_runs(run_filter) == len(expected), run_filter


@tries(150)
@given(
    run_filter=run_filters(
        ids=(*IDS[:13], GONE, NOBODY, PLAN, DEFAULT_RUN),
        instants=[START + hours * HOUR // 2 for hours in range(26)],
        texts=("a", "b", "x", "A", "_", "n", "build", "questions", "agent-1", "archived"),
        paths=(("v",), ("deep", "v"), ("model", "name"), ("model",), ("v", "m"), ("a.b",)),
        values=(*VALUES, 2, "gpt-4o"),
    )
)
async def test_any_filter_means_the_same_to_the_storage_and_the_domain(filled: Store, run_filter: RunFilter) -> None:
    expected = matching_ids(await listed(filled), run_filter)
    assert await listed_ids(filled, run_filter) == expected
    assert await filled.count_runs(run_filter) == len(expected)


async def test_counts_by_status_alone_are_those_of_the_list(filled: Store) -> None:
    for run_filter in (f(status=STATUSES[:3]), UNARCHIVED, EVERYTHING, visible(f(status=STATUSES[2:]))):
        assert only_status(run_filter) is not None
        assert await filled.count_runs(run_filter) == len(await listed_ids(filled, run_filter))

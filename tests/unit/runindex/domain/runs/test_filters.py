from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    metadata_matches,
    only_status,
    parse_path,
    predicate,
    uses_ancestor,
    visible,
)
from runindex.domain.runs.run import DatasetLink, Run, TargetType
from tests.support.drawn.filters import path_text
from tests.support.drawn.mutations import any_filter

RUN = Run(
    id="r",
    incarnation=1,
    created_at=100,
    updated_at=200,
    status=RunStatus.COMPLETED,
    name="Nightly Straße",
    tags=("a", "x__y"),
    metadata='{"v":2,"model":{"name":"gpt-4o"},"a.b":1,"list":[{"k":1}],"null":null}',
    finished_at=200,
    outcome=RunStatus.COMPLETED,
    parent_id="p",
    plan_id="plan",
    dataset=DatasetLink("d", 0, TargetType.AGENT, "t", 1),
    trace_id="t-1",
)
BARE = Run(id="b", incarnation=2, created_at=100, updated_at=100)

HOLDS = {
    "nothing-asked": RunFilter(),
    "ids": RunFilter(ids=("q", "r")),
    "status": RunFilter(status=(RunStatus.COMPLETED,)),
    "name": RunFilter(name_contains="NIGHT"),
    "name-folded": RunFilter(name_contains="STRAßE"),
    "empty-name": RunFilter(name_contains=""),
    "parent": RunFilter(parent_id="p"),
    "not-root": RunFilter(is_root=False),
    "dataset": RunFilter(dataset_id="d", target_id="t", target_type=TargetType.AGENT),
    "plan": RunFilter(plan_id="plan"),
    "created-from": RunFilter(created_at=InstantRange(100, 101)),
    "finished": RunFilter(finished_at=InstantRange()),
    "all-tags": RunFilter(tags=TagFilter(all=("x__y", "a"))),
    "no-tags-needed": RunFilter(tags=TagFilter(all=())),
    "any-tag": RunFilter(tags=TagFilter(any=("z", "a"))),
    "no-tag": RunFilter(tags=TagFilter(none=("x", "A"))),
    "prefix": RunFilter(tags=TagFilter(prefix="x_")),
    "empty-prefix": RunFilter(tags=TagFilter(prefix="")),
    "and": RunFilter(and_=(RunFilter(ids=("r",)), RunFilter(plan_id="plan"))),
    "or": RunFilter(or_=(RunFilter(ids=()), RunFilter(plan_id="plan"))),
    "not": RunFilter(not_=RunFilter(ids=())),
    "trace": RunFilter(trace_id="t-1"),
    "any-dataset": RunFilter(has_dataset=True),
    "dataset-status": RunFilter(dataset_status=(DatasetRunStatus.PENDING, DatasetRunStatus.COMPLETED)),
}
FAILS = {
    "no-ids": RunFilter(ids=()),
    "no-status": RunFilter(status=()),
    "no-or": RunFilter(or_=()),
    "name": RunFilter(name_contains="strasse"),
    "root": RunFilter(is_root=True),
    "dataset": RunFilter(dataset_id="d", target_id="other"),
    "created-until": RunFilter(created_at=InstantRange(None, 100)),
    "created-from": RunFilter(created_at=InstantRange(101)),
    "all-tags": RunFilter(tags=TagFilter(all=("a", "x"))),
    "no-any": RunFilter(tags=TagFilter(any=())),
    "none": RunFilter(tags=TagFilter(none=("z", "a"))),
    "case": RunFilter(tags=TagFilter(prefix="A")),
    "together": RunFilter(ids=("r",), plan_id="other"),
    "trace": RunFilter(trace_id="T-1"),
    "any-dataset": RunFilter(has_dataset=False),
    "dataset-status": RunFilter(dataset_status=(DatasetRunStatus.PENDING, DatasetRunStatus.RUNNING)),
    "no-dataset-status": RunFilter(dataset_status=()),
    "not": RunFilter(not_=RunFilter()),
}


@pytest.mark.parametrize("name", HOLDS)
def test_a_filter_that_holds(name: str) -> None:
    assert predicate(HOLDS[name])(RUN)


@pytest.mark.parametrize("name", FAILS)
def test_a_filter_that_does_not(name: str) -> None:
    assert not predicate(FAILS[name])(RUN)


def test_what_a_run_lacks_meets_no_condition_but_not() -> None:
    for asked in (
        RunFilter(name_contains=""),
        RunFilter(parent_id=""),
        RunFilter(dataset_id=""),
        RunFilter(target_type=TargetType.AGENT),
        RunFilter(finished_at=InstantRange()),
        RunFilter(tags=TagFilter(prefix="")),
    ):
        assert not predicate(asked)(BARE)
        assert predicate(RunFilter(not_=asked))(BARE)


def test_runs_below_another_need_the_hierarchy() -> None:
    asked = RunFilter(or_=(RunFilter(not_=RunFilter(ancestor_id="p")),))
    assert uses_ancestor(asked)
    assert not uses_ancestor(RunFilter(parent_id="p", or_=(UNARCHIVED,)))
    assert predicate(RunFilter(ancestor_id="p"), lambda run, above: run.parent_id == above)(RUN)
    with pytest.raises(ValueError, match="hierarchy"):
        predicate(asked)


EQ, NE, LT, LTE, GT, GTE, IN, EXISTS, MISSING = MetadataOperator
METADATA: list[tuple[str, MetadataOperator, JsonValue, bool]] = [
    ("v", EQ, 2, True),
    ("v", EQ, 2.0, True),
    ("v", EQ, "2", False),
    ("v", NE, 3, True),
    ("v", NE, 2.0, False),
    ("no", NE, 3, False),
    ("no", EQ, None, False),
    ("null", EQ, None, True),
    ("null", EXISTS, None, True),
    ("null", LTE, None, False),
    ("v", LT, 3, True),
    ("v", LT, 2, False),
    ("v", LTE, 2.0, True),
    ("v", GT, 1.5, True),
    ("v", GTE, 2, True),
    ("v", GT, "1", False),
    ("v", GT, True, False),
    ("v", GT, None, False),
    ("model.name", GT, "gpt", True),
    ("model.name", LT, "gpt-4p", True),
    ("model.name", LT, 5, False),
    ("model", EQ, {"name": "gpt-4o"}, True),
    ("model", GT, {}, False),
    ("model.name.x", EXISTS, None, False),
    ("model.name.x", MISSING, None, True),
    ("list.0", EXISTS, None, False),
    ("list.k", EXISTS, None, False),
    ("list", EQ, [{"k": 1.0}], True),
    ("list", IN, [1, [{"k": 1}]], True),
    ("v", IN, [], False),
    ("v", IN, ["2", 2.0], True),
    ("v", MISSING, None, False),
    ("no", MISSING, None, True),
    ("a.b", EXISTS, None, False),
    ("a\\.b", EXISTS, None, True),
]


@pytest.mark.parametrize(("path", "op", "value", "holds"), METADATA)
def test_metadata_conditions(path: str, op: MetadataOperator, value: JsonValue, *, holds: bool) -> None:
    assert metadata_matches(RUN.metadata, MetadataFilter(parse_path(path), op, value)) is holds


@pytest.mark.parametrize("op", MetadataOperator)
def test_without_metadata_everything_is_missing(op: MetadataOperator) -> None:
    assert metadata_matches(None, MetadataFilter(("v",), op, [])) is (op is MISSING)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a", ("a",)),
        ("a.b.c", ("a", "b", "c")),
        ("a\\.b.c", ("a.b", "c")),
        ("a\\b", ("a\\b",)),
        ("a\\\\.b", ("a\\", "b")),
        ("a\\\\\\.b", ("a\\.b",)),
        ("\\\\\\\\n", ("\\\\n",)),
        (".a..b", ("", "a", "", "b")),
        ('"0"', ('"0"',)),
        ("", ("",)),
        (".", ("", "")),
        ("a.", ("a", "")),
        ("a\\", ("a\\",)),
        ("\\.", (".",)),
        (" a . b ", (" a ", " b ")),
    ],
)
def test_paths_are_split_at_their_dots(text: str, path: tuple[str, ...]) -> None:
    assert parse_path(text) == path


@given(st.lists(st.text(st.sampled_from(["a", ".", "\\", '"', "$", "0", " "]) | st.characters()), min_size=1))
def test_each_list_of_keys_has_a_path(keys: list[str]) -> None:
    assert parse_path(path_text(keys)) == tuple(keys)


ARCHIVED_RUN = replace(RUN, status=RunStatus.ARCHIVED)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        (None, False),
        (RunFilter(), False),
        (RunFilter(ids=("r",)), False),
        (RunFilter(include_archived=True), True),
        (RunFilter(status=(RunStatus.ARCHIVED,)), True),
        (RunFilter(or_=(RunFilter(status=tuple(RunStatus)), RunFilter(ids=()))), True),
        (RunFilter(not_=RunFilter(status=(RunStatus.ARCHIVED,))), False),
        (RunFilter(not_=RunFilter(not_=RunFilter(status=(RunStatus.ARCHIVED,)))), True),
        (RunFilter(and_=(RunFilter(include_archived=True),)), False),
    ],
    ids=["none", "empty", "ids", "included", "named", "named-deep", "named-not", "named-not-not", "included-deep"],
)
def test_archived_runs_are_hidden_unless_asked_for(asked: RunFilter | None, *, shown: bool) -> None:
    assert predicate(visible(asked))(ARCHIVED_RUN) is shown
    # Other runs are shown or not as the filter itself says.
    if asked is not None:
        assert predicate(visible(asked))(RUN) is predicate(asked)(RUN)


@given(any_filter())
def test_only_status_is_never_wrong(asked: RunFilter) -> None:
    statuses = only_status(asked)
    if statuses is not None:
        matches = predicate(asked)
        assert [status for status in RunStatus if matches(replace(RUN, status=status))] == [
            status for status in RunStatus if status in statuses
        ]


def test_only_status_knows_what_lists_ask_for() -> None:
    assert only_status(EVERYTHING) == tuple(RunStatus)
    assert only_status(visible(None)) == tuple(RunStatus)[:5]
    assert only_status(visible(RunFilter(status=(RunStatus.FAILED,)))) == (RunStatus.FAILED,)
    assert only_status(visible(RunFilter(ids=("r",)))) is None


def test_conditions_that_were_added_show_only_where_they_are_used() -> None:
    """The text binds cursors of lists: one given out before the conditions were there must still be taken."""
    shown = repr(RunFilter(ids=("r",), not_=RunFilter()))
    assert "trace_id" not in shown
    assert shown.startswith("RunFilter(ids=('r',), status=None, include_archived=False, ")
    assert shown.endswith("or_=None, not_=None))")
    assert repr(RunFilter(trace_id="t", has_dataset=False)).endswith("not_=None, trace_id='t', has_dataset=False)")
    assert repr(RunFilter(dataset_status=())) != repr(RunFilter())

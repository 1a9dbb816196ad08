import json

import pytest

from runindex.commands import AnnotateResult
from runindex.commands.outcomes import ResultAnnotated
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import ConstraintReason, NotFound, ProblemError, VersionConflict
from runindex.domain.records.events import RESULT_STREAM, Event
from runindex.domain.records.results import MAX_LABELS, Result, decode_labels
from runindex.ports.maintenance import Storage
from runindex.ports.record_lists import HasText
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import A, create, move
from tests.support.data.maintenance import ODD, faults
from tests.support.records import (
    R1,
    annotate,
    assert_refused,
    delete_results,
    done,
    everything,
    gained,
    listed_of,
    record,
    recorded,
    result_of,
)
from tests.support.stores import apply, do, get, log_of, made

pytestmark = pytest.mark.asyncio

ACTIVE, PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED = RunStatus


@pytest.mark.parametrize("status", [ACTIVE, PAUSED, COMPLETED, FAILED, CANCELLED])
async def test_remarks_and_labels_are_merged_in_every_status_but_archived(
    storage: Storage, clock: StandingClock, status: RunStatus
) -> None:
    await done(storage, create(A), record(A, id=R1, output=ODD))
    if status is not ACTIVE:
        await made(storage, move(A, status))
    before = await result_of(storage, R1)
    run, log = await get(storage, A), await log_of(storage)
    await done(storage, annotate(A, patch={"by": "ann", "note": {"a": 1, "b": 2}}, add_labels=("x", "y", "x")))
    now = clock.advance()
    patch = {"note": {"a": None, "c": ODD}, "by": None}
    outcome = await gained(
        storage,
        annotate(A, patch=patch, add_labels=("z", "y"), remove_labels=("x", "q"), expected_version=1, reason="why"),
        ResultAnnotated,
    )
    after = outcome.result
    assert outcome.version == after.annotation_version == 2
    assert json.loads(after.annotations or "")["note"]["b"] == 2
    assert "0.10" in (after.annotations or "")
    assert (decode_labels(after.labels), after.annotated_at) == (("y", "z"), now)
    assert before is not None
    assert (after.output, after.scores, after.recorded_scores) == (before.output, before.scores, None)
    assert await result_of(storage, R1) == after
    assert (await get(storage, A), await log_of(storage)) == (run, log)
    events = await listed_of(storage, A, Event)
    assert [event.stream for event in events] == [RESULT_STREAM] * 2
    assert json.loads(events[1].payload) == {
        "change": "ANNOTATED",
        "version": 2,
        "resultId": R1,
        "itemId": "item-1",
        "retryCount": 0,
        "reason": "why",
    }
    assert await faults(storage) == []


async def test_an_archived_run_takes_none(store: Store) -> None:
    await done(store, create(A), record(A), move(A, ARCHIVED))
    before = await everything(store)
    assert_refused(await do(store, annotate(A, patch={"a": 1})), ConstraintReason.RUN_CLOSED)
    assert await do(store, annotate(A, patch={"a": 1}, expected_version=1)) == VersionConflict(1, 0)
    assert await everything(store) == before


async def test_of_two_with_one_expected_version_one_wins(store: Store) -> None:
    await done(store, create(A), record(A))
    first, second = await apply(
        store,
        annotate(A, patch={"a": 1}, expected_version=0),
        annotate(A, patch={"b": 1}, expected_version=0),
    )
    assert isinstance(first, ResultAnnotated)
    assert second == VersionConflict(0, 1)
    (result,) = await listed_of(store, A, Result)
    assert (result.annotations, result.annotation_version) == ('{"a":1}', 1)


async def test_labels_alone_leave_annotations_null_and_the_last_label_may_go(store: Store) -> None:
    await done(store, create(A), record(A), annotate(A, add_labels=("x",)))
    (result,) = await listed_of(store, A, Result)
    assert (result.annotations, decode_labels(result.labels)) == (None, ("x",))
    await done(store, annotate(A, remove_labels=("x",)))
    (result,) = await listed_of(store, A, Result)
    assert (result.labels, result.annotation_version) == (None, 2)
    await done(store, annotate(A, patch={}, add_labels=("x",), remove_labels=("x",)))
    (result,) = await listed_of(store, A, Result)
    assert (result.annotations, decode_labels(result.labels)) == ("{}", ("x",))


async def test_results_are_found_by_a_label(store: Store) -> None:
    labels = ("good", 'a"b', "\\", "[", "ü,", '","', "🛷")
    await done(store, create(A), *(record(A, f"item-{number}") for number in range(len(labels))), record(A, "none"))
    await done(store, *(annotate(A, f"item-{number}", add_labels=(label,)) for number, label in enumerate(labels)))
    for number, label in enumerate(labels):
        (found,) = await listed_of(store, A, Result, HasText("labels", label))
        assert found.item_id == f"item-{number}"
    for none in ("goo", "a", "b", '"', "", "GOOD", ","):
        assert await listed_of(store, A, Result, HasText("labels", none)) == []


async def test_annotations_go_with_their_results_and_a_key_says_so(store: Store) -> None:
    await done(store, create(A), record(A))
    command = annotate(A, patch={"a": 1}, idempotency_key="k")
    first = await gained(store, command, ResultAnnotated)
    await done(store, annotate(A, patch={"b": 1}))
    again = await gained(store, command, ResultAnnotated)
    assert (first.version, again.version, again.replayed) == (1, 1, True)
    assert again.result.annotation_version == 2
    assert (await recorded(store, record(A))).replayed
    await done(store, delete_results(A), record(A))
    (result,) = await listed_of(store, A, Result)
    assert (result.annotations, result.annotation_version) == (None, 0)
    # The new result has the old one's attempt, but is of another generation.
    assert isinstance(await do(store, command), NotFound)


async def test_annotations_have_bounds(store: Store) -> None:
    await done(store, create(A), record(A))
    long = "x" * (200 * 1024)
    await done(store, annotate(A, patch={"a": long}, add_labels=tuple(map(str, range(MAX_LABELS)))))
    assert_refused(await do(store, annotate(A, patch={"b": long})), ConstraintReason.LIMIT_EXCEEDED)
    assert_refused(await do(store, annotate(A, add_labels=("more",))), ConstraintReason.LIMIT_EXCEEDED)
    await done(store, annotate(A, patch={"a": None, "b": long}, add_labels=("more",), remove_labels=("7",)))


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({}, "patch"),
        ({"patch": [1]}, "patch"),
        ({"patch": "text"}, "patch"),
        ({"add_labels": ("",)}, "add_labels.0"),
        ({"add_labels": ("a", "x" * 257)}, "add_labels.1"),
        ({"remove_labels": ("\0",)}, "remove_labels.0"),
        ({"patch": {}, "reason": "x" * 1001}, "reason"),
    ],
)
async def test_a_wrong_input_names_its_field(fields: dict[str, object], path: str) -> None:
    with pytest.raises(ProblemError) as refusal:
        AnnotateResult(mutation="annotateResult", result_id=R1, **fields).checked()  # type: ignore[arg-type]
    assert getattr(refusal.value.problem, "field", None) == path

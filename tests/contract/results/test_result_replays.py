from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from runindex.commands import AnyCommand
from runindex.commands.outcomes import ResultRecorded
from runindex.domain.instants import SECOND
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import (
    ConstraintReason,
    IdempotencyConflict,
    NotFound,
)
from runindex.domain.records.results import Item, Score
from runindex.ports.store import Store
from tests.support.clock import START, StandingClock
from tests.support.commands import A, B, create, delete, move
from tests.support.records import (
    R1,
    R2,
    R4,
    assert_refused,
    delete_results,
    done,
    entry,
    everything,
    find_record,
    record,
    record_all,
    recorded,
    recorded_all,
    result_counts,
)
from tests.support.stores import apply, do, get, made

pytestmark = pytest.mark.asyncio

ACTIVE, PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED = RunStatus
KEY = "key-1"
CLOSED = (COMPLETED, FAILED, CANCELLED, ARCHIVED)

SENT: dict[str, Any] = {
    "id": R1,
    "item_version": START,
    "input": {"a": 1, "b": [1.5, {"c": 2, "d": "x"}]},
    "output": {"n": 10},
    "expected_output": [],
    "latency": 2.0,
    "error": "x",
    "scores": (Score("s", 1.0, "r", "e"), Score("t", None)),
}

SAME: dict[str, dict[str, Any]] = {
    "as-it-was": {},
    "without-id": {"id": None},
    "id-in-another-form": {"id": f"{{{R1.upper()}}}"},
    "key-order": {"input": {"b": [1.5, {"d": "x", "c": 2}], "a": 1}},
    "whole-as-fraction": {"input": {"a": 1.0, "b": [Decimal("1.50"), {"c": Decimal("2E0"), "d": "x"}]}},
    "exponent": {"output": {"n": Decimal("1E+1")}},
    "latency-as-integer": {"latency": 2},
    "scores-as-integer": {"scores": (Score("s", 1, "r", "e"), Score("t", None))},
    "reason": {"reason": "sent again"},
    "another-caller": {"actor": "ann"},
}


@pytest.mark.parametrize("name", SAME)
async def test_the_same_attempt_again_is_answered_with_what_is_stored(
    store: Store, clock: StandingClock, name: str
) -> None:
    await made(store, create(A))
    first = await recorded(store, record(A, **SENT))
    assert not first.replayed
    before = await everything(store)
    clock.advance()
    again = record(A, **(SENT | SAME[name]))
    assert await recorded(store, again) == replace(first, replayed=True)
    assert await apply(store, again, again) == [replace(first, replayed=True)] * 2
    assert await everything(store) == before


OTHER: dict[str, dict[str, Any]] = {
    "id": {"id": R2},
    "item-version": {"item_version": START + 1},
    "no-item-version": {"item_version": None},
    "input": {"input": {"a": 1}},
    "no-input": {"input": None},
    "text-for-number": {"output": {"n": "10"}},
    "true-for-one": {"output": {"n": True}},
    "list-order": {"input": {"a": 1, "b": [{"c": 2, "d": "x"}, 1.5]}},
    "close-number": {"output": {"n": Decimal("10.00000000000000000000001")}},
    "expected-output": {"expected_output": {}},
    "latency": {"latency": 2.5},
    "error": {"error": "y"},
    "no-error": {"error": None},
    "started-at": {"started_at": START - 1, "completed_at": START + SECOND},
    "completed-at": {"completed_at": START + SECOND + 1},
    "score-value": {"scores": (Score("s", 0.5, "r", "e"), Score("t", None))},
    "score-reason": {"scores": (Score("s", 1.0, "other", "e"), Score("t", None))},
    "fewer-scores": {"scores": (Score("s", 1.0, "r", "e"),)},
}


async def test_the_same_attempt_with_other_content_is_refused_in_every_status(store: Store) -> None:
    await made(store, create(A))
    await recorded(store, record(A, **SENT))
    others = {name: record(A, **(SENT | fields)) for name, fields in OTHER.items()}
    for status in (None, COMPLETED, ARCHIVED):
        if status is not None:
            await made(store, move(A, status))
        before = await everything(store)
        outcomes = await apply(store, *others.values())
        for name, outcome in zip(others, outcomes, strict=True):
            assert (name, getattr(outcome, "reason", outcome)) == (name, ConstraintReason.DUPLICATE_RESULT)
        assert await everything(store) == before


async def test_the_same_attempt_under_another_id_is_refused_for_its_id(store: Store) -> None:
    await made(store, create(A))
    stored = (await recorded(store, record(A, **SENT))).result
    for fields, words in ((SENT, "another id"), (SENT | {"output": "other"}, "other content")):
        outcome = await do(store, record(A, **(fields | {"id": R4})))
        assert_refused(outcome, ConstraintReason.DUPLICATE_RESULT)
        assert words in getattr(outcome, "message", "")
        assert (stored.id in getattr(outcome, "message", "")) is (words == "another id")
    assert (await recorded(store, record(A, **(SENT | {"id": stored.id})))).replayed


async def test_an_empty_error_is_an_error(store: Store) -> None:
    await made(store, create(A))
    first = await recorded(store, record(A, error=""))
    assert first.result.error == ""
    assert await result_counts(store, A) == (1, 1, 0, 1)
    assert_refused(await do(store, record(A)), ConstraintReason.DUPLICATE_RESULT)


async def test_a_true_is_no_one_and_a_null_is_no_absence_inside(store: Store) -> None:
    await made(store, create(A))
    await recorded(store, record(A, input={"a": 1}))
    for value in ({"a": True}, {"a": 1, "b": None}, {"a": [1]}, [{"a": 1}], {"A": 1}):
        assert_refused(await do(store, record(A, input=value)), ConstraintReason.DUPLICATE_RESULT)
    assert (await recorded(store, record(A, input={"a": 1.0}))).replayed


@pytest.mark.parametrize("status", CLOSED)
async def test_a_closed_run_answers_what_it_has_and_takes_nothing_new(store: Store, status: RunStatus) -> None:
    await made(store, create(A))
    first = await recorded(store, record(A, output=1))
    await made(store, move(A, status))
    before = await everything(store)
    assert await recorded(store, record(A, output=1.0)) == replace(first, replayed=True)
    for command in (record(A, "other"), record(A, output=1, retry_count=1)):
        assert_refused(await do(store, command), ConstraintReason.RUN_CLOSED)
    bulk = await recorded_all(store, entry(A, output=1), entry(A, "other"), entry(A, output=2))
    again, closed, other = bulk.outcomes
    assert again == replace(first, replayed=True)
    assert_refused(closed, ConstraintReason.RUN_CLOSED)
    assert_refused(other, ConstraintReason.DUPLICATE_RESULT)
    assert await everything(store) == before


async def test_a_key_answers_the_result_again(store: Store) -> None:
    await made(store, create(A))
    first = await recorded(store, record(A, idempotency_key=KEY))
    before = await everything(store)
    assert await recorded(store, record(A, idempotency_key=KEY)) == replace(first, replayed=True)
    conflict = await do(store, record(A, "other", idempotency_key=KEY))
    assert conflict == IdempotencyConflict(KEY)
    assert await everything(store) == before


@pytest.mark.parametrize("at_once", [False, True], ids=["later", "in-one-batch"])
async def test_a_replay_of_a_deleted_result_finds_nothing(store: Store, *, at_once: bool) -> None:
    await made(store, create(A))
    command = record(A, idempotency_key=KEY)
    await recorded(store, command)
    deletions: list[AnyCommand] = [delete_results(A), command]
    outcomes = await apply(store, *deletions) if at_once else [await do(store, each) for each in deletions]
    assert outcomes[-1] == NotFound("Result", "item-1")
    # A new attempt under another key is not what the old key stands for.
    await recorded(store, record(A, idempotency_key="key-2"))
    assert await do(store, command) == NotFound("Result", "item-1")
    await done(store, delete(A), create(A), record(A))
    assert await do(store, command) == NotFound("Run", A)


async def test_a_bulk_payload_is_kept_even_if_every_entry_failed(store: Store) -> None:
    entries = [entry(A, "a"), entry(A, "b", latency=-1.0)]
    first = await recorded_all(store, *entries, idempotency_key=KEY)
    assert first.recorded == 0
    await made(store, create(A))
    assert await recorded_all(store, *entries, idempotency_key=KEY) == replace(first, replayed=True)
    assert await result_counts(store, A) == (0, 0, 0, 0)
    assert await do(store, record_all(entries[0], idempotency_key=KEY)) == IdempotencyConflict(KEY)
    assert (await recorded_all(store, *entries)).recorded == 1


async def test_a_bulk_under_a_key_is_executed_once(store: Store) -> None:
    await made(store, create(A))
    entries = [entry(A, "a"), entry(B, "b"), entry(A, "a", error="x"), entry(A, "c")]
    first = await recorded_all(store, *entries, idempotency_key=KEY)
    before = await everything(store)
    assert await recorded_all(store, *entries, idempotency_key=KEY) == replace(
        first,
        outcomes=tuple(
            replace(outcome, replayed=True) if isinstance(outcome, ResultRecorded) else outcome
            for outcome in first.outcomes
        ),
        replayed=True,
    )
    assert await everything(store) == before


async def test_a_key_inside_an_entry_works_as_if_it_were_sent_singly(store: Store) -> None:
    await made(store, create(A))
    keyed = entry(A, "a", idempotency_key=KEY)
    (first,) = (await recorded_all(store, keyed)).outcomes
    assert isinstance(first, ResultRecorded)
    # The same key in a call with other entries, and by itself.
    again, second, conflict = (
        await recorded_all(store, keyed, entry(A, "b", idempotency_key="key-2"), entry(A, "c", idempotency_key=KEY))
    ).outcomes
    assert again == replace(first, replayed=True)
    assert isinstance(second, ResultRecorded)
    assert conflict == IdempotencyConflict(KEY)
    assert await recorded(store, keyed.checked()) == replace(first, replayed=True)
    assert await recorded(store, record(A, "b", idempotency_key="key-2")) == replace(second, replayed=True)
    # What was sent singly is answered in bulk.
    single = await recorded(store, record(A, "d", idempotency_key="key-3"))
    assert (await recorded_all(store, entry(A, "d", idempotency_key="key-3"))).outcomes == (
        replace(single, replayed=True),
    )
    # A problem is not kept: the entry is judged anew.
    failing = entry(B, "x", idempotency_key="key-4")
    assert (await recorded_all(store, failing)).outcomes == (NotFound("Run", B),)
    await made(store, create(B))
    assert (await recorded_all(store, failing)).recorded == 1


async def test_an_entry_in_bulk_is_its_callers_own(store: Store) -> None:
    await made(store, create(A))
    await recorded_all(store, entry(A, "a", idempotency_key=KEY, actor="ann"))
    bulk = await recorded_all(store, entry(A, "b", idempotency_key=KEY, actor="bob"))
    assert bulk.recorded == 1
    assert (await find_record(store, Item, (await get(store, A)).incarnation, 0, "b")) is not None

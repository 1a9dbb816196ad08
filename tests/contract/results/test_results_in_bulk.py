import math
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from runindex.commands.outcomes import ResultRecorded, ResultsRecorded
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import (
    ConstraintReason,
    InvalidInput,
    NotFound,
    ProblemError,
)
from runindex.domain.records.results import Score
from runindex.ports.store import Store
from tests.support.clock import START
from tests.support.commands import A, B, C, create, move
from tests.support.records import (
    assert_refused,
    done,
    entry,
    everything,
    record_all,
    recorded_all,
    result_counts,
)
from tests.support.stores import do, made

pytestmark = pytest.mark.asyncio

ACTIVE, PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED = RunStatus
MIB = 1024 * 1024

MISFORMED: dict[str, tuple[dict[str, Any], str]] = {
    "negative-latency": ({"latency": -0.001}, "latency"),
    "infinite-latency": ({"latency": math.inf}, "latency"),
    "no-number-latency": ({"latency": math.nan}, "latency"),
    "ends-before-it-starts": ({"completed_at": START - 1}, "completed_at"),
    "negative-retry": ({"retry_count": -1}, "retry_count"),
    "empty-item": ({"item": ""}, "item_id"),
    "long-item": ({"item": "x" * 513}, "item_id"),
    "nul-in-item": ({"item": "a\0"}, "item_id"),
    "nul-in-error": ({"error": "a\0"}, "error"),
    "surrogate-in-error": ({"error": "\ud800"}, "error"),
    "junk-run": ({"run": "junk"}, "run_id"),
    "empty-run": ({"run": ""}, "run_id"),
    "junk-id": ({"id": "junk"}, "id"),
    "default-id": ({"id": DEFAULT_RUN}, "id"),
    "nil-id": ({"id": str(UUID(int=0))}, "id"),
    "nul-in-input": ({"input": {"a": ["\0"]}}, "input"),
    "nul-in-key": ({"output": {"\0": 1}}, "output"),
    "out-of-range": ({"expected_output": Decimal("1e999")}, "expected_output"),
    "infinite-score": ({"scores": (Score("a", 1), Score("s", math.inf))}, "scores.1.value"),
    "empty-scorer": ({"scores": (Score("", 1),)}, "scores.0.scorer_id"),
    "nul-in-scorer": ({"scores": (Score("\0", 1),)}, "scores.0.scorer_id"),
    "nul-in-score": ({"scores": (Score("a", 1, "\0"),)}, "scores.0.reason"),
    "too-many-scores": ({"scores": (Score("a", 1),) * 101}, "scores"),
    "empty-key": ({"idempotency_key": ""}, "idempotency_key"),
}


async def test_a_bad_entry_does_not_stop_the_others(store: Store) -> None:
    await made(store, create(A))
    bad = [
        entry(**({"run": A, "item": f"bad {place}"} | fields)) for place, (fields, _) in enumerate(MISFORMED.values())
    ]
    first, *problems, last = (await recorded_all(store, entry(A, "a"), *bad, entry(A, "b"))).outcomes
    assert isinstance(first, ResultRecorded)
    assert isinstance(last, ResultRecorded)
    assert [problem.field for problem in problems if isinstance(problem, InvalidInput)] == [
        f"results.{place}.{path}" for place, (_, path) in enumerate(MISFORMED.values(), start=1)
    ]
    assert await result_counts(store, A) == (2, 2, 2, 0)


@pytest.mark.parametrize("name", MISFORMED)
async def test_a_bad_result_is_refused(name: str) -> None:
    fields, path = MISFORMED[name]
    with pytest.raises(ProblemError) as refusal:
        entry(**({"run": A} | fields)).checked()
    assert isinstance(refusal.value.problem, InvalidInput)
    assert refusal.value.problem.field == path


async def test_outcomes_are_in_the_order_given(store: Store) -> None:
    await done(store, create(A), create(B), move(B, COMPLETED))
    bulk = await recorded_all(
        store,
        entry(A, "z", error="x"),
        entry(B, "b"),
        entry(C, "c"),
        entry(A, "a"),
        entry(A, "z", error="x"),
        entry(A, "z", error="y"),
        entry(A, "z", retry_count=1),
        entry(A, "b", input="x" * MIB),
    )
    first, closed, missing, second, again, other, third, large = bulk.outcomes
    assert isinstance(first, ResultRecorded)
    assert_refused(closed, ConstraintReason.RUN_CLOSED)
    assert missing == NotFound("Run", C)
    assert isinstance(second, ResultRecorded)
    assert again == replace(first, replayed=True)
    assert_refused(other, ConstraintReason.DUPLICATE_RESULT)
    assert isinstance(third, ResultRecorded)
    assert_refused(large, ConstraintReason.LIMIT_EXCEEDED)
    assert (bulk.recorded, bulk.replayed) == (4, False)
    assert await result_counts(store, A) == (3, 2, 2, 0)


async def test_a_thousand_in_one_call_and_no_more(store: Store) -> None:
    await made(store, create(A))
    before = await everything(store)
    entries = [entry(A, f"{number}") for number in range(1001)]
    assert_refused(await do(store, record_all(*entries)), ConstraintReason.LIMIT_EXCEEDED)
    assert await everything(store) == before
    bulk = await recorded_all(store, *entries[1:])
    assert bulk.recorded == len(bulk.outcomes) == 1000
    assert await result_counts(store, A) == (1000, 1000, 1000, 0)
    results = [outcome.result for outcome in bulk.outcomes if isinstance(outcome, ResultRecorded)]
    assert [result.item_id for result in results] == [f"{number}" for number in range(1, 1001)]
    assert [result.seq for result in results] == list(range(1, 1001))


async def test_a_call_with_nothing_records_nothing(store: Store) -> None:
    before = await everything(store)
    assert await recorded_all(store) == ResultsRecorded(())
    assert await everything(store) == before

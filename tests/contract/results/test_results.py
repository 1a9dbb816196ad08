from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import pytest

from runindex.commands import AnyCommand, RecordResult
from runindex.commands.outcomes import ResultRecorded
from runindex.domain import json_text
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.json_text import JsonValue
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import (
    ConstraintReason,
    NotFound,
)
from runindex.domain.records.results import Item, Result, Score, encode_scores
from runindex.domain.runs.changes import RunChangeKind
from runindex.ports.store import Store
from tests.support.clock import START, StandingClock
from tests.support.commands import A, B, C, create, move, start
from tests.support.records import (
    R1,
    assert_refused,
    delete_results,
    done,
    entry,
    everything,
    listed_of,
    record,
    recorded,
    recorded_all,
    result_counts,
    result_of,
)
from tests.support.stores import apply, do, get, history_of, log_of, made

pytestmark = pytest.mark.asyncio

ACTIVE, PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED = RunStatus
MIB = 1024 * 1024

PAYLOADS: dict[str, JsonValue] = {
    "object": {"b": 1, "a": {"z": None, "": [1, {"k": False}]}},
    "large-integer": 2**53 + 1,
    "digits": Decimal("0.10000000000000000000000000001"),
    "exponent": Decimal("1E+2"),
    "text": 'ünï ☃ 🛷 \u2028 "quoted" \\ \n',
    "empty-text": "",
    "false": False,
    "zero": 0,
    "empty-list": [],
    "empty-object": {},
    "null-inside": [None],
}


@pytest.mark.parametrize("name", PAYLOADS)
async def test_a_payload_is_stored_exactly_as_sent(store: Store, name: str) -> None:
    await made(store, create(A))
    value = PAYLOADS[name]
    outcome = await recorded(store, record(A, input=value, output=[value], expected_output={"k": value}))
    stored = await result_of(store, outcome.result.id)
    assert stored == outcome.result
    assert stored.input == json_text.dumps(value)
    assert stored.output == json_text.dumps([value])
    assert stored.expected_output == json_text.dumps({"k": value})


async def test_all_of_a_result_comes_back(store: Store, clock: StandingClock) -> None:
    await made(store, create(A))
    now = clock.advance(7)
    scores = (Score("ünï", 0.5, "good", None), Score("b", None, None, "broke"), Score("a", -1e300))
    command = record(
        A,
        "ünï ☃ 🛷",
        id=R1.upper(),
        item_version=START - 1,
        input=None,
        latency=0.1 + 0.2,
        error="no \n luck",
        started_at=-5,
        completed_at=10**15 + 1,
        retry_count=7,
        scores=scores,
    )
    (result,) = [(await recorded(store, command)).result]
    assert await result_of(store, R1) == result
    assert result == Result(
        owner=(await get(store, A)).incarnation,
        generation=0,
        item_id="ünï ☃ 🛷",
        retry_count=7,
        id=R1,
        run_id=A,
        seq=1,
        item_version=START - 1,
        input=None,
        output=None,
        expected_output=None,
        latency=0.1 + 0.2,
        error="no \n luck",
        started_at=-5,
        completed_at=10**15 + 1,
        created_at=now,
        scores=encode_scores(scores),
    )


async def test_an_id_is_made_where_none_is_given(store: Store) -> None:
    await made(store, create(A))
    ids = [(await recorded(store, record(A, item))).result.id for item in ("a", "b", "c")]
    assert len(set(ids)) == 3
    assert {UUID(text).version for text in ids} == {7}


async def test_results_are_numbered_in_the_order_recorded(store: Store) -> None:
    await done(store, create(A), create(B), record(A, "b"), record(B, "b"), record(A, "a"))
    await recorded_all(store, entry(A, "d"), entry(A, "b"), entry(A, "c"))
    listed = sorted(await listed_of(store, A, Result), key=lambda result: result.seq)
    assert [(result.seq, result.item_id) for result in listed] == [(1, "b"), (2, "a"), (3, "d"), (4, "c")]


@pytest.mark.parametrize("length", [1, 512])
async def test_an_item_id_may_be_long(store: Store, length: int) -> None:
    await done(store, create(A), record(A, "🛷" * length), record(A, "🛷" * length, retry_count=1))
    assert await result_counts(store, A) == (2, 1, 1, 0)


async def test_each_attempt_at_an_item_is_a_result_of_its_own(store: Store) -> None:
    await done(store, create(A), create(B))
    attempts = [record(A, retry_count=1), record(A), record(B), record(A, "item-2"), record(A, "ITEM-1")]
    ids = {(await recorded(store, command)).result.id for command in attempts}
    assert len(ids) == len(attempts)
    assert await result_counts(store, A) == (4, 3, 3, 0)
    assert await result_counts(store, B) == (1, 1, 1, 0)


async def test_a_paused_run_takes_results(store: Store) -> None:
    await made(store, create(A), move(A, PAUSED))
    await recorded(store, record(A))
    assert await result_counts(store, A) == (1, 1, 1, 0)
    assert (await get(store, A)).status is PAUSED


async def test_a_run_that_is_not_there_takes_nothing(store: Store) -> None:
    before = await everything(store)
    commands: list[AnyCommand] = [record(A), delete_results(A)]
    for command in commands:
        assert await do(store, command) == NotFound("Run", A)
    assert (await recorded_all(store, entry(A), entry(B))).outcomes == (NotFound("Run", A), NotFound("Run", B))
    assert await everything(store) == before


async def test_the_first_result_starts_the_run(store: Store, clock: StandingClock) -> None:
    await made(store, create(A))
    now = clock.advance(3)
    await recorded(store, record(A, reason="because", actor="ann"))
    run = await get(store, A)
    assert (run.version, run.started_at, run.updated_at, run.status) == (2, now, now, ACTIVE)
    change = (await log_of(store))[-1]
    assert (change.kind, change.run, change.reason, change.actor) == (RunChangeKind.STARTED, run, "because", "ann")
    clock.advance()
    await done(store, record(A, "b"), record(A, "c"), record(A, retry_count=1))
    assert await get(store, A) == run
    assert [change.kind for change in await history_of(store, A)] == [RunChangeKind.CREATED, RunChangeKind.STARTED]


async def test_a_bulk_starts_each_of_its_runs_once(store: Store) -> None:
    await done(store, create(A), create(B), create(C), move(C, COMPLETED))
    await recorded_all(store, entry(B, "a"), entry(A, "a"), entry(C, "a"), entry(B, "b"), entry(A, "b"))
    log = [change for change in await log_of(store) if change.kind is RunChangeKind.STARTED]
    assert [(change.run.id, change.run.version) for change in log] == [(B, 2), (A, 2)]
    assert (await get(store, C)).started_at is None


async def test_a_run_that_was_started_is_not_changed_by_results(store: Store, clock: StandingClock) -> None:
    started = await made(store, create(A), start(A))
    clock.advance()
    await recorded(store, record(A))
    assert await get(store, A) == started


async def test_what_is_refused_starts_nothing(store: Store) -> None:
    await made(store, create(A))
    before = await everything(store)
    too_large = record(A, input="x" * MIB)
    assert_refused(await do(store, too_large), ConstraintReason.LIMIT_EXCEEDED)
    assert_refused(await do(store, record(A, id=A)), ConstraintReason.ALREADY_EXISTS)
    await recorded_all(store, entry(A, latency=-1.0), entry(A, input="x" * MIB))
    assert await everything(store) == before


async def test_the_default_run_takes_results(store: Store) -> None:
    await recorded(store, record(DEFAULT_RUN))
    run = await get(store, DEFAULT_RUN)
    assert (run.version, run.started_at is None) == (2, False)
    assert await result_counts(store, DEFAULT_RUN) == (1, 1, 1, 0)


STORIES: dict[str, tuple[Sequence[tuple[str, int, bool]], tuple[int, int, int, int]]] = {
    "none": ([], (0, 0, 0, 0)),
    "one-good": ([("a", 0, True)], (1, 1, 1, 0)),
    "one-bad": ([("a", 0, False)], (1, 1, 0, 1)),
    "bad-then-good": ([("a", 0, False), ("a", 1, True)], (2, 1, 1, 0)),
    "good-then-bad": ([("a", 0, True), ("a", 1, False)], (2, 1, 1, 0)),
    "bad-thrice": ([("a", 0, False), ("a", 1, False), ("a", 2, False)], (3, 1, 0, 1)),
    "later-retry-first": ([("a", 5, False), ("a", 2, True), ("a", 9, False)], (3, 1, 1, 0)),
    "good-twice": ([("a", 0, True), ("a", 1, True)], (2, 1, 1, 0)),
    "sent-again": ([("a", 0, False), ("a", 0, False), ("b", 0, True), ("b", 0, True)], (2, 2, 1, 1)),
    "two-items": ([("a", 0, False), ("b", 0, False), ("a", 1, True), ("c", 0, True)], (4, 3, 2, 1)),
    "conflicting": ([("a", 0, False), ("a", 0, True)], (1, 1, 0, 1)),
}


@pytest.mark.parametrize("name", STORIES)
async def test_counts_are_by_item(store: Store, name: str) -> None:
    story, counted = STORIES[name]
    await done(store, create(A), create(B), create(C))

    def entries(run: str) -> list[RecordResult]:
        return [entry(run, item, retry_count=retry, error=None if good else "x") for item, retry, good in story]

    # One by one, in one batch, in one call.
    for each in entries(A):
        await do(store, each.checked())
    await apply(store, *(each.checked() for each in entries(B)))
    await recorded_all(store, *entries(C))
    for run in (A, B, C):
        assert await result_counts(store, run) == counted
        items = await listed_of(store, run, Item)
        assert (
            sum(item.attempts for item in items),
            len(items),
            sum(item.succeeded for item in items),
            sum(not item.succeeded for item in items),
        ) == counted
        last: dict[str, int] = {}
        for result in await listed_of(store, run, Result):
            last[result.item_id] = max(result.retry_count, last.get(result.item_id, 0))
        assert {item.item_id: item.last_retry for item in items} == last


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("x" * (MIB - 2), True),
        ("x" * (MIB - 1), False),
        ("ü" * (MIB // 2 - 1), True),
        ("ü" * (MIB // 2), False),
        (json_text.loads("[" * 64 + "]" * 64), True),
        (json_text.loads("[" * 65 + "]" * 65), False),
    ],
    ids=["largest", "too-large", "largest-bytes", "too-many-bytes", "deepest", "too-deep"],
)
async def test_payloads_have_limits(store: Store, value: JsonValue, *, fits: bool) -> None:
    await made(store, create(A))
    for field in ("input", "output", "expected_output"):
        outcome = await do(store, record(A, field, **{field: value}))
        if fits:
            assert isinstance(outcome, ResultRecorded)
            assert getattr(await result_of(store, outcome.result.id), field) == json_text.dumps(value)
        else:
            assert_refused(outcome, ConstraintReason.LIMIT_EXCEEDED)
    assert (await result_counts(store, A))[0] == (3 if fits else 0)

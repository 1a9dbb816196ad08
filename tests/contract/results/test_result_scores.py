import json

import pytest

from runindex.commands import ScoreResult
from runindex.commands.outcomes import ResultScored
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import ConstraintReason, IdempotencyConflict, NotFound, ProblemError
from runindex.domain.records.events import RESULT_STREAM, Event
from runindex.domain.records.results import Result, ResultScore, Score, decode_score, decode_scores, encode_scores
from runindex.ports.maintenance import Storage
from runindex.ports.record_lists import Equals, ScoreBelow
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import A, B, create, delete, move
from tests.support.data.maintenance import faults, swept
from tests.support.records import (
    R1,
    assert_refused,
    delete_results,
    done,
    everything,
    gained,
    listed_of,
    record,
    recorded,
    result_of,
    score,
    score_by_id,
)
from tests.support.stores import do, get, log_of, made

pytestmark = pytest.mark.asyncio

ACTIVE, PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED = RunStatus
EXACT, JUDGE = Score("exact", 0.5, "half"), Score("judge", None, None, "no answer", "The judge")


async def revisions(store: Store, run: str, scorer: str) -> list[tuple[int, float | None]]:
    rows = await listed_of(store, run, ResultScore, Equals("scorer_id", scorer))
    return [(row.revision, decode_score(row.score).value) for row in rows]


@pytest.mark.parametrize("status", [ACTIVE, PAUSED, COMPLETED, FAILED, CANCELLED])
async def test_scores_come_in_every_status_but_archived(
    storage: Storage, clock: StandingClock, status: RunStatus
) -> None:
    await done(storage, create(A), record(A, scores=(EXACT, JUDGE), input=[1], error="x"))
    if status is not ACTIVE:
        await made(storage, move(A, status))
    (before,) = await listed_of(storage, A, Result)
    run, log = await get(storage, A), await log_of(storage)
    now = clock.advance()
    added = (Score("judge", 1, "good", None, "Judge 2"), Score("human", 0.25))
    outcome = await gained(storage, score(A, "item-1", *added, reason="review", actor="ann"), ResultScored)
    after = outcome.result
    assert not outcome.replayed
    assert decode_scores(after.scores) == (
        EXACT,
        Score("judge", 1, "good", None, "Judge 2", revision=2),
        Score("human", 0.25),
    )
    assert after.recorded_scores == before.scores
    assert (after.input, after.error, after.latency, after.seq) == (before.input, before.error, before.latency, 1)
    assert await result_of(storage, after.id) == after
    rows = await listed_of(storage, A, ResultScore)
    assert [(row.scorer_id, row.revision, row.at, row.reason, row.actor) for row in rows] == [
        ("human", 1, now, "review", "ann"),
        ("judge", 1, before.created_at, None, None),
        ("judge", 2, now, "review", "ann"),
    ]
    assert (await get(storage, A), await log_of(storage)) == (run, log)
    assert await faults(storage) == []


async def test_a_score_that_is_there_is_answered_as_stored(store: Store) -> None:
    await done(store, create(A), record(A, scores=(EXACT,)), score(A, "item-1", JUDGE), move(A, COMPLETED))
    before = await everything(store)
    again = await gained(store, score(A, "item-1", JUDGE, Score("exact", 0.5, "half")), ResultScored)
    assert again.replayed
    await made(store, move(A, ARCHIVED))
    assert (await gained(store, score(A, "item-1", EXACT), ResultScored)).replayed
    assert (await everything(store))["records"][A] == before["records"][A]
    assert_refused(await do(store, score(A, "item-1", Score("exact", 0.6))), ConstraintReason.RUN_CLOSED)


async def test_other_content_is_a_revision_and_the_older_are_kept(storage: Storage) -> None:
    await done(storage, create(A), record(A, scores=(EXACT,)))
    for value in (0.75, 0.5):
        await done(storage, score(A, "item-1", Score("exact", value), JUDGE))
    outcome = await gained(storage, score(A, "item-1", Score("exact", 0.75), JUDGE), ResultScored)
    assert decode_scores(outcome.result.scores) == (Score("exact", 0.75, revision=4), JUDGE)
    assert await revisions(storage, A, "exact") == [(1, 0.5), (2, 0.75), (3, 0.5), (4, 0.75)]
    assert await revisions(storage, A, "judge") == [(1, None)]
    assert await faults(storage) == []


async def test_a_resend_of_the_recording_is_compared_with_what_was_recorded(store: Store) -> None:
    sent = record(A, scores=(EXACT,))
    await done(store, create(A), sent, score(A, "item-1", Score("exact", 1.0)))
    again = await recorded(store, sent)
    assert again.replayed
    assert decode_scores(again.result.scores) == (Score("exact", 1.0, revision=2),)
    other = await do(store, record(A, scores=(Score("exact", 1.0),)))
    assert_refused(other, ConstraintReason.DUPLICATE_RESULT)


async def test_a_scorer_that_was_recorded_twice_keeps_both(storage: Storage) -> None:
    twice = (Score("s", 0.1), EXACT, Score("s", 0.2))
    await done(storage, create(A), record(A, scores=twice))
    (stored,) = await listed_of(storage, A, Result)
    assert stored.scores == encode_scores(twice)
    outcome = await gained(storage, score(A, "item-1", Score("s", 0.3)), ResultScored)
    assert decode_scores(outcome.result.scores) == (Score("s", 0.3, revision=3), EXACT)
    assert await revisions(storage, A, "s") == [(1, 0.1), (2, 0.2), (3, 0.3)]
    assert await faults(storage) == []


async def test_each_scoring_is_an_event_of_the_run(storage: Storage) -> None:
    await done(storage, create(A), record(A, id=R1), move(A, FAILED))
    await done(storage, score(A, "item-1", EXACT, Score("human", 1), reason="why", actor="bob"))
    (event,) = await listed_of(storage, A, Event)
    assert (event.sequence, event.stream, event.late) == (0, RESULT_STREAM, 1)
    assert json.loads(event.payload) == {
        "change": "SCORED",
        "scores": [
            {"scorerId": "exact", "value": 0.5, "revision": 1},
            {"scorerId": "human", "value": 1, "revision": 1},
        ],
        "resultId": R1,
        "itemId": "item-1",
        "retryCount": 0,
        "reason": "why",
        "actor": "bob",
    }
    assert await faults(storage) == []


async def test_a_result_is_named_by_its_id_or_its_attempt(store: Store) -> None:
    await done(store, create(A), create(B), record(A, id=R1, retry_count=2))
    result = await result_of(store, R1)
    assert result is not None
    outcome = await gained(store, score_by_id(result, EXACT), ResultScored)
    assert outcome.result.id == R1
    assert (await gained(store, score(A, "item-1", EXACT, retry_count=2), ResultScored)).replayed
    assert await do(store, score(A, "item-1", EXACT)) == NotFound("Result", "item-1")
    assert await do(store, score(B, "item-1", EXACT, retry_count=2)) == NotFound("Result", "item-1")
    unknown = ScoreResult(mutation="scoreResult", result_id=R1, scores=(EXACT,)).checked()
    assert await do(store, unknown) == NotFound("Result", R1)
    # What was found may be out of date: another result has the attempt by now.
    await done(store, delete_results(A), record(A, retry_count=2))
    assert await do(store, score_by_id(result, EXACT)) == NotFound("Result", R1)
    await done(store, delete(A))
    assert await do(store, score_by_id(result, EXACT)) == NotFound("Result", R1)
    assert await do(store, score(A, "item-1", EXACT)) == NotFound("Run", A)


async def test_a_key_replays_a_scoring_until_the_result_is_deleted(store: Store) -> None:
    await done(store, create(A), record(A, id=R1))
    result = await result_of(store, R1)
    assert result is not None
    command = score_by_id(result, EXACT, idempotency_key="k")
    first = await gained(store, command, ResultScored)
    await done(store, score(A, "item-1", Score("exact", 1.0)))
    again = await gained(store, command, ResultScored)
    assert (first.replayed, again.replayed) == (False, True)
    assert decode_scores(again.result.scores) == (Score("exact", 1.0, revision=2),)
    assert isinstance(await do(store, score_by_id(result, JUDGE, idempotency_key="k")), IdempotencyConflict)
    await done(store, delete_results(A))
    gone = ScoreResult(mutation="scoreResult", result_id=R1, scores=(EXACT,), idempotency_key="k").checked()
    assert isinstance(await do(store, gone), NotFound)


@pytest.mark.parametrize("whole", [False, True])
async def test_revisions_are_deleted_with_their_results(storage: Storage, *, whole: bool) -> None:
    await done(storage, create(A), create(B), record(A), record(B), score(A, "item-1", EXACT))
    await done(storage, score(B, "item-1", EXACT))
    await done(storage, delete(A) if whole else delete_results(A))
    if not whole:
        assert await listed_of(storage, A, ResultScore) == []
        await done(storage, record(A), score(A, "item-1", Score("exact", 0.1)))
        assert await revisions(storage, A, "exact") == [(1, 0.1)]
    assert await swept(storage) > 0
    assert await revisions(storage, B, "exact") == [(1, 0.5)]
    assert await faults(storage) == []


async def test_figures_are_those_of_the_newest_scores(store: Store) -> None:
    await done(store, create(A), record(A, "a", scores=(EXACT,)), record(A, "b", scores=(EXACT,)))
    await done(store, record(A, "b", retry_count=1), move(A, COMPLETED))
    await done(store, score(A, "a", Score("exact", 1.0)), score(A, "b", Score("exact", 0.0), retry_count=1))
    owner = (await get(store, A)).incarnation
    (figures,) = (await store.summarize_results([owner]))[owner].scores
    assert (figures.count, figures.mean, figures.smallest, figures.largest) == (3, 0.5, 0.0, 1.0)
    (last,) = (await store.average_last_scores([owner]))[owner]
    assert (last.count, last.mean) == (2, 0.5)


async def test_results_are_found_by_a_score_below(store: Store) -> None:
    await done(store, create(A), record(A, "a", scores=(EXACT,)), record(A, "b"), record(A, "c", scores=(JUDGE,)))
    await done(store, score(A, "b", Score("exact", 0.1)), score(A, "c", Score("exact", 0.2)))
    await done(store, score(A, "c", Score("exact", 0.9)))

    async def below(value: float, scorer: str = "exact") -> list[str]:
        return [each.item_id for each in await listed_of(store, A, Result, ScoreBelow("scores", scorer, value))]

    assert sorted(await below(0.5)) == ["b"]
    assert sorted(await below(0.6)) == ["a", "b"]
    assert sorted(await below(1e300)) == ["a", "b", "c"]
    assert await below(1, "judge") == []


async def test_more_scores_than_a_result_may_have_are_refused(store: Store) -> None:
    await done(store, create(A), record(A, scores=tuple(Score(f"s{number}", 1) for number in range(100))))
    before = await everything(store)
    assert_refused(await do(store, score(A, "item-1", Score("more", 1))), ConstraintReason.LIMIT_EXCEEDED)
    assert await everything(store) == before
    assert isinstance(await do(store, score(A, "item-1", Score("s7", 2))), ResultScored)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"result_id": "no"}, "result_id"),
        ({"result_id": R1, "run_id": A}, "result_id"),
        ({"result_id": R1, "retry_count": 1}, "result_id"),
        ({}, "result_id"),
        ({"run_id": A}, "item_id"),
        ({"run_id": "no", "item_id": "a"}, "run_id"),
        ({"run_id": A, "item_id": ""}, "item_id"),
        ({"run_id": A, "item_id": "a", "retry_count": -1}, "retry_count"),
        ({"result_id": R1, "scores": ()}, "scores"),
        ({"result_id": R1, "scores": (EXACT, EXACT)}, "scores.1.scorer_id"),
        ({"result_id": R1, "scores": (Score("s", float("inf")),)}, "scores.0.value"),
        ({"result_id": R1, "scores": (Score("s", scorer_name=""),)}, "scores.0.scorer_name"),
        ({"result_id": R1, "scores": (Score("s", scorer_name="\0"),)}, "scores.0.scorer_name"),
    ],
)
async def test_a_wrong_input_names_its_field(fields: dict[str, object], path: str) -> None:
    with pytest.raises(ProblemError) as refusal:
        ScoreResult(mutation="scoreResult", **{"scores": (EXACT,), **fields}).checked()  # type: ignore[arg-type]
    assert getattr(refusal.value.problem, "field", None) == path

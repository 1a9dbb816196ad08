import asyncio
from dataclasses import replace

import pytest

from runindex.commands import AnyCommand, BulkMode
from runindex.commands.outcomes import BulkApplied, RunApplied, RunDeleted
from runindex.domain.idempotency import KEPT_FOR
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.instants import SECOND
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import (
    PROBLEMS,
    ConstraintReason,
    ConstraintViolation,
    IdempotencyConflict,
    InvalidTransition,
    NotFound,
    VersionConflict,
)
from runindex.domain.runs.filters import RunFilter, TagFilter
from runindex.domain.runs.retention import KEEP_ALL, keep_latest
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import (
    A,
    B,
    C,
    D,
    add_tags,
    create,
    dataset,
    delete,
    delete_all,
    move,
    move_all,
    remove_tags,
    rename,
    replace_metadata,
    retain,
    start,
)
from tests.support.stores import apply, bulk, do, find, get, log_of, made

pytestmark = pytest.mark.asyncio

ACTIVE, PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED = RunStatus
KEY = "key-1"


def keyed(key: str = KEY) -> dict[str, AnyCommand]:
    """Return a command of every kind that succeeds on a new run A, all with one key."""
    commands: list[AnyCommand] = [
        create(B, name="n", metadata={"a": 1}, tags=("t",), dataset=dataset(), parent_id=A, idempotency_key=key),
        create(name="unnamed", idempotency_key=key),
        start(A, idempotency_key=key),
        *(move(A, status, idempotency_key=key) for status in (PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED)),
        rename(A, "new", idempotency_key=key),
        replace_metadata(A, {"a": [1]}, idempotency_key=key),
        add_tags(A, "t", idempotency_key=key),
        remove_tags(A, "t", idempotency_key=key),
        retain(A, keep_latest(2), idempotency_key=key),
    ]
    names = ["create", "create-without-id", "start", "pause", "close", "fail", "cancel", "archive", "rename"]
    return dict(zip([*names, "metadata", "add-tags", "remove-tags", "retain"], commands, strict=True))


@pytest.mark.parametrize("name", keyed())
async def test_the_same_command_again_is_answered_and_not_repeated(
    store: Store, clock: StandingClock, name: str
) -> None:
    await made(store, create(A))
    command = keyed()[name]
    first = await do(store, command)
    assert isinstance(first, RunApplied)
    assert not first.replayed
    log = await log_of(store)
    clock.advance(24 * 3600)
    assert await do(store, command) == replace(first, replayed=True)
    # Within one batch too, and whatever stands beside it.
    assert await apply(store, command, command) == [replace(first, replayed=True)] * 2
    assert await log_of(store) == log
    assert await get(store, first.run.id) == first.run


async def test_a_replay_shows_version_and_place_as_then_and_the_run_as_now(store: Store, clock: StandingClock) -> None:
    first = await do(store, create(A, idempotency_key=KEY))
    clock.advance()
    now = await made(store, rename(A, "later"), move(A, COMPLETED))
    assert await do(store, create(A, idempotency_key=KEY)) == RunApplied(now, 1, 2, replayed=True)
    assert isinstance(first, RunApplied)
    assert (first.version, first.seq) == (1, 2)


async def test_a_replay_of_a_deleted_run_finds_nothing(store: Store) -> None:
    await made(store, create(A, idempotency_key=KEY), rename(A, "x", idempotency_key=KEY))
    await do(store, delete(A))
    commands: list[AnyCommand] = [create(A, idempotency_key=KEY), rename(A, "x", idempotency_key=KEY)]
    for _ in range(2):
        assert await apply(store, *commands) == [NotFound("Run", A)] * 2
        # Nor does it find the run that has the id now: that is another one.
        if await find(store, A) is None:
            await made(store, create(A))
    assert (await get(store, A)).version == 1


async def test_a_deletion_is_answered_as_it_was(store: Store) -> None:
    await made(store, create(A), rename(A, "x"))
    command = delete(A, idempotency_key=KEY)
    assert await do(store, command) == RunDeleted(A, 3, 4)
    assert await do(store, command) == RunDeleted(A, 3, 4, replayed=True)
    await made(store, create(A))
    assert await do(store, command) == RunDeleted(A, 3, 4, replayed=True)
    assert (await get(store, A)).version == 1


CHANGED: dict[str, tuple[AnyCommand, AnyCommand]] = {
    "id": (rename(A, "x"), rename(B, "x")),
    "value": (rename(A, "x"), rename(A, "y")),
    "null": (rename(A, "x"), rename(A, None)),
    "version": (rename(A, "x"), rename(A, "x", expected_version=1)),
    "reason": (rename(A, "x"), rename(A, "x", reason="because")),
    "tags": (add_tags(A, "a", "b"), add_tags(A, "a", "c")),
    "metadata": (replace_metadata(A, {"a": 1}), replace_metadata(A, {"a": 2})),
    "metadata-type": (replace_metadata(A, {"a": 1}), replace_metadata(A, {"a": "1"})),
    "bool": (replace_metadata(A, {"a": 1}), replace_metadata(A, {"a": True})),
    "error": (move(A, FAILED, error="x"), move(A, FAILED, error="y")),
    "retention": (retain(A, KEEP_ALL), retain(A, keep_latest(1))),
    "bulk": (move_all([A, B], PAUSED), move_all([B, A], PAUSED)),
    "mode": (move_all([A], PAUSED), move_all([A], PAUSED, BulkMode.ATOMIC)),
    "selector": (delete_all([A]), delete_all(RunFilter(ids=(A,)))),
    "filter": (
        move_all(RunFilter(tags=TagFilter(any=("a",))), PAUSED),
        move_all(RunFilter(tags=TagFilter(all=("a",))), PAUSED),
    ),
}


@pytest.mark.parametrize("name", CHANGED)
async def test_a_key_with_another_input_is_a_conflict(store: Store, name: str) -> None:
    await apply(store, create(A), create(B))
    first, second = (replace(command, idempotency_key=KEY) for command in CHANGED[name])
    outcome = await do(store, first)
    assert not isinstance(outcome, PROBLEMS)
    log = await log_of(store)
    assert await do(store, second) == IdempotencyConflict(KEY)
    assert await apply(store, second, second) == [IdempotencyConflict(KEY)] * 2
    assert await log_of(store) == log
    assert not isinstance(await do(store, first), PROBLEMS)


async def test_two_inputs_with_one_key_in_one_batch_conflict(store: Store) -> None:
    await made(store, create(A))
    first, second = await apply(store, rename(A, "x", idempotency_key=KEY), rename(A, "y", idempotency_key=KEY))
    assert isinstance(first, RunApplied)
    assert second == IdempotencyConflict(KEY)
    assert (await get(store, A)).name == "x"


async def test_json_is_the_same_input_by_value(store: Store) -> None:
    await made(store, create(A, metadata={"a": 1, "b": [2.0]}, idempotency_key=KEY))
    again = await do(store, create(A, metadata={"b": [2], "a": 1}, idempotency_key=KEY))
    assert isinstance(again, RunApplied)
    assert again.replayed


async def test_ids_in_another_form_are_the_same_input(store: Store) -> None:
    await made(store, create(A))
    await made(store, rename(A, "x", idempotency_key=KEY))
    again = await do(store, rename(f"{{{A.upper()}}}", "x", idempotency_key=KEY))
    assert isinstance(again, RunApplied)
    assert again.replayed


async def test_a_key_is_scoped_to_the_caller_and_the_mutation(store: Store) -> None:
    await made(store, create(A))
    scoped: list[AnyCommand] = [
        rename(A, "x", idempotency_key=KEY),
        rename(A, "y", idempotency_key=KEY, actor="ann"),
        rename(A, "z", idempotency_key=KEY, actor="bob"),
        add_tags(A, "t", idempotency_key=KEY),
        move(A, PAUSED, idempotency_key=KEY),
        move(A, ACTIVE, idempotency_key=KEY),
        move(A, COMPLETED, "transitionRun", idempotency_key=KEY),
        rename(A, "w", idempotency_key="key-2"),
        rename(A, "v", idempotency_key="KEY-1"),
        rename(A, "u", idempotency_key=" key-1"),
    ]
    for version, command in enumerate(scoped, start=2):
        assert (await made(store, command)).version == version
    outcomes = await apply(store, *scoped)
    assert [(outcome.version, outcome.replayed) for outcome in outcomes if isinstance(outcome, RunApplied)] == [
        (version, True) for version in range(2, len(scoped) + 2)
    ]


async def test_problems_are_not_kept_but_judged_anew(store: Store) -> None:
    command = rename(A, "x", idempotency_key=KEY, expected_version=2)
    assert await do(store, command) == NotFound("Run", A)
    await made(store, create(A))
    assert await do(store, command) == VersionConflict(2, 1)
    await made(store, rename(A, "y"))
    assert (await made(store, command)).version == 3
    # The key now stands for that success, whatever the version has become.
    outcome = await do(store, command)
    assert isinstance(outcome, RunApplied)
    assert (outcome.version, outcome.replayed) == (3, True)
    # A problem does not take a key, not even for another input.
    assert isinstance(await do(store, move(A, ACTIVE, idempotency_key="other")), InvalidTransition)
    assert isinstance(await do(store, move(A, PAUSED, "resumeRun", idempotency_key="other")), RunApplied)


async def test_a_key_is_looked_at_before_anything_else(store: Store) -> None:
    await made(store, create(A, idempotency_key=KEY))
    await made(store, move(A, COMPLETED, idempotency_key=KEY, expected_version=1))
    # Neither the table, nor the version, nor that the id exists speaks against the replays.
    outcomes = await apply(
        store, create(A, idempotency_key=KEY), move(A, COMPLETED, idempotency_key=KEY, expected_version=1)
    )
    assert [isinstance(outcome, RunApplied) and outcome.replayed for outcome in outcomes] == [True, True]
    # A conflict is told even where the run is gone or immortal.
    assert await do(store, move(DEFAULT_RUN, COMPLETED, idempotency_key=KEY)) == IdempotencyConflict(KEY)
    assert await do(store, move(D, COMPLETED, idempotency_key=KEY)) == IdempotencyConflict(KEY)


async def test_of_two_with_one_key_at_once_one_is_executed(store: Store) -> None:
    outcomes = await asyncio.gather(*(do(store, create(name="x", idempotency_key=KEY)) for _ in range(8)))
    applied = [outcome for outcome in outcomes if isinstance(outcome, RunApplied)]
    assert len(applied) == 8
    assert len({outcome.run.id for outcome in applied}) == 1
    assert sum(not outcome.replayed for outcome in applied) == 1
    assert len(await log_of(store)) == 2


@pytest.mark.parametrize("mode", BulkMode)
async def test_a_bulk_answer_is_kept_with_its_problems(store: Store, mode: BulkMode) -> None:
    await apply(store, create(A), create(B), move(B, COMPLETED), create(C))
    command = move_all([A, B, D, "junk", C, DEFAULT_RUN, A], PAUSED, mode, idempotency_key=KEY)
    first = await bulk(store, command)
    log = await log_of(store)
    # What stood in the way is gone, and yet the answer stays.
    await made(store, create(D))
    again = await bulk(store, command)
    assert again.replayed
    assert len(again.outcomes) == len(first.outcomes)
    for before, now in zip(first.outcomes, again.outcomes, strict=True):
        if isinstance(before, RunApplied):
            assert now == RunApplied(await get(store, before.run.id), before.version, before.seq, replayed=True)
        else:
            assert now == before
    assert (await log_of(store))[:-1] == log


async def test_a_bulk_answer_is_kept_even_if_every_entry_failed(store: Store) -> None:
    command = delete_all([A, B, "junk"], idempotency_key=KEY)
    first = await bulk(store, command)
    assert first.succeeded == 0
    await apply(store, create(A), create(B))
    assert await do(store, command) == BulkApplied(first.outcomes, replayed=True)
    assert await find(store, A) is not None


async def test_a_bulk_replay_tells_of_each_run_as_it_is_now(store: Store) -> None:
    await apply(store, create(A), create(B), create(C))
    command = move_all([A, B, C], PAUSED, idempotency_key=KEY)
    await bulk(store, command)
    await apply(store, delete(A), delete(B), create(B), rename(C, "now"))
    again = await bulk(store, command)
    assert again.outcomes[:2] == (NotFound("Run", A), NotFound("Run", B))
    assert again.outcomes[2] == RunApplied(await get(store, C), 2, 7, replayed=True)


async def test_a_bulk_deletion_is_answered_as_it_was(store: Store) -> None:
    await apply(store, create(A), create(B))
    command = delete_all(RunFilter(ids=(A, B)), idempotency_key=KEY)
    first = await bulk(store, command)
    assert first.succeeded == 2
    # What the filter would match now does not matter.
    await apply(store, create(A))
    again = await bulk(store, command)
    assert again.outcomes == tuple(
        replace(outcome, replayed=True) for outcome in first.outcomes if isinstance(outcome, RunDeleted)
    )
    assert await find(store, A) is not None


async def test_odd_texts_may_be_keys_and_callers(store: Store) -> None:
    await made(store, create(A))
    for place, text in enumerate(["x" * 255, "'\"\\", "ключ ☃ 🛷", " ", "%", "\n"], start=2):
        command = rename(A, text[:9] + "x", idempotency_key=text, actor=text)
        assert (await made(store, command)).version == place
        assert (await made(store, command)).version == place


async def test_keys_are_kept_for_a_day(store: Store, clock: StandingClock) -> None:
    await made(store, create(A))
    command = rename(A, "x", idempotency_key=KEY)
    await made(store, command)
    for hours in (12, 11.99):
        clock.advance(hours * 3600)
        # Other keys come meanwhile, which is when a storage may forget old ones.
        await made(store, add_tags(A, "t", idempotency_key=f"{hours}"))
        outcome = await do(store, command)
        assert isinstance(outcome, RunApplied)
        assert outcome.replayed


async def test_keys_are_not_kept_for_ever(store: Store, clock: StandingClock) -> None:
    await made(store, create(A))
    command = rename(A, "x", idempotency_key=KEY)
    await made(store, command)
    clock.advance(KEPT_FOR / SECOND + 1)
    await made(store, add_tags(A, "t", idempotency_key="meanwhile"))
    outcome = await do(store, command)
    assert isinstance(outcome, RunApplied)
    assert (outcome.version, outcome.replayed) == (4, False)


async def test_a_refused_bulk_takes_no_key(store: Store) -> None:
    too_many = [A] * 1001
    outcome = await do(store, delete_all(too_many, idempotency_key=KEY))
    assert isinstance(outcome, ConstraintViolation)
    assert outcome.reason is ConstraintReason.LIMIT_EXCEEDED
    await made(store, create(A))
    assert (await bulk(store, delete_all([A], idempotency_key=KEY))).succeeded == 1

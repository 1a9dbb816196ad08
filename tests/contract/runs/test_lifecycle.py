import asyncio
from itertools import product

import pytest

from runindex.commands import AnyCommand
from runindex.commands.outcomes import RunApplied
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.lifecycle import FINISHED, OPEN, RunStatus
from runindex.domain.problems import (
    ConstraintReason,
    ConstraintViolation,
    InvalidTransition,
    NotFound,
    VersionConflict,
)
from runindex.domain.runs.changes import RunChangeKind
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import A, B, create, delete, move, rename, start
from tests.support.stores import apply, do, find, get, history_of, log_of, made

pytestmark = pytest.mark.asyncio

ACTIVE, PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED = RunStatus

# The table of the documents, written down a second time: the code's own must not be its own judge.
LEGAL = {
    ACTIVE: (PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED),
    PAUSED: (ACTIVE, CANCELLED, ARCHIVED),
    COMPLETED: (ARCHIVED,),
    FAILED: (ARCHIVED,),
    CANCELLED: (ARCHIVED,),
    ARCHIVED: (),
}


async def in_status(store: Store, status: RunStatus) -> None:
    """Make the run A and bring it into a status."""
    await made(store, create(A), *([] if status is ACTIVE else [move(A, status)]))


@pytest.mark.parametrize(("source", "target"), list(product(RunStatus, RunStatus)))
async def test_a_run_moves_where_the_table_says_and_nowhere_else(
    store: Store, clock: StandingClock, source: RunStatus, target: RunStatus
) -> None:
    await in_status(store, source)
    before, log = await get(store, A), await log_of(store)
    clock.advance()
    outcome = await do(store, move(A, target))
    after = await get(store, A)
    if target in LEGAL[source]:
        assert isinstance(outcome, RunApplied)
        assert outcome.run == after
        assert (after.status, after.version, after.updated_at) == (target, before.version + 1, clock.now())
        assert (outcome.version, outcome.seq, outcome.replayed) == (after.version, len(log) + 1, False)
    else:
        assert outcome == InvalidTransition(source, target)
        assert outcome.allowed == LEGAL[source]
        assert after == before
        assert await log_of(store) == log


@pytest.mark.parametrize("status", sorted(FINISHED))
async def test_finishing_sets_time_and_outcome_which_archiving_keeps(
    store: Store, clock: StandingClock, status: RunStatus
) -> None:
    await made(store, create(A))
    finished_at = clock.advance()
    finished = await made(store, move(A, status))
    assert (finished.finished_at, finished.outcome, finished.started_at) == (finished_at, status, None)
    clock.advance()
    archived = await made(store, move(A, ARCHIVED))
    assert (archived.finished_at, archived.outcome, archived.error) == (finished_at, status, finished.error)


@pytest.mark.parametrize("status", sorted(OPEN))
async def test_archiving_an_open_run_leaves_no_outcome(store: Store, status: RunStatus) -> None:
    await in_status(store, status)
    archived = await made(store, move(A, ARCHIVED))
    assert (archived.finished_at, archived.outcome, archived.error) == (None, None, None)


async def test_failing_keeps_the_error(store: Store) -> None:
    failed = await made(store, create(A), move(A, FAILED, error=" Überlauf\n"))
    assert failed.error == " Überlauf\n"
    assert (await get(store, A)).error == " Überlauf\n"


async def test_a_paused_run_goes_on_and_ends(store: Store) -> None:
    run = await made(store, create(A), *(move(A, status) for status in (PAUSED, ACTIVE, PAUSED, ACTIVE, COMPLETED)))
    assert (run.status, run.version) == (COMPLETED, 6)


@pytest.mark.parametrize("target", list(RunStatus))
async def test_the_default_run_cannot_be_moved(store: Store, target: RunStatus) -> None:
    before = await get(store, DEFAULT_RUN)
    # The guard comes before the expected version and the table.
    for command in (move(DEFAULT_RUN, target), move(DEFAULT_RUN, target, expected_version=99)):
        outcome = await do(store, command)
        assert isinstance(outcome, ConstraintViolation)
        assert outcome.reason is ConstraintReason.DEFAULT_RUN
    assert await get(store, DEFAULT_RUN) == before


async def test_a_run_that_does_not_exist_cannot_be_moved(store: Store) -> None:
    assert await do(store, move(A, COMPLETED)) == NotFound("Run", A)
    assert await do(store, move(A, COMPLETED, expected_version=7)) == NotFound("Run", A)
    assert await find(store, A) is None


@pytest.mark.parametrize("expected", [0, 1, 3, -1, 2**31 - 1])
async def test_the_expected_version_is_judged_before_the_table(store: Store, expected: int) -> None:
    await made(store, create(A), move(A, COMPLETED))
    assert await do(store, move(A, ACTIVE, expected_version=expected)) == VersionConflict(expected, 2)
    assert await do(store, move(A, ACTIVE, expected_version=2)) == InvalidTransition(COMPLETED, ACTIVE)
    assert (await made(store, move(A, ARCHIVED, expected_version=2))).version == 3


async def test_of_many_moves_in_one_batch_each_sees_what_the_last_left(store: Store) -> None:
    outcomes = await apply(store, create(A), move(A, PAUSED), move(A, PAUSED), move(A, ACTIVE), move(A, COMPLETED))
    assert [type(outcome) for outcome in outcomes] == [
        RunApplied,
        RunApplied,
        InvalidTransition,
        RunApplied,
        RunApplied,
    ]
    assert outcomes[2] == InvalidTransition(PAUSED, PAUSED)
    assert [entry.run.status for entry in await history_of(store, A)] == [ACTIVE, PAUSED, ACTIVE, COMPLETED]


@pytest.mark.parametrize("expected_version", [None, 1])
async def test_of_many_equal_moves_at_once_one_wins(store: Store, expected_version: int | None) -> None:
    await made(store, create(A))
    command = move(A, CANCELLED, expected_version=expected_version)
    outcomes = await asyncio.gather(*(apply(store, command, command) for _ in range(5)))
    flat = [outcome for pair in outcomes for outcome in pair]
    loser = InvalidTransition(CANCELLED, CANCELLED) if expected_version is None else VersionConflict(1, 2)
    assert sum(isinstance(outcome, RunApplied) for outcome in flat) == 1
    assert flat.count(loser) == 9
    assert (await get(store, A)).version == 2


async def test_starting_sets_the_time_once(store: Store, clock: StandingClock) -> None:
    await made(store, create(A))
    started_at = clock.advance()
    run = await made(store, start(A))
    assert (run.started_at, run.status, run.version) == (started_at, ACTIVE, 2)
    clock.advance()
    again = await made(store, start(A))
    assert (again.started_at, again.version) == (started_at, 3)
    assert [entry.kind for entry in await history_of(store, A)] == [
        RunChangeKind.CREATED,
        RunChangeKind.STARTED,
        RunChangeKind.STARTED,
    ]


@pytest.mark.parametrize("status", list(RunStatus))
async def test_only_an_open_run_starts(store: Store, status: RunStatus) -> None:
    await in_status(store, status)
    outcome = await do(store, start(A))
    if status in OPEN:
        assert isinstance(outcome, RunApplied)
    else:
        assert isinstance(outcome, ConstraintViolation)
        assert outcome.reason is ConstraintReason.RUN_CLOSED


async def test_the_default_run_may_be_started(store: Store, clock: StandingClock) -> None:
    assert (await made(store, start(DEFAULT_RUN))).started_at == clock.now()


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        (move(A, PAUSED, reason="lunch", actor="ann"), RunChangeKind.STATUS),
        (rename(A, "x", reason="x" * 1000, actor="ann"), RunChangeKind.NAME),
        (start(A, reason="", actor="ann"), RunChangeKind.STARTED),
        (delete(A, reason="old", actor="ann"), RunChangeKind.DELETED),
    ],
    ids=["move", "rename", "start", "delete"],
)
async def test_reason_and_actor_are_logged(store: Store, command: AnyCommand, kind: RunChangeKind) -> None:
    await made(store, create(A, reason="because", actor="bob"))
    await do(store, command)
    created, changed = (await log_of(store))[-2:]
    assert (created.kind, created.reason, created.actor) == (RunChangeKind.CREATED, "because", "bob")
    assert (changed.kind, changed.reason, changed.actor) == (kind, command.reason, "ann")


async def test_moves_leave_other_runs_alone(store: Store) -> None:
    await made(store, create(A), create(B, name="b", tags=("t",)))
    before = await get(store, B)
    commands: list[AnyCommand] = [move(A, PAUSED), move(A, CANCELLED), move(A, ARCHIVED)]
    await apply(store, *commands)
    assert await get(store, B) == before

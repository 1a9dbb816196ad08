import pytest

from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import NotFound, VersionConflict
from runindex.domain.runs.changes import RunChangeKind
from runindex.domain.runs.retention import KEEP_ALL, LARGEST, Removable, Retention, keep_duration, keep_latest
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import A, B, create, delete, move, rename, retain
from tests.support.stores import do, get, history_of, log_of, made

pytestmark = pytest.mark.asyncio

POLICIES = [KEEP_ALL, keep_latest(1), keep_latest(LARGEST), keep_duration(1), keep_duration(LARGEST)]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: f"{policy.kind}-{policy.value}")
async def test_a_policy_is_declared_and_deletes_nothing(store: Store, clock: StandingClock, policy: Retention) -> None:
    await made(store, create(A), rename(A, "a"), rename(A, "b"))
    clock.advance(3600)
    run = await made(store, retain(A, policy))
    assert run == await get(store, A)
    assert (run.retention, run.version) == (policy, 4)
    assert (await log_of(store))[-1].kind is RunChangeKind.RETENTION
    assert [change.run.version for change in await history_of(store, A)] == [1, 2, 3, 4]
    assert (await made(store, create(B, retention=policy))).retention == policy


async def test_a_policy_obeys_existence_and_version(store: Store) -> None:
    assert await do(store, retain(A, KEEP_ALL)) == NotFound("Run", A)
    await made(store, create(A), move(A, RunStatus.ARCHIVED))
    assert await do(store, retain(A, KEEP_ALL, expected_version=1)) == VersionConflict(1, 2)
    assert (await made(store, retain(A, keep_latest(2), expected_version=2))).version == 3


@pytest.mark.parametrize(
    ("policy", "removable"),
    [
        (KEEP_ALL, 0),
        (keep_latest(1), 4),
        (keep_latest(2), 3),
        (keep_latest(5), 0),
        (keep_latest(6), 0),
        (keep_duration(5), 4),
        (keep_duration(10), 4),
        (keep_duration(11), 3),
        (keep_duration(30), 2),
        (keep_duration(31), 1),
        (keep_duration(40), 1),
        (keep_duration(41), 0),
    ],
    ids=lambda value: f"{value.kind}-{value.value}" if isinstance(value, Retention) else str(value),
)
async def test_what_compaction_would_remove_can_be_asked(
    store: Store, clock: StandingClock, policy: Retention, removable: int
) -> None:
    # Five entries, 40, 30, 20, 10 and 0 seconds old; the newest is kept whatever its age.
    await made(store, create(A))
    for command in (rename(A, "a"), rename(A, "b"), rename(A, "c"), retain(A, policy)):
        clock.advance(10)
        await made(store, command)
    assert await store.count_removable([A, B], clock.now()) == {A: Removable(changes=removable)}


async def test_what_is_removable_of_several_runs(store: Store, clock: StandingClock) -> None:
    await made(store, create(A, retention=keep_latest(1)), rename(A, "x"), rename(A, "y"))
    await made(store, create(B, retention=keep_duration(10)), rename(B, "x"))
    await made(store, rename(DEFAULT_RUN, "x"))
    now = clock.advance(100)
    assert await store.count_removable([A, B, DEFAULT_RUN], now) == {
        A: Removable(changes=2),
        B: Removable(changes=1),
        DEFAULT_RUN: Removable(),
    }
    assert dict(await store.count_removable([], now)) == {}


async def test_a_new_incarnation_has_only_its_own_entries_to_give(store: Store, clock: StandingClock) -> None:
    await made(store, create(A), rename(A, "x"), rename(A, "y"))
    await do(store, delete(A))
    assert await store.count_removable([A], clock.now()) == {}
    await made(store, create(A, retention=keep_latest(1)), rename(A, "z"))
    assert await store.count_removable([A], clock.now()) == {A: Removable(changes=1)}

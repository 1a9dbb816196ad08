from collections.abc import Sequence

import pytest

from runindex.commands import AnyCommand
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import InvalidInput, ProblemError
from runindex.domain.runs.dataset import DatasetRunStatus, dataset_status, skipped_items
from runindex.domain.runs.filters import RunFilter
from runindex.domain.runs.run import DatasetLink, TargetType
from runindex.ports.store import Store
from tests.support.clock import START, StandingClock
from tests.support.commands import A, B, C, Field, create, dataset, move, rename, start
from tests.support.records import delete_results, done, entry, record, record_all, result_counts, totals_of
from tests.support.stores import apply, get, history_of, listed_ids, log_of, made

pytestmark = pytest.mark.asyncio

ACTIVE, PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED = RunStatus


async def status_of(store: Store) -> DatasetRunStatus:
    """Return what the stored run A comes to."""
    run = await get(store, A)
    return dataset_status(run.status, run.started_at, run.outcome)


async def skipped(store: Store) -> int:
    """Return how many of the stored run A's items were never reported."""
    run = await get(store, A)
    assert run.dataset is not None
    return skipped_items(run.status, run.dataset.total_items, (await totals_of(store, A)).item_count)


@pytest.mark.parametrize("target", TargetType)
async def test_the_dataset_of_a_run_comes_back(store: Store, target: TargetType) -> None:
    link = DatasetLink("ünï 🛷", START + 1, target, "t" * 256, 2**31 - 1)
    await done(store, create(A, dataset=link), rename(A, "x"), move(A, COMPLETED), move(A, ARCHIVED))
    assert (await get(store, A)).dataset == link


async def test_a_run_need_not_have_a_dataset(store: Store) -> None:
    await done(store, create(A), record(A))
    assert (await get(store, A)).dataset is None


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"dataset_id": ""}, "dataset.dataset_id"),
        ({"dataset_id": " "}, "dataset.dataset_id"),
        ({"dataset_id": "x" * 257}, "dataset.dataset_id"),
        ({"target_id": "a\0"}, "dataset.target_id"),
        ({"items": -1}, "dataset.total_items"),
    ],
    ids=["empty", "blank", "long", "nul", "negative"],
)
async def test_a_dataset_without_sense_is_refused(fields: dict[str, Field], path: str) -> None:
    with pytest.raises(ProblemError) as refusal:
        create(A, dataset=dataset(**fields))
    assert isinstance(refusal.value.problem, InvalidInput)
    assert refusal.value.problem.field == path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ([], DatasetRunStatus.PENDING),
        ([move(A, PAUSED)], DatasetRunStatus.PENDING),
        ([start(A)], DatasetRunStatus.RUNNING),
        ([record(A)], DatasetRunStatus.RUNNING),
        ([record(A), move(A, PAUSED)], DatasetRunStatus.RUNNING),
        ([record(A), delete_results(A)], DatasetRunStatus.RUNNING),
        ([move(A, COMPLETED)], DatasetRunStatus.COMPLETED),
        ([record(A), move(A, FAILED)], DatasetRunStatus.FAILED),
        ([move(A, CANCELLED)], DatasetRunStatus.CANCELLED),
        ([move(A, COMPLETED), move(A, ARCHIVED)], DatasetRunStatus.COMPLETED),
        ([move(A, FAILED), move(A, ARCHIVED)], DatasetRunStatus.FAILED),
        ([move(A, ARCHIVED)], DatasetRunStatus.CANCELLED),
        ([start(A), move(A, PAUSED), move(A, ARCHIVED)], DatasetRunStatus.CANCELLED),
    ],
    ids=[
        "created",
        "paused",
        "started",
        "reported",
        "reported-and-paused",
        "results-deleted",
        "completed",
        "failed",
        "cancelled",
        "completed-and-archived",
        "failed-and-archived",
        "archived",
        "paused-and-archived",
    ],
)
async def test_its_status_is_the_runs_own(store: Store, path: Sequence[AnyCommand], status: DatasetRunStatus) -> None:
    await done(store, create(A, dataset=dataset()), *path)
    assert await status_of(store) is status


@pytest.mark.parametrize(
    ("total", "reported", "left"), [(3, 0, 3), (3, 2, 1), (3, 3, 0), (3, 5, 0), (0, 0, 0), (0, 2, 0)]
)
async def test_items_that_were_never_reported_are_known_at_the_end(
    store: Store, total: int, reported: int, left: int
) -> None:
    await done(store, create(A, dataset=dataset(items=total)), start(A))
    await done(
        store, record_all(*(entry(A, f"{place}", retry_count=retry) for place in range(reported) for retry in (0, 1)))
    )
    assert await skipped(store) == 0
    await made(store, move(A, PAUSED))
    assert await skipped(store) == 0
    await made(store, move(A, CANCELLED))
    assert await skipped(store) == left
    await made(store, move(A, ARCHIVED))
    assert await skipped(store) == left


async def test_counts_and_times_of_a_whole_execution(store: Store, clock: StandingClock) -> None:
    await made(store, create(A, dataset=dataset(items=4)))
    begun = clock.advance()
    await done(store, record(A, "a", error="x"), record(A, "b"), record(A, "c", error="x"))
    clock.advance()
    await done(store, record(A, "a", retry_count=1), record(A, "c", error="y", retry_count=1))
    ended = clock.advance()
    run = await made(store, move(A, COMPLETED))
    assert (run.started_at, run.finished_at) == (begun, ended)
    assert await result_counts(store, A) == (5, 3, 2, 1)
    assert await skipped(store) == 1
    assert await status_of(store) is DatasetRunStatus.COMPLETED


async def test_deleting_results_makes_all_items_unreported(store: Store) -> None:
    await done(store, create(A, dataset=dataset(items=2)), record(A, "a"), record(A, "b"), move(A, COMPLETED))
    assert await skipped(store) == 0
    await done(store, delete_results(A))
    assert await skipped(store) == 2
    assert await result_counts(store, A) == (0, 0, 0, 0)
    assert (await get(store, A)).started_at is not None


def with_status(*wanted: DatasetRunStatus) -> RunFilter:
    return RunFilter(include_archived=True, dataset_status=wanted)


async def test_runs_are_found_by_it(store: Store) -> None:
    await done(store, create(A, dataset=dataset()), create(B, dataset=dataset()), create(C), start(B), start(C))
    assert await listed_ids(store, with_status(DatasetRunStatus.PENDING)) == [A]
    assert await listed_ids(store, with_status(DatasetRunStatus.RUNNING)) == [B]
    await done(store, move(B, COMPLETED), move(A, ARCHIVED))
    assert await listed_ids(store, with_status(DatasetRunStatus.PENDING, DatasetRunStatus.RUNNING)) == []
    assert await listed_ids(store, with_status(DatasetRunStatus.COMPLETED)) == [B]
    assert await listed_ids(store, with_status(DatasetRunStatus.CANCELLED)) == [A]


async def test_changes_are_matched_by_it_before_and_after(store: Store) -> None:
    """Started twice at one instant: before the first it was pending, before the second it was not."""
    await made(store, create(A, dataset=dataset()))
    await apply(store, start(A), start(A), move(A, PAUSED))
    await made(store, move(A, CANCELLED), move(A, ARCHIVED))
    log = await history_of(store, A)
    sides = {
        status: [change.run.version for change in await log_of(store, 0, with_status(status))]
        for status in DatasetRunStatus
    }
    assert sides == {
        DatasetRunStatus.PENDING: [1, 2],
        DatasetRunStatus.RUNNING: [2, 3, 4, 5],
        DatasetRunStatus.COMPLETED: [],
        DatasetRunStatus.FAILED: [],
        DatasetRunStatus.CANCELLED: [5, 6],
    }
    starts = [None if change.before is None else change.before.started_at for change in log]
    assert starts == [None, None, *[log[1].run.started_at] * 4]

from typing import Any

import pytest

from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.instants import parse_instant
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.changes import RunChangeKind
from runindex.domain.runs.filters import RunFilter, TagFilter
from runindex.maintenance.sources.load import ACTOR, MOST_RESULTS
from runindex.maintenance.sources.source import run_id_from
from runindex.maintenance.transfer.import_lines import import_lines
from runindex.ports.maintenance import Storage
from tests.support.clock import START, StandingClock
from tests.support.commands import A, B, C, add_tags, delete, move, patch_metadata, rename
from tests.support.data.exports import exported
from tests.support.data.maintenance import faults
from tests.support.data.sources import NAME, counts_of, load_runs
from tests.support.records import done, everything
from tests.support.stores import find, get, history_of, listed, log_of

pytestmark = pytest.mark.asyncio

NINE, TEN, ELEVEN, NOON = (f"2024-02-03T{hour:02}:00:00.000001Z" for hour in (9, 10, 11, 12))
TRAINED: dict[str, Any] = {
    "id": A,
    "name": "training",
    "createdAt": NINE,
    "startedAt": TEN,
    "finishedAt": NOON,
    "tags": ["env:dev", "b"],
    "metadata": {"lr": 0.10, "deep": {"a": [1, None]}},
    "results": [
        {"itemId": "one", "startedAt": TEN, "latency": 1500, "output": {"x": 1}},
        {"itemId": "two", "startedAt": TEN, "completedAt": ELEVEN, "error": "no", "scores": [{"scorerId": "s"}]},
    ],
}
OPEN = {"id": B, "parentId": A, "name": "open", "createdAt": TEN}


def at(text: str) -> int:
    return parse_instant(text)


async def test_a_run_is_as_its_line_says_with_its_instants_in_the_log(storage: Storage) -> None:
    found = await load_runs(storage, OPEN, TRAINED)
    assert (counts_of(found), found.results) == ((2, 0, 0, 0), 2)
    run = await get(storage, A)
    assert (run.status, run.outcome, run.tags, run.name) == (
        RunStatus.COMPLETED,
        RunStatus.COMPLETED,
        ("env:dev", "b"),
        "training",
    )
    assert run.metadata == '{"lr":0.1,"deep":{"a":[1,null]}}'
    assert (run.created_at, run.started_at, run.finished_at, run.updated_at) == (at(NINE), at(TEN), at(NOON), at(NOON))
    history = await history_of(storage, A)
    assert [(change.kind, change.run.updated_at, change.actor) for change in history] == [
        (RunChangeKind.CREATED, at(NINE), ACTOR),
        (RunChangeKind.STARTED, at(TEN), ACTOR),
        (RunChangeKind.STATUS, at(NOON), ACTOR),
    ]
    assert {change.reason for change in history} == {f"imported from {NAME}"}
    assert (await get(storage, B)).parent_id == A
    assert [run.id for run in await listed(storage, RunFilter(tags=TagFilter(all=("env:dev",))))] == [A]
    kept = (await everything(storage))["records"][A]
    assert sorted(result.created_at for result in kept["Result"]) == [at(TEN) + 1_500_000, at(ELEVEN)]
    assert await faults(storage) == []


async def test_importing_again_changes_nothing(storage: Storage, clock: StandingClock) -> None:
    alike: dict[str, Any] = {"name": "x"}
    runs = [TRAINED, OPEN, {"id": "of another kind", "error": "boom", "createdAt": NINE}, alike, alike]
    first = await load_runs(storage, *runs)
    assert counts_of(first) == (5, 0, 0, 0)
    before, log = await everything(storage), await log_of(storage)
    clock.advance(3600)
    again = await load_runs(storage, *reversed(runs))
    assert (counts_of(again), again.results) == ((0, 0, 5, 0), 0)
    assert await everything(storage) == before
    assert await log_of(storage) == log


async def test_a_run_that_grew_is_brought_along(storage: Storage) -> None:
    await load_runs(storage, TRAINED, OPEN)
    grown: dict[str, Any] = OPEN | {
        "name": "closed",
        "startedAt": TEN,
        "finishedAt": ELEVEN,
        "error": "out of paper",
        "tags": ["new"],
        "metadata": {"a": 1},
        "results": [{"itemId": "late?", "completedAt": "2024-02-03T10:30:00Z"}],
    }
    found = await load_runs(storage, grown)
    assert (counts_of(found), found.results) == ((0, 1, 0, 0), 1)
    run = await get(storage, B)
    assert (run.status, run.error, run.name, run.tags) == (RunStatus.FAILED, "out of paper", "closed", ("new",))
    assert (run.started_at, run.finished_at) == (at(TEN), at(ELEVEN))
    more = grown | {"results": [*grown["results"], {"itemId": "after", "startedAt": NOON}]}
    assert (await load_runs(storage, more)).results == 1
    late = {row.item_id: row.late for row in (await everything(storage))["records"][B]["Result"]}
    assert late == {"late?": 0, "after": 1}
    archived = await load_runs(storage, more | {"archivedAt": NOON})
    assert counts_of(archived) == (0, 1, 0, 0)
    assert (await get(storage, B)).status is RunStatus.ARCHIVED
    assert counts_of(await load_runs(storage, more)) == (0, 0, 1, 0)
    assert await faults(storage) == []


async def test_what_the_source_does_not_say_stays(storage: Storage) -> None:
    await load_runs(storage, TRAINED)
    await done(storage, add_tags(A, "mine"), patch_metadata(A, {"note": "kept"}), move(A, RunStatus.ARCHIVED))
    before = await get(storage, A)
    assert counts_of(await load_runs(storage, TRAINED)) == (0, 0, 1, 0)
    assert await get(storage, A) == before
    await done(storage, rename(A, "other"), patch_metadata(A, {"lr": 7}))
    assert counts_of(await load_runs(storage, TRAINED)) == (0, 1, 0, 0)
    run = await get(storage, A)
    assert (run.name, run.tags) == ("training", ("env:dev", "b", "mine"))
    assert run.metadata == '{"lr":0.1,"deep":{"a":[1,null]},"note":"kept"}'


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"createdAt": TEN}, "created at 2024-02-03T09:00:00.000001Z, in the source at 2024-02-03T10:00:00"),
        ({"parentId": C}, f"below no run, in the source below {C}"),
        ({"traceId": "t"}, "another trace id"),
        ({"finishedAt": None}, "COMPLETED cannot become ACTIVE"),
        ({"status": "CANCELLED"}, "COMPLETED cannot become CANCELLED"),
        ({"error": "x"}, "COMPLETED cannot become FAILED"),
        ({"results": [{"itemId": "one", "startedAt": TEN, "latency": 1}]}, "item 'one'"),
        ({"metadata": {"_runindex_x": 1}}, "_runindex_"),
        ({"name": "y", "results": [{"itemId": "n", "startedAt": "2200-01-01T00:00:00Z"}]}, "of the future"),
    ],
)
async def test_a_contradiction_is_told_and_leaves_the_run(
    storage: Storage, change: dict[str, object], words: str
) -> None:
    await load_runs(storage, TRAINED, OPEN)
    before = await everything(storage)
    found = await load_runs(storage, {"id": C, "name": "fine"}, TRAINED | {"name": "changed"} | change)
    assert counts_of(found) == (1, 0, 0, 1)
    ((place, reason),) = found.refused
    assert place == f"{NAME}, line 2"
    assert words in reason
    await done(storage, delete(C))
    after = await everything(storage)
    assert (after["runs"], after["records"]) == (before["runs"], before["records"])
    assert await faults(storage) == []


async def test_a_paused_run_goes_on_as_its_source_does(storage: Storage) -> None:
    paused = {"id": A, "createdAt": NINE, "status": "PAUSED"}
    await load_runs(storage, paused)
    assert (await get(storage, A)).status is RunStatus.PAUSED
    assert counts_of(await load_runs(storage, paused)) == (0, 0, 1, 0)
    await load_runs(storage, paused | {"status": "COMPLETED", "finishedAt": NOON})
    assert [change.run.status for change in await history_of(storage, A)] == [
        RunStatus.ACTIVE,
        RunStatus.PAUSED,
        RunStatus.ACTIVE,
        RunStatus.COMPLETED,
    ]
    assert (await get(storage, A)).finished_at == at(NOON)


async def test_instants_never_fall_even_if_the_source_speaks_late(storage: Storage) -> None:
    await load_runs(storage, OPEN | {"parentId": None})
    await done(storage, add_tags(B, "touched here"))
    finished = OPEN | {"parentId": None, "finishedAt": NOON}
    await load_runs(storage, finished)
    assert (await get(storage, B)).finished_at == START
    assert counts_of(await load_runs(storage, finished)) == (0, 0, 1, 0)
    assert await faults(storage) == []


async def test_a_run_that_was_deleted_here_is_imported_anew(storage: Storage) -> None:
    await load_runs(storage, TRAINED)
    await done(storage, delete(A))
    found = await load_runs(storage, TRAINED)
    assert (counts_of(found), found.results) == ((1, 0, 0, 0), 2)
    assert (await get(storage, A)).version == 3


async def test_a_parent_that_is_nowhere_refuses_its_child(storage: Storage) -> None:
    found = await load_runs(storage, OPEN)
    assert found.refused == [(f"{NAME}, line 1", f"Run {A} does not exist")]
    assert await find(storage, B) is None


async def test_a_run_with_more_results_than_a_batch_takes_is_whole_in_the_end(storage: Storage) -> None:
    results = [{"itemId": f"i{number}", "startedAt": TEN} for number in range(2 * MOST_RESULTS + 1)]
    run = {"id": A, "createdAt": NINE, "finishedAt": NOON, "results": results}
    found = await load_runs(storage, run)
    assert (counts_of(found), found.results) == ((1, 0, 0, 0), len(results))
    assert (await get(storage, A)).status is RunStatus.COMPLETED
    assert (counts_of(await load_runs(storage, run)), found.refused) == ((0, 0, 1, 0), [])
    assert await faults(storage) == []


async def test_ids_are_the_sources_own_or_follow_from_them(storage: Storage) -> None:
    await load_runs(storage, {"id": A.upper()}, {"id": "nightly 7", "parentId": A}, {"id": "default", "name": "d"})
    ids = {run.id for run in await listed(storage)}
    assert ids == {DEFAULT_RUN, A, run_id_from("nightly 7", "jsonl"), run_id_from("default", "jsonl")}
    assert (await get(storage, DEFAULT_RUN)).name is None


async def test_what_was_imported_is_exported_and_imported_elsewhere(storage: Storage, other: Storage) -> None:
    await load_runs(storage, TRAINED, OPEN, {"id": "x", "createdAt": NINE, "error": "boom", "archivedAt": NOON})
    lines = await exported(storage)
    await import_lines(other, lines)
    assert await exported(other) == lines
    assert await everything(other) == await everything(storage)
    assert counts_of(await load_runs(other, TRAINED, OPEN)) == (0, 0, 2, 0)

"""An index with every kind of record, and shorthands for its maintenance."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Final

from runindex.commands.outcomes import JobSaved, JobsClaimed, PlanSaved
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.lifecycle import RunStatus
from runindex.domain.records.results import Score
from runindex.domain.records.runtimes import InputDurability, InputState, RuntimeState
from runindex.domain.records.views import ViewColumn
from runindex.domain.runs.retention import Removable, keep_duration, keep_latest
from runindex.maintenance.compaction import Compacted
from runindex.maintenance.transfer.export import export_lines
from runindex.maintenance.verification.verify import verify
from runindex.ports.maintenance import Maintenance, Storage
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import A, B, C, D, E, add_tags, create, dataset, delete, move, rename, retain, start
from tests.support.records import (
    acknowledge,
    annotate,
    append,
    apply_receipt,
    claim,
    commit,
    commit_lifecycle,
    delete_plan,
    delete_results,
    delete_values,
    done,
    enqueue,
    gained,
    patch,
    persist,
    plan,
    put,
    record,
    score,
    set_cell,
    start_plan,
    update,
    view,
    write,
)

SWEEP: Final = 7
# Numbers that a float cannot hold, and texts that an encoder may spell otherwise.
ODD: Final = {"z": Decimal("0.10"), "a": 10**30, "ü\u2028\u007f": ['"\\/\b', {"\u00e4": None}], "n": -0.0, "e": 1e300}


async def furnish(store: Store, clock: StandingClock) -> None:
    """Make runs A to D with records of every kind, former incarnations, deletions, plans, jobs and runtimes."""
    await done(store, create(A), put(A), append(A, ("s", {})), record(A), delete(A))
    clock.advance()
    await done(
        store,
        create(A, name="Ärger 🛷", tags=("a", "ü", "env:test"), metadata=ODD, dataset=dataset(items=4), reason="why"),
        create(B, parent_id=A, tags=("a",), retention=keep_latest(2)),
        create(C, parent_id=B, retention=keep_duration(60)),
        create(D, parent_id=C, actor="somebody"),
    )
    clock.advance()
    await done(store, record(A, "gone", error="x"), record(A, "gone", retry_count=1), delete_results(A))
    await _work_on(store, clock, A)
    await _work_on(store, clock, B)
    await done(store, rename(A, "renamed"), rename(A, None), add_tags(B, "late"), retain(DEFAULT_RUN, keep_latest(9)))
    await done(store, put(DEFAULT_RUN, "k", ODD), move(C, RunStatus.FAILED), move(D, RunStatus.ARCHIVED))
    await _plan_and_run(store)
    clock.advance()


async def follow_up(store: Store, run: str) -> None:
    """Close a furnished run, and report, score and annotate late what `furnish` made or this makes."""
    scores = (Score("s1", 1.0, "better", None), Score("human", 2, scorer_name="Ann Ö"))
    await done(
        store,
        create(E, trace_id="trace 🛷", dataset=dataset()),
        start(E),
        start(E),
        move(run, RunStatus.COMPLETED),
        record(run, "late", late=True, trace_id="t-1", error=""),
        append(run, ("late", {}), late=True),
        score(run, "item-1", *scores, retry_count=1, reason="review", actor="ann"),
        score(run, "item-1", Score("s1", 0.25), retry_count=1),
        annotate(run, "item-1", ODD, add_labels=("a", "ü"), actor="ann"),
        annotate(run, "item-1", {"z": None}, remove_labels=("a",)),
    )


async def _work_on(store: Store, clock: StandingClock, run: str) -> None:
    scores = (Score("s1", 0.5, "good", None), Score("s2", None, None, "broken"))
    await done(
        store,
        record(run, "item-1", error="first", input=ODD, output=[1.0], expected_output=None, item_version=7),
        record(run, "item-1", retry_count=1, latency=0.1, scores=scores),
        record(run, "ïtem", latency=3, error="always"),
        put(run, "a", ODD),
        put(run, "a", 2),
        put(run, "b", "x"),
    )
    clock.advance()
    await done(
        store,
        put(run, "a", None),
        delete_values(run, "b"),
        put(run, "b"),
        delete_values(run, "b"),
        append(run, ("one", ODD), ("two", {}), ("one", {"n": 1.50})),
        append(run, ("three", {"x": [1, 2]})),
        set_cell(run, "c", 1),
        set_cell(run, "c", ODD),
        write(run, "d", {"x": 1, "y": {"z": 2}}),
        patch(run, "d", {"y": None}),
        patch(run, "e", ODD),
        commit(
            "agent", run, update("in-1", detail=ODD, durability=InputDurability.DURABLE), snapshot=b'{"messages":[1]}'
        ),
        commit("agent", run, contributing=["in-1"]),
        apply_receipt("other", run, 5, update("in-2", InputState.CONSUMED), snapshot=b"\x00\xff opaque"),
        commit("other", run),
    )
    clock.advance()


async def _plan_and_run(store: Store) -> None:
    kept = (await gained(store, plan("kept", ODD), PlanSaved)).plan
    dropped = (await gained(store, plan("dropped"), PlanSaved)).plan
    await done(store, start_plan(kept.id, tags=("planned",)), delete_plan(dropped.id))
    await gained(store, enqueue(ODD, queue="slow", priority=3), JobSaved)
    claimed = (await gained(store, claim(), JobsClaimed)).jobs
    await done(store, *(acknowledge(job.id) for job in claimed))
    columns = (ViewColumn("name", 200), ViewColumn("metadata.ü"))
    await done(
        store,
        view("kept", run_filter={"status": ["FAILED"], "metadata": [{"path": "z", "value": Decimal("0.10")}]}),
        view("default ü", run_order={"field": "DURATION"}, columns=columns, is_default=True),
    )
    await done(store, commit_lifecycle("idle", RuntimeState.IDLE, update("in-9")), persist("agent", update("in-3")))


async def export(maintenance: Maintenance) -> bytes:
    """Return a whole export."""
    return b"".join([line async for line in export_lines(maintenance)])


async def faults(maintenance: Maintenance) -> list[str]:
    """Return all faults that verification finds."""
    return [fault async for fault in verify(maintenance)]


async def swept(storage: Storage) -> int:
    """Sweep until nothing is left, and return how many rows went."""
    total = 0
    while number := await storage.sweep(SWEEP):
        assert number <= SWEEP + 1
        total += number
    return total


async def by_run(compacted: AsyncIterator[Compacted]) -> dict[str, Removable]:
    """Return what was removed, or would be, by run."""
    return {one.run_id: one.removed async for one in compacted}


def lines_of(exported: bytes) -> list[bytes]:
    """Return an export's lines."""
    return exported.splitlines(keepends=True)

"""Shorthands that make commands on records, and read records of a store."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from runindex.commands import (
    AcknowledgeJob,
    AnnotateResult,
    AnyCommand,
    AppendEvents,
    ApplyBoundary,
    Attempt,
    ClaimJobs,
    CommitBoundary,
    CommitLifecycle,
    CreatePlan,
    CreateView,
    DeleteJob,
    DeleteJobs,
    DeletePlan,
    DeleteResults,
    DeleteRuntime,
    DeleteRuntimes,
    DeleteValues,
    DeleteView,
    DocumentVerb,
    EnqueueJob,
    EventEntry,
    FailJob,
    InputUpdate,
    PersistInput,
    PutValues,
    RecordResult,
    RecordResults,
    ScoreResult,
    SetCell,
    StartPlan,
    UpdatePlan,
    UpdateView,
    ValueEntry,
    WriteDocument,
)
from runindex.commands.outcomes import ResultRecorded, ResultsRecorded
from runindex.domain.instants import SECOND
from runindex.domain.json_text import JsonValue
from runindex.domain.problems import PROBLEMS, ConstraintReason, ConstraintViolation
from runindex.domain.records.events import Event
from runindex.domain.records.jobs import Job, JobFilter
from runindex.domain.records.plans import Plan
from runindex.domain.records.results import Item, Result, ResultScore, Score
from runindex.domain.records.run_data import Cell, Document, Value, ValueVersion
from runindex.domain.records.runtimes import (
    InputState,
    Receipt,
    ReceiptHead,
    RunBoundary,
    Runtime,
    RuntimeFilter,
    RuntimeInput,
    RuntimeState,
)
from runindex.domain.records.totals import Totals
from runindex.domain.records.views import DefaultView, View
from runindex.domain.runs.run import Run
from runindex.ports.queries import Columns, Row, Window
from runindex.ports.record_lists import NO_OWNER, Condition, ListQuery, RecordList
from runindex.ports.store import Store
from tests.support.clock import START
from tests.support.commands import Field, run_id
from tests.support.stores import PLENTY, do, get, listed

R = TypeVar("R")
T = TypeVar("T")

# The fields that order a run's records of a kind, and those that order all of a kind that no run owns.
ORDERS: Final[Mapping[type, tuple[str, ...]]] = {
    Totals: ("owner",),
    Result: ("started_at", "created_at", "id"),
    Item: ("item_id",),
    ResultScore: ("item_id", "retry_count", "scorer_id", "revision"),
    Value: ("key_name",),
    ValueVersion: ("key_name", "version"),
    Event: ("sequence",),
    Cell: ("name",),
    Document: ("key_name",),
    Receipt: ("created_at", "sequence", "runtime_id"),
    ReceiptHead: ("runtime_id",),
    Plan: ("created_at", "id"),
    Job: ("created_at", "id"),
    Runtime: ("runtime_id",),
    RuntimeInput: ("runtime_id", "position"),
    View: ("name", "id"),
    DefaultView: ("slot",),
}
UNOWNED: Final = (Plan, Job, Runtime, RuntimeInput, View, DefaultView)
OWNED: Final = tuple(kind for kind in ORDERS if kind not in UNOWNED)
# Ids for results.
R1, R2, R3, R4 = (run_id(number) for number in range(0xE1, 0xE5))


def entry(run: str, item: str = "item-1", **fields: Field) -> RecordResult:
    """Make an entry of `recordResults`: by default, an attempt that took a second."""
    started = fields.pop("started_at", START)
    values: dict[str, Field] = {"latency": 1000.0, "completed_at": started + SECOND} | fields
    return RecordResult(mutation="recordResult", run_id=run, item_id=item, started_at=started, **values)


def record(run: str, item: str = "item-1", **fields: Field) -> RecordResult:
    return entry(run, item, **fields).checked()


def record_all(*entries: RecordResult, **fields: Field) -> RecordResults:
    return RecordResults(mutation="recordResults", results=entries, **fields).checked()


def score(run: str, item: str = "item-1", *scores: Score, **fields: Field) -> ScoreResult:
    return ScoreResult(mutation="scoreResult", run_id=run, item_id=item, scores=scores, **fields).checked()


def score_by_id(result: Result, *scores: Score, **fields: Field) -> ScoreResult:
    """Score a result by its id, found before as the index does."""
    found = Attempt(result.run_id, result.item_id, result.retry_count)
    command = ScoreResult(mutation="scoreResult", result_id=result.id, scores=scores, **fields).checked()
    return replace(command, found=found)


def annotate(run: str, item: str = "item-1", patch: JsonValue = None, **fields: Field) -> AnnotateResult:
    return AnnotateResult(mutation="annotateResult", run_id=run, item_id=item, patch=patch, **fields).checked()


def delete_results(run: str, **fields: Field) -> DeleteResults:
    return DeleteResults(mutation="deleteResults", run_id=run, **fields).checked()


def put(run: str, key: str = "key", value: JsonValue = 1, *, expected: int | None = None, **fields: Field) -> PutValues:
    return put_all(run, value_of(key, value, expected), **fields)


def value_of(key: str, value: JsonValue = 1, expected: int | None = None) -> ValueEntry:
    return ValueEntry(key=key, value=value, expected_version=expected)


def put_all(run: str, *entries: ValueEntry, **fields: Field) -> PutValues:
    return PutValues(mutation="putRunValues", run_id=run, entries=entries, **fields).checked()


def delete_values(run: str, *keys: str, **fields: Field) -> DeleteValues:
    return DeleteValues(mutation="deleteRunValues", run_id=run, keys=keys, **fields).checked()


def append(run: str, *events: tuple[str, JsonValue], **fields: Field) -> AppendEvents:
    entries = tuple(EventEntry(stream=stream, payload=payload) for stream, payload in events)
    return AppendEvents(mutation="appendRunEvents", run_id=run, events=entries, **fields).checked()


def set_cell(run: str, name: str = "cell", value: JsonValue = 1, **fields: Field) -> SetCell:
    return SetCell(mutation="setRunCell", run_id=run, name=name, value=value, **fields).checked()


def write(run: str, key: str, content: JsonValue, **fields: Field) -> WriteDocument:
    return _write(run, key, DocumentVerb.REPLACE, content, fields)


def patch(run: str, key: str, change: JsonValue, **fields: Field) -> WriteDocument:
    return _write(run, key, DocumentVerb.PATCH, change, fields)


def _write(run: str, key: str, verb: DocumentVerb, value: JsonValue, fields: Mapping[str, Field]) -> WriteDocument:
    command = WriteDocument(mutation="writeRunDocument", run_id=run, key=key, verb=verb, value=value, **fields)
    return command.checked()


def plan(name: str = "plan", spec: JsonValue = 1, **fields: Field) -> CreatePlan:
    return CreatePlan(mutation="createPlan", name=name, spec=spec, **fields).checked()


def update_plan(target: str, **fields: Field) -> UpdatePlan:
    return UpdatePlan(mutation="updatePlan", id=target, **fields).checked()


def delete_plan(target: str, **fields: Field) -> DeletePlan:
    return DeletePlan(mutation="deletePlan", id=target, **fields).checked()


def start_plan(target: str, **fields: Field) -> StartPlan:
    return StartPlan(mutation="startPlan", plan_id=target, **fields).checked()


def enqueue(data: JsonValue = None, **fields: Field) -> EnqueueJob:
    return EnqueueJob(mutation="enqueueJob", data=data, **fields).checked()


def claim(limit: int = 1, *, lease: int = 300, **fields: Field) -> ClaimJobs:
    return ClaimJobs(mutation="claimJobs", limit=limit, lease_seconds=lease, **fields).checked()


def acknowledge(target: str, attempt: int | None = None, **fields: Field) -> AcknowledgeJob:
    return AcknowledgeJob(mutation="acknowledgeJob", id=target, attempt=attempt, **fields).checked()


def fail_job(target: str, attempt: int | None = None, *, error: str = "no luck", **fields: Field) -> FailJob:
    return FailJob(mutation="failJob", id=target, attempt=attempt, error=error, **fields).checked()


def delete_job(target: str, **fields: Field) -> DeleteJob:
    return DeleteJob(mutation="deleteJob", id=target, **fields).checked()


def delete_jobs(*ids: str, **conditions: Field) -> DeleteJobs:
    """Make a command that deletes the jobs of these ids, or without any those that a filter matches."""
    key = conditions.pop("idempotency_key", None)
    selection: dict[str, Field] = {"ids": ids} if ids else {"filter": JobFilter(**conditions)}
    return DeleteJobs(mutation="deleteJobs", idempotency_key=key, **selection).checked()


def update(input_id: str, state: InputState = InputState.ACCEPTED, **given: Field) -> InputUpdate:
    """Make an update of an input that gives the fields named, and no others."""
    return InputUpdate(input_id=input_id, state=state, given=frozenset(given), **given)


def commit(
    runtime: str,
    run: str,
    *updates: InputUpdate,
    snapshot: bytes = b'{"messages":[]}',
    boundary: RunBoundary = RunBoundary.RUN_CHECKPOINT,
    contributing: Sequence[str] = (),
    **fields: Field,
) -> CommitBoundary:
    return CommitBoundary(
        mutation="commitBoundary",
        runtime_id=runtime,
        run_id=run,
        updates=updates,
        snapshot=snapshot,
        boundary=boundary,
        contributing_input_ids=tuple(contributing),
        **fields,
    ).checked()


def apply_receipt(runtime: str, run: str, sequence: int, *updates: InputUpdate, **fields: Field) -> ApplyBoundary:
    given: dict[str, Field] = {
        "boundary": RunBoundary.IMMEDIATE,
        "contributing_input_ids": (),
        "conversation_digest": None,
        "message_count": 0,
    } | fields
    return ApplyBoundary(
        mutation="applyBoundary", runtime_id=runtime, run_id=run, sequence=sequence, updates=updates, **given
    ).checked()


def persist(runtime: str, *updates: InputUpdate, **fields: Field) -> PersistInput:
    return PersistInput(mutation="persistRuntimeInput", runtime_id=runtime, updates=updates, **fields).checked()


def commit_lifecycle(runtime: str, state: RuntimeState, *updates: InputUpdate, **fields: Field) -> CommitLifecycle:
    return CommitLifecycle(
        mutation="commitRuntimeLifecycle", runtime_id=runtime, state=state, updates=updates, **fields
    ).checked()


def delete_runtime(runtime: str, **fields: Field) -> DeleteRuntime:
    return DeleteRuntime(mutation="deleteRuntime", runtime_id=runtime, **fields).checked()


def delete_runtimes(*ids: str, **conditions: Field) -> DeleteRuntimes:
    """Make a command that deletes the runtimes of these names, or without any those that a filter matches."""
    key = conditions.pop("idempotency_key", None)
    selection: dict[str, Field] = {"ids": ids} if ids else {"filter": RuntimeFilter(**conditions)}
    return DeleteRuntimes(mutation="deleteRuntimes", idempotency_key=key, **selection).checked()


def view(name: str = "view", **fields: Field) -> CreateView:
    return CreateView(mutation="createView", name=name, **fields).checked()


def update_view(target: str, **fields: Field) -> UpdateView:
    return UpdateView(mutation="updateView", id=target, **fields).checked()


def delete_view(target: str, **fields: Field) -> DeleteView:
    return DeleteView(mutation="deleteView", id=target, **fields).checked()


async def gained(store: Store, command: AnyCommand, kind: type[T]) -> T:
    """Apply a command and return its outcome, which is of this kind."""
    outcome = await do(store, command)
    assert isinstance(outcome, kind), outcome
    return outcome


def assert_refused(outcome: object, reason: ConstraintReason) -> None:
    """Assert that an outcome is a violation of this constraint."""
    assert isinstance(outcome, ConstraintViolation), outcome
    assert outcome.reason is reason


async def recorded(store: Store, command: RecordResult) -> ResultRecorded:
    """Record an attempt and return the outcome, which is a success."""
    return await gained(store, command, ResultRecorded)


async def recorded_all(store: Store, *entries: RecordResult, **fields: Field) -> ResultsRecorded:
    """Record many attempts in one call and return the outcome."""
    return await gained(store, record_all(*entries, **fields), ResultsRecorded)


async def done(store: Store, *batch: AnyCommand) -> None:
    """Apply commands that succeed, one after the other."""
    for command in batch:
        outcome = await do(store, command)
        assert not isinstance(outcome, PROBLEMS), outcome


def columns_of(kind: type) -> Columns:
    """Return all of a kind's columns."""
    slots: Sequence[str] = getattr(kind, "__slots__", ())
    return frozenset(slots)


def record_from(kind: type[R], row: Row) -> R:
    """Return the record that a row with all columns holds; a state is the text that its enum's member equals."""
    return kind(**{name: row[name] for name in columns_of(kind)})


async def find_record(store: Store, kind: type[R], *key: object) -> R | None:
    """Return the record of a key, or None."""
    rows = await store.find_records(kind, [key], columns_of(kind))
    assert len(rows) <= 1
    return record_from(kind, rows[0]) if rows else None


async def listed_of(
    store: Store,
    run: str | int,
    kind: type[R],
    *conditions: Condition,
    window: Window | None = None,
    descending: bool = False,
) -> list[R]:
    """Return records of a run, by its id or incarnation, in the order of their kind; by default all of them."""
    owner = run if isinstance(run, int) else (await get(store, run)).incarnation
    listing = RecordList(kind, ORDERS[kind], descending, conditions, "owner")
    rows = await store.list_records(ListQuery(listing, window or Window(PLENTY)), [owner], columns_of(kind))
    return [record_from(kind, row) for row in rows.get(owner, ())]


async def counted_of(store: Store, run: str, kind: type, *conditions: Condition) -> int:
    """Return how many records of a run's list there are."""
    owner = (await get(store, run)).incarnation
    listing = RecordList(kind, ORDERS[kind], conditions=conditions, owner_field="owner")
    return (await store.count_records(listing, [owner])).get(owner, 0)


async def all_of(
    store: Store, kind: type[R], *conditions: Condition, window: Window | None = None, descending: bool = False
) -> list[R]:
    """Return records of a kind that no run owns, in its order; by default all of them."""
    listing = RecordList(kind, ORDERS[kind], descending, conditions)
    rows = await store.list_records(ListQuery(listing, window or Window(PLENTY)), (), columns_of(kind))
    return [record_from(kind, row) for row in rows[NO_OWNER]]


async def totals_of(store: Store, run: str) -> Totals:
    """Return the counts of a run."""
    incarnation = (await get(store, run)).incarnation
    return await find_record(store, Totals, incarnation) or Totals(incarnation, run)


async def result_counts(store: Store, run: str) -> tuple[int, int, int, int]:
    """Return how many attempts and items a run has, and how many of the items succeeded and failed."""
    totals = await totals_of(store, run)
    return totals.result_count, totals.item_count, totals.succeeded, totals.failed


async def job_of(store: Store, job_id: str) -> Job:
    """Return a job that exists."""
    job = await find_record(store, Job, job_id)
    assert job is not None
    return job


async def plan_of(store: Store, plan_id: str) -> Plan | None:
    """Return a plan, or None."""
    return await find_record(store, Plan, plan_id)


async def result_of(store: Store, result_id: str) -> Result | None:
    """Return a result by its id, or None."""
    row = (await store.find_results([result_id], columns_of(Result))).get(result_id)
    return None if row is None else record_from(Result, row)


async def kept_of(store: Store, run: Run) -> dict[str, list[Any]]:
    """Return everything that belongs to a run, by kind; kinds of which it has nothing are left out."""
    found: dict[str, list[Any]] = {kind.__name__: await listed_of(store, run.incarnation, kind) for kind in OWNED}
    return {name: records for name, records in found.items() if records}


async def everything(store: Store) -> dict[str, Any]:
    """Return a store's runs, records and end of the log, to be compared with an earlier state."""
    runs = await listed(store)
    return {
        "head": (await store.log_state()).head,
        "runs": runs,
        "records": {run.id: await kept_of(store, run) for run in runs},
        **{kind.__name__: await all_of(store, kind) for kind in UNOWNED},
    }

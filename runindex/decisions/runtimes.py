"""Decisions on agent runtimes: a command is recorded as the driver sent it, all of it or nothing."""

from collections.abc import Sequence
from dataclasses import replace

from runindex.commands import (
    ApplyBoundary,
    CommitBoundary,
    CommitLifecycle,
    DeleteRuntime,
    InputUpdate,
    PersistInput,
    RuntimeCommand,
)
from runindex.commands.outcomes import BoundaryApplied, RuntimeDeleted, RuntimeSaved, Success
from runindex.decisions.guards import open_run, start_if_new
from runindex.decisions.workspace import Workspace
from runindex.domain import json_text
from runindex.domain.problems import ConstraintReason, NotFound, ProblemError, violation
from runindex.domain.records.runtimes import Receipt, ReceiptHead, Runtime, RuntimeInput, digest_of
from runindex.domain.runs.run import Run


def commit_boundary(workspace: Workspace, command: CommitBoundary) -> BoundaryApplied:
    """Make a receipt with the next sequence, replace the snapshot, and stamp each input."""
    run = open_run(workspace, command.run_id)
    digest, count = digest_of(command.snapshot)
    head = _head(workspace, command, run)
    receipt = Receipt(
        runtime_id=command.runtime_id,
        owner=run.incarnation,
        sequence=head.sequence,
        run_id=run.id,
        boundary=command.boundary,
        contributing_input_ids=json_text.dumps(command.contributing_input_ids),
        conversation_digest=digest,
        message_count=count,
        created_at=workspace.instant(run),
    )
    return _apply(workspace, command, run, receipt, command.snapshot, stamp=receipt)


def apply_boundary(workspace: Workspace, command: ApplyBoundary) -> BoundaryApplied:
    """Store the caller's receipt as it is; refuse one that exists already."""
    run = open_run(workspace, command.run_id)
    receipt = Receipt(
        runtime_id=command.runtime_id,
        owner=run.incarnation,
        sequence=command.sequence,
        run_id=run.id,
        boundary=command.boundary,
        contributing_input_ids=json_text.dumps(command.contributing_input_ids),
        conversation_digest=command.conversation_digest,
        message_count=command.message_count,
        created_at=workspace.instant(run),
    )
    if workspace.records(Receipt).get(receipt.key) is not None:
        raise violation(
            ConstraintReason.DUPLICATE_RECEIPT, f"receipt {command.sequence} of this runtime and run exists"
        )
    return _apply(workspace, command, run, receipt, command.snapshot, stamp=None)


def persist_input(workspace: Workspace, command: PersistInput) -> RuntimeSaved:
    """Insert or update one input."""
    return RuntimeSaved(_save_runtime(workspace, command, _runtime(workspace, command), stamp=None))


def commit_lifecycle(workspace: Workspace, command: CommitLifecycle) -> RuntimeSaved:
    """Write a runtime's state and inputs in one step."""
    runtime = replace(_runtime(workspace, command), state=command.state)
    return RuntimeSaved(_save_runtime(workspace, command, runtime, stamp=None))


def delete_runtime(workspace: Workspace, command: DeleteRuntime) -> RuntimeDeleted:
    """Delete a runtime and its inputs. Receipts belong to their runs and stay: later sequences count on from them."""
    runtime = workspace.records(Runtime).get((command.runtime_id,))
    if runtime is None:
        raise ProblemError(NotFound("Runtime", command.runtime_id))
    workspace.records(Runtime).remove(runtime.key)
    workspace.drop_inputs(runtime.runtime_id)
    return RuntimeDeleted(runtime.runtime_id)


def _apply(  # noqa: PLR0913 - the parts of a boundary
    workspace: Workspace,
    command: RuntimeCommand[Success],
    run: Run,
    receipt: Receipt,
    snapshot: bytes | None,
    *,
    stamp: Receipt | None,
) -> BoundaryApplied:
    runtime = _runtime(workspace, command)
    if snapshot is not None:
        runtime = replace(runtime, snapshot=snapshot)
    runtime = _save_runtime(workspace, command, runtime, stamp=stamp)
    workspace.save(receipt)
    head = _head(workspace, command, run)
    workspace.save(replace(head, sequence=max(head.sequence, receipt.sequence + 1)))
    totals = workspace.totals(run)
    workspace.save(replace(totals, receipt_count=totals.receipt_count + 1, last_at=receipt.created_at))
    start_if_new(workspace, run, command)
    return BoundaryApplied(receipt, runtime)


def _head(workspace: Workspace, command: RuntimeCommand[Success], run: Run) -> ReceiptHead:
    key = (command.runtime_id, run.incarnation)
    return workspace.records(ReceiptHead).get(key) or ReceiptHead(*key)


def _runtime(workspace: Workspace, command: RuntimeCommand[Success]) -> Runtime:
    return workspace.records(Runtime).get((command.runtime_id,)) or Runtime(command.runtime_id)


def _save_runtime(
    workspace: Workspace, command: RuntimeCommand[Success], runtime: Runtime, *, stamp: Receipt | None
) -> Runtime:
    inputs = _updated(workspace, command.updates, runtime, stamp)
    runtime = replace(runtime, inputs=max([runtime.inputs, *(entry.position + 1 for entry in inputs)]))
    for entry in inputs:
        workspace.save(entry)
    workspace.save(runtime)
    return runtime


def _updated(
    workspace: Workspace, updates: Sequence[InputUpdate], runtime: Runtime, stamp: Receipt | None
) -> list[RuntimeInput]:
    inputs: dict[str, RuntimeInput] = {}
    position = runtime.inputs
    for update in updates:
        stored = inputs.get(update.input_id) or workspace.find_input(runtime.runtime_id, update.input_id)
        if stored is None:
            stored = _new_input(workspace, runtime, update, position)
            position += 1
        inputs[update.input_id] = _merged(workspace, stored, update, stamp)
    return list(inputs.values())


def _new_input(workspace: Workspace, runtime: Runtime, update: InputUpdate, position: int) -> RuntimeInput:
    return RuntimeInput(
        runtime_id=runtime.runtime_id,
        input_id=update.input_id,
        position=position,
        state=update.state,
        durability=None,
        idempotency_key=None,
        attempt_count=0,
        recovery_count=0,
        detail=None,
        last_run_id=None,
        last_boundary_sequence=None,
        created_at=workspace.now,
        updated_at=workspace.now,
    )


def _merged(workspace: Workspace, stored: RuntimeInput, update: InputUpdate, stamp: Receipt | None) -> RuntimeInput:
    """Return the input with the fields of the update; those it leaves out keep their values."""
    given = {name: getattr(update, name) for name in update.given if name != "detail"}
    if "detail" in update.given:
        given["detail"] = None if update.detail is None else json_text.check_content(update.detail, "detail")
    if stamp is not None:
        given |= {"last_run_id": stamp.run_id, "last_boundary_sequence": stamp.sequence}
    return replace(stored, state=update.state, updated_at=max(workspace.now, stored.updated_at), **given)

"""The decision on a batch: each command in the order of arrival, judged against what its predecessors left."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from runindex import commands
from runindex.answers import encode_answer, replay
from runindex.commands import AnyCommand, BulkCommand
from runindex.decisions import bulk, runs
from runindex.domain.idempotency import KeptAnswer
from runindex.domain.problems import IdempotencyConflict, RefusedError
from runindex.outcomes import Outcome, Success
from runindex.workspace import Workspace

Decision: TypeAlias = Callable[[Workspace, Any], Success]

DECISIONS: Final[Mapping[type, Decision]] = {
    commands.CreateRun: runs.create_run,
    commands.StartRun: runs.start_run,
    commands.TransitionRun: runs.transition_run,
    commands.RenameRun: runs.rename_run,
    commands.UpdateMetadata: runs.update_metadata,
    commands.AddTags: runs.add_tags,
    commands.RemoveTags: runs.remove_tags,
    commands.SetRetention: runs.set_retention,
    commands.DeleteRun: runs.delete_run,
}
BULK_DECISIONS: Final[Mapping[type, Callable[[Workspace, Any, int], Success]]] = {
    commands.TransitionRuns: bulk.transition_runs,
    commands.DeleteRuns: bulk.delete_runs,
}


def decide(workspace: Workspace, batch: Sequence[AnyCommand]) -> list[Outcome | Exception]:
    """Judge each command; one that breaks (an exception, which is a fault of ours) leaves nothing behind."""
    outcomes: list[Outcome | Exception] = []
    for place, command in enumerate(batch):
        workspace.checkpoint()
        try:
            outcomes.append(_decide_one(workspace, command, place))
        except RefusedError as refusal:
            workspace.undo()
            outcomes.append(refusal.problem)
        except Exception as error:  # noqa: BLE001 - the other commands of the batch must not suffer
            workspace.undo()
            outcomes.append(error)
    return outcomes


def _decide_one(workspace: Workspace, command: AnyCommand, place: int) -> Outcome:
    scope = command.scope
    if scope is None:
        return _judge(workspace, command, place)
    kept = workspace.kept.get(scope)
    if kept is not None:
        if kept.fingerprint != command.fingerprint:
            return IdempotencyConflict(scope.key)
        return replay(kept.answer, workspace)
    success = _judge(workspace, command, place)
    workspace.kept.put(
        scope,
        KeptAnswer(scope, command.fingerprint, encode_answer(success), workspace.now),
    )
    return success


def _judge(workspace: Workspace, command: AnyCommand, place: int) -> Success:
    if isinstance(command, BulkCommand):
        return BULK_DECISIONS[type(command)](workspace, command, place)
    return DECISIONS[type(command)](workspace, command)

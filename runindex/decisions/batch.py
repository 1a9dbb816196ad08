"""The decision on a batch: each command in the order of arrival, judged against what its predecessors left."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

from runindex import commands
from runindex.commands import AnyCommand, RecordResults
from runindex.commands.outcomes import Outcome, ResultRecorded, ResultsRecorded, Success
from runindex.decisions import bulk, jobs, plans, results, run_data, runs, runtimes
from runindex.decisions.replay import encode_answer, replay
from runindex.decisions.workspace import Workspace
from runindex.domain.idempotency import KeptAnswer
from runindex.domain.problems import IdempotencyConflict, Problem, ProblemError

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
    commands.RecordResult: results.record_result,
    commands.DeleteResults: results.delete_results,
    commands.PutValues: run_data.put_values,
    commands.DeleteValues: run_data.delete_values,
    commands.AppendEvents: run_data.append_events,
    commands.SetCell: run_data.set_cell,
    commands.WriteDocument: run_data.write_document,
    commands.CreatePlan: plans.create_plan,
    commands.UpdatePlan: plans.update_plan,
    commands.DeletePlan: plans.delete_plan,
    commands.StartPlan: plans.start_plan,
    commands.EnqueueJob: jobs.enqueue_job,
    commands.ClaimJobs: jobs.claim_jobs,
    commands.AcknowledgeJob: jobs.acknowledge_job,
    commands.FailJob: jobs.fail_job,
    commands.CommitBoundary: runtimes.commit_boundary,
    commands.ApplyBoundary: runtimes.apply_boundary,
    commands.PersistInput: runtimes.persist_input,
    commands.CommitLifecycle: runtimes.commit_lifecycle,
}
BULK_DECISIONS: Final[Mapping[type, Callable[[Workspace, Any, int], Success]]] = {
    commands.TransitionRuns: bulk.transition_runs,
    commands.DeleteRuns: bulk.delete_runs,
}


def decide(workspace: Workspace, batch: Sequence[AnyCommand]) -> list[Outcome | Exception]:
    """Judge each command; one that breaks (an exception, which is a fault of ours) leaves nothing behind."""
    return [_Judgement(workspace, place).outcome(command) for place, command in enumerate(batch)]


@dataclass(frozen=True, slots=True)
class _Judgement:
    """The judgement of the command at one place of a batch."""

    workspace: Workspace
    place: int

    def outcome(self, command: AnyCommand) -> Outcome | Exception:
        self.workspace.checkpoint()
        try:
            return self._keyed(command)
        except ProblemError as refusal:
            self.workspace.undo()
            return refusal.problem
        except Exception as error:  # noqa: BLE001 - the other commands of the batch must not suffer
            self.workspace.undo()
            return error

    def _keyed(self, command: AnyCommand) -> Outcome:
        scope = command.scope
        if scope is None:
            return self._judged(command)
        kept = self.workspace.kept.get(scope)
        if kept is not None:
            same = kept.fingerprint == command.fingerprint
            return replay(kept.answer, self.workspace) if same else IdempotencyConflict(scope.key)
        success = self._judged(command)
        answer = encode_answer(success, next(iter(command.run_ids), ""))
        self.workspace.kept.put(scope, KeptAnswer(scope, command.fingerprint, answer, self.workspace.now))
        return success

    def _judged(self, command: AnyCommand) -> Success:
        if isinstance(command, RecordResults):
            return self._record_results(command)
        if type(command) in BULK_DECISIONS:
            return BULK_DECISIONS[type(command)](self.workspace, command, self.place)
        return DECISIONS[type(command)](self.workspace, command)

    def _record_results(self, command: RecordResults) -> ResultsRecorded:
        """Judge each entry as if it had come alone, its own idempotency key included."""
        results.check_number(command)
        return ResultsRecorded(tuple(self._entry(command, place) for place in range(len(command.results))))

    def _entry(self, command: RecordResults, place: int) -> ResultRecorded | Problem:
        problem = command.problems[place]
        if problem is not None:
            return problem
        try:
            return cast("ResultRecorded | Problem", self._keyed(command.results[place]))
        except ProblemError as refusal:
            return refusal.problem

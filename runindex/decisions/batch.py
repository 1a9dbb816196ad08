"""Decides a batch: each command, in order of arrival, on the state that its predecessors left."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

from runindex import commands
from runindex.commands import AnyCommand, RecordResults
from runindex.commands.outcomes import Outcome, ResultRecorded, ResultsRecorded, Success
from runindex.decisions import bulk, imports, results, run_data, runs, runtimes, views
from runindex.decisions.replay import encode_answer, replay
from runindex.decisions.reports import reviews
from runindex.decisions.reports.runs import report_run
from runindex.decisions.work import jobs, plans
from runindex.decisions.workspace import Workspace
from runindex.domain.idempotency import KeptAnswer
from runindex.domain.problems import IdempotencyConflict, Problem, ProblemError

Decision: TypeAlias = Callable[[Workspace, Any], Success]

DECISIONS: Final[Mapping[type, Decision]] = {
    commands.CreateRun: runs.create_run,
    commands.ImportRun: imports.import_run,
    commands.StartRun: runs.start_run,
    commands.TouchRun: runs.touch_run,
    commands.TransitionRun: runs.transition_run,
    commands.RenameRun: runs.rename_run,
    commands.UpdateMetadata: runs.update_metadata,
    commands.AddTags: runs.add_tags,
    commands.RemoveTags: runs.remove_tags,
    commands.SetRetention: runs.set_retention,
    commands.DeleteRun: runs.delete_run,
    commands.ReportRun: report_run,
    commands.RecordResult: results.record_result,
    commands.ScoreResult: reviews.score_result,
    commands.AnnotateResult: reviews.annotate_result,
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
    commands.DeleteJob: jobs.delete_job,
    commands.CommitBoundary: runtimes.commit_boundary,
    commands.ApplyBoundary: runtimes.apply_boundary,
    commands.PersistInput: runtimes.persist_input,
    commands.CommitLifecycle: runtimes.commit_lifecycle,
    commands.DeleteRuntime: runtimes.delete_runtime,
    commands.CreateView: views.create_view,
    commands.UpdateView: views.update_view,
    commands.DeleteView: views.delete_view,
}
BULK_DECISIONS: Final[Mapping[type, Callable[[Workspace, Any, int], Success]]] = {
    commands.TransitionRuns: bulk.transition_runs,
    commands.AddTagsToRuns: bulk.add_tags_to_runs,
    commands.RemoveTagsFromRuns: bulk.remove_tags_from_runs,
    commands.DeleteRuns: bulk.delete_runs,
    commands.DeleteJobs: bulk.delete_jobs,
    commands.DeleteRuntimes: bulk.delete_runtimes,
}


def decide(workspace: Workspace, batch: Sequence[AnyCommand]) -> list[Outcome | Exception]:
    """Decide each command; one that raises, through a bug, changes nothing and has the exception as its outcome."""
    return [_Decider(workspace, position).outcome(command) for position, command in enumerate(batch)]


@dataclass(frozen=True, slots=True)
class _Decider:
    """Decides the command at one position of a batch."""

    workspace: Workspace
    position: int

    def outcome(self, command: AnyCommand) -> Outcome | Exception:
        self.workspace.checkpoint()
        try:
            return self._decide_keyed(command)
        except ProblemError as refusal:
            self.workspace.undo()
            return refusal.problem
        except Exception as error:  # noqa: BLE001 - the other commands of the batch must not suffer
            self.workspace.undo()
            return error

    def _decide_keyed(self, command: AnyCommand) -> Outcome:
        scope = command.scope
        if scope is None:
            return self._decide(command)
        kept = self.workspace.kept.get(scope)
        if kept is not None:
            same = kept.fingerprint == command.fingerprint
            return replay(kept.answer, self.workspace) if same else IdempotencyConflict(scope.key)
        success = self._decide(command)
        answer = encode_answer(success, next(iter(command.run_ids), ""))
        self.workspace.kept.put(scope, KeptAnswer(scope, command.fingerprint, answer, self.workspace.now))
        return success

    def _decide(self, command: AnyCommand) -> Success:
        if isinstance(command, RecordResults):
            return self._record_results(command)
        if type(command) in BULK_DECISIONS:
            return BULK_DECISIONS[type(command)](self.workspace, command, self.position)
        return DECISIONS[type(command)](self.workspace, command)

    def _record_results(self, command: RecordResults) -> ResultsRecorded:
        """Decide each entry as a command of its own, with its own idempotency key."""
        results.check_count(command)
        return ResultsRecorded(tuple(self._entry(command, position) for position in range(len(command.results))))

    def _entry(self, command: RecordResults, position: int) -> ResultRecorded | Problem:
        problem = command.problems[position]
        if problem is not None:
            return problem
        try:
            return cast("ResultRecorded | Problem", self._decide_keyed(command.results[position]))
        except ProblemError as refusal:
            return refusal.problem

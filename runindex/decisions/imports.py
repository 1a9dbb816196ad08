"""Decisions on imported runs: those that any client could have led to, at the instants that the source tells.

What the source says replaces what is stored, as far as moves are legal; what it does not say stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from runindex.commands import (
    AddTags,
    AnyCommand,
    ImportRun,
    MetadataVerb,
    Move,
    RenameRun,
    StartRun,
    TransitionRun,
    UpdateMetadata,
)
from runindex.commands.outcomes import RunImported
from runindex.decisions.guards import existing_run
from runindex.decisions.results import record_result
from runindex.decisions.runs import add_tags, create_run, rename_run, start_run, transition_run, update_metadata
from runindex.decisions.workspace import Workspace
from runindex.domain import json_text
from runindex.domain.instants import format_instant
from runindex.domain.json_text import JsonValue
from runindex.domain.lifecycle import CLOSED, FINISHED, RunStatus, is_allowed
from runindex.domain.problems import (
    ConstraintReason,
    ConstraintViolation,
    InvalidTransition,
    ProblemError,
    invalid,
    violation,
)
from runindex.domain.runs.run import Run

C = TypeVar("C", bound=AnyCommand)
_FIXED: Final = {"trace_id": "trace id", "dataset": "dataset", "plan_id": "plan"}


def import_run(workspace: Workspace, command: ImportRun) -> RunImported:
    """Create the run, or bring the stored one to what the source says; refuse what contradicts the stored one."""
    now = workspace.now
    latest = max(command.instants, default=now)
    if latest > now:
        raise invalid(f"it has an instant of the future, {format_instant(latest)}: it is {format_instant(now)} here")
    try:
        return _Import(workspace, command).apply()
    finally:
        # The batch's other commands have its own instant.
        workspace.now = now


@dataclass(frozen=True, slots=True)
class _Import:
    """One import. The workspace's `now` is set to the instant of each step; a run's instants never fall by it."""

    workspace: Workspace
    command: ImportRun

    def apply(self) -> RunImported:
        """Take all steps."""
        workspace, command = self.workspace, self.command
        entries = len(workspace.changes)
        stored = workspace.runs.get(command.id or "")
        if stored is None:
            self._create()
        else:
            self._check_same(stored)
            self._renew(stored)
        self._start()
        recorded = sum([self._record(place) for place in range(len(command.results))])
        if command.complete:
            self._move()
        return RunImported(self._run, stored is None, len(workspace.changes) - entries, recorded)

    @property
    def _run(self) -> Run:
        return existing_run(self.workspace, self.command.id or "")

    def _create(self) -> None:
        command = self.command
        if command.created_at is not None:
            self.workspace.now = command.created_at
        lacks_parent = command.parent_id is not None and self.workspace.runs.get(command.parent_id) is None
        create_run(
            self.workspace, replace(command, parent_id=None) if lacks_parent and command.may_lack_parent else command
        )

    def _check_same(self, run: Run) -> None:
        """Refuse when what never changes in a run differs: then it is another run."""
        command = self.command
        if command.created_at is not None and command.created_at != run.created_at:
            raise _conflict(
                f"created at {format_instant(run.created_at)}, in the source at {format_instant(command.created_at)}"
            )
        may_lack = command.may_lack_parent and run.parent_id is None
        if command.parent_id != run.parent_id and not may_lack:
            raise _conflict(f"below {run.parent_id or 'no run'}, in the source below {command.parent_id or 'no run'}")
        for name, words in _FIXED.items():
            if getattr(command, name) not in (None, getattr(run, name)):
                raise _conflict(f"with another {words} than in the source")

    def _renew(self, run: Run) -> None:
        """Take over name, tags and metadata. The source tells no instant of it: it is that of the run's last change."""
        workspace, command = self.workspace, self.command
        workspace.now = run.updated_at
        if command.name not in (None, run.name):
            rename_run(workspace, self._told(RenameRun(id=run.id, name=command.name)))
        if not set(command.tags).issubset(run.tags):
            add_tags(workspace, self._told(AddTags(id=run.id, tags=command.tags)))
        if command.metadata is not None:
            before = None if run.metadata is None else json_text.loads(run.metadata)
            after = _merged(before, command.metadata)
            if json_text.canonical(before) != json_text.canonical(after):
                change = UpdateMetadata(id=run.id, verb=MetadataVerb.REPLACE, value=after)
                update_metadata(workspace, self._told(change))

    def _told(self, command: C) -> C:
        return replace(command, reason=self.command.reason, actor=self.command.actor)

    def _start(self) -> None:
        command, run = self.command, self._run
        if command.started_at is not None and run.started_at is None:
            self.workspace.now = command.started_at
            start_run(self.workspace, self._told(StartRun(id=run.id)))

    def _record(self, place: int) -> bool:
        """Record one result as it was completed, but not after the run's end; tell whether it was not there yet."""
        command, result = self.command, self.command.results[place]
        ends = [move.at for move in command.moves if move.at is not None]
        self.workspace.now = min([result.completed_at, *ends])
        late = self._run.status in CLOSED
        try:
            return not record_result(self.workspace, self._told(replace(result, late=late))).replayed
        except ProblemError as refusal:
            if not isinstance(refusal.problem, ConstraintViolation):
                raise
            problem = refusal.problem
            raise violation(problem.reason, f"item {result.item_id!r}: {problem.message}") from None

    def _move(self) -> None:
        """Make the moves that are left from the stored status."""
        for move in _moves_from(self._run, self.command.moves):
            run = self._run
            self.workspace.now = run.updated_at if move.at is None else move.at
            transition_run(self.workspace, self._told(TransitionRun(id=run.id, to=move.to, error=move.error)))


def _moves_from(run: Run, moves: Sequence[Move]) -> Sequence[Move]:
    """Return the moves that a stored run lacks; refuse when it ended in another way than in the source."""
    ends = [move for move in moves if move.to in FINISHED]
    if run.status in CLOSED:
        outcome = ends[0].to if ends else None
        if run.outcome is not outcome:
            raise ProblemError(InvalidTransition(run.status, outcome or RunStatus.ACTIVE))
        if ends and ends[0].error != run.error:
            raise _conflict("with another error than in the source")
        return [move for move in moves if move.to is RunStatus.ARCHIVED and move.to is not run.status]
    if run.status is RunStatus.PAUSED:
        if moves and moves[0].to is RunStatus.PAUSED:
            return moves[1:]
        if not moves or not is_allowed(run.status, moves[0].to):
            return [Move(RunStatus.ACTIVE, moves[0].at if moves else None), *moves]
    return moves


def _merged(stored: JsonValue, told: JsonValue) -> JsonValue:
    """Return the metadata with the source's keys; others stay."""
    return {**stored, **told} if isinstance(stored, dict) and isinstance(told, dict) else told


def _conflict(how: str) -> ProblemError:
    return violation(ConstraintReason.ALREADY_EXISTS, f"the run is there already, {how}")

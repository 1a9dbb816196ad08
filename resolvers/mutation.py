"""The mutations: each makes a command of its input and answers what became of it."""

from collections.abc import Callable
from typing import TypeVar

import strawberry

from resolvers import inputs as make
from resolvers.context import Info
from resolvers.outcomes import bulk_deletion_outcome, bulk_run_outcome, deletion_outcome, run_outcome
from resolvers.roots import mutation
from runindex.commands import AnyCommand
from runindex.domain.problems import RefusedError
from runindex.outcomes import Outcome
from schema import inputs
from schema.outcomes import BulkDeletionOutcome, BulkRunOutcome, RunDeletionOutcome, RunOutcome

Input = TypeVar("Input")
Answer = TypeVar("Answer")


async def _execute(
    info: Info,
    make_command: Callable[[str, Input, str | None], AnyCommand],
    asked: Input,
    answer: Callable[[Outcome, str], Answer],
) -> Answer:
    context = info.context
    try:
        command = make_command(info.field_name, asked, context.actor)
    except RefusedError as refusal:
        return answer(refusal.problem, "")
    # Read first: once the command is committed, nothing may keep its outcome from the caller.
    epoch = await context.epoch.get()
    outcome = await context.index.submit(command)
    context.writes += 1
    return answer(outcome, epoch)


async def _change(info: Info, make_command: Callable[[str, Input, str | None], AnyCommand], asked: Input) -> RunOutcome:
    return await _execute(info, make_command, asked, run_outcome)


@strawberry.type
class Mutation:
    """What can be changed."""

    @mutation("Create a run; it is ACTIVE.")
    async def create_run(self, info: Info, input: inputs.CreateRunInput) -> RunOutcome:
        """Create a run."""
        return await _change(info, make.create_run, input)

    @mutation("Create a run below an existing one.")
    async def create_child_run(self, info: Info, input: inputs.CreateChildRunInput) -> RunOutcome:
        """Create a run below another."""
        return await _change(info, make.create_child_run, input)

    @mutation("Sets startedAt once; no transition.")
    async def start_run(self, info: Info, input: inputs.RunInput) -> RunOutcome:
        """Start a run."""
        return await _change(info, make.start_run, input)

    @mutation("Happy end: COMPLETED.")
    async def close_run(self, info: Info, input: inputs.RunInput) -> RunOutcome:
        """Complete a run."""
        return await _change(info, make.move_run, input)

    @mutation("Suspend the work: PAUSED.")
    async def pause_run(self, info: Info, input: inputs.RunInput) -> RunOutcome:
        """Pause a run."""
        return await _change(info, make.move_run, input)

    @mutation("Let suspended work go on: ACTIVE.")
    async def resume_run(self, info: Info, input: inputs.RunInput) -> RunOutcome:
        """Resume a run."""
        return await _change(info, make.move_run, input)

    @mutation("Say that the work ended with an error: FAILED.")
    async def fail_run(self, info: Info, input: inputs.FailRunInput) -> RunOutcome:
        """Fail a run."""
        return await _change(info, make.fail_run, input)

    @mutation("Call the work off: CANCELLED.")
    async def cancel_run(self, info: Info, input: inputs.RunInput) -> RunOutcome:
        """Cancel a run."""
        return await _change(info, make.move_run, input)

    @mutation("Soft delete: data is kept, normal queries no longer show the run.")
    async def archive_run(self, info: Info, input: inputs.RunInput) -> RunOutcome:
        """Archive a run."""
        return await _change(info, make.move_run, input)

    @mutation("The same guard as the verbs', by the status to move to.")
    async def transition_run(self, info: Info, input: inputs.TransitionRunInput) -> RunOutcome:
        """Move a run."""
        return await _change(info, make.transition_run, input)

    @mutation("The same move of many runs.")
    async def transition_runs(self, info: Info, input: inputs.TransitionRunsInput) -> BulkRunOutcome:
        """Move many runs."""
        return await _execute(info, make.transition_runs, input, bulk_run_outcome)

    @mutation("Give the run a name, or take it away.")
    async def rename_run(self, info: Info, input: inputs.RenameRunInput) -> RunOutcome:
        """Rename a run."""
        return await _change(info, make.rename_run, input)

    @mutation("Replace, patch or clear the metadata.")
    async def update_run_metadata(self, info: Info, input: inputs.UpdateRunMetadataInput) -> RunOutcome:
        """Change a run's metadata."""
        return await _change(info, make.update_run_metadata, input)

    @mutation("Add tags; those that are there stay in their places.")
    async def add_run_tags(self, info: Info, input: inputs.RunTagsInput) -> RunOutcome:
        """Add tags to a run."""
        return await _change(info, make.add_run_tags, input)

    @mutation("Remove tags; those that are not there are ignored.")
    async def remove_run_tags(self, info: Info, input: inputs.RunTagsInput) -> RunOutcome:
        """Remove tags from a run."""
        return await _change(info, make.remove_run_tags, input)

    @mutation("Declare how much of the run's history compaction keeps.")
    async def set_run_retention(self, info: Info, input: inputs.SetRunRetentionInput) -> RunOutcome:
        """Set a run's retention policy."""
        return await _change(info, make.set_run_retention, input)

    @mutation("Deletes the run and all that is scoped to it; never another run.")
    async def delete_run(self, info: Info, input: inputs.DeleteRunInput) -> RunDeletionOutcome:
        """Delete a run."""
        return await _execute(info, make.delete_run, input, deletion_outcome)

    @mutation("Each on its own.")
    async def delete_runs(self, info: Info, input: inputs.DeleteRunsInput) -> BulkDeletionOutcome:
        """Delete many runs."""
        return await _execute(info, make.delete_runs, input, bulk_deletion_outcome)

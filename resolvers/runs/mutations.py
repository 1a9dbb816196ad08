"""The mutations of runs."""

from collections.abc import Callable
from functools import partial

import strawberry

from resolvers.execution.context import Info
from resolvers.execution.fields import mutation
from resolvers.execution.mutate import Input, execute_with_epoch
from resolvers.runs import commands as make
from resolvers.runs.outcomes import (
    bulk_deletion_payload,
    bulk_run_payload,
    run_deletion,
    run_payload,
    run_touch_payload,
)
from runindex.commands import Command
from runindex.commands.outcomes import RunApplied
from runindex.domain.lifecycle import RunStatus
from schema.runs import inputs
from schema.runs.outcomes import BulkDeletionOutcome, BulkRunOutcome, RunDeletionOutcome, RunOutcome, RunTouchOutcome


async def _change(info: Info, make_command: Callable[[Input], Command[RunApplied]], input: Input) -> RunOutcome:
    return await execute_with_epoch(info, make_command, input, run_payload)


@strawberry.type
class RunMutations:
    """The fields of `Mutation` that change runs."""

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

    @mutation("Say that work on an open run goes on: moves `lastActivityAt`, at most once a second, and nothing else.")
    async def touch_run(self, info: Info, input: inputs.TouchRunInput) -> RunTouchOutcome:
        """Move a run's last activity."""
        return await execute_with_epoch(info, make.touch_run, input, run_touch_payload)

    @mutation("Happy end: COMPLETED.")
    async def close_run(self, info: Info, input: inputs.RunInput) -> RunOutcome:
        """Complete a run."""
        return await _change(info, partial(make.move_run, RunStatus.COMPLETED), input)

    @mutation("Suspend the work: PAUSED.")
    async def pause_run(self, info: Info, input: inputs.RunInput) -> RunOutcome:
        """Pause a run."""
        return await _change(info, partial(make.move_run, RunStatus.PAUSED), input)

    @mutation("Let suspended work go on: ACTIVE.")
    async def resume_run(self, info: Info, input: inputs.RunInput) -> RunOutcome:
        """Resume a run."""
        return await _change(info, partial(make.move_run, RunStatus.ACTIVE), input)

    @mutation("Say that the work ended with an error: FAILED.")
    async def fail_run(self, info: Info, input: inputs.FailRunInput) -> RunOutcome:
        """Fail a run."""
        return await _change(info, make.fail_run, input)

    @mutation("Call the work off: CANCELLED.")
    async def cancel_run(self, info: Info, input: inputs.RunInput) -> RunOutcome:
        """Cancel a run."""
        return await _change(info, partial(make.move_run, RunStatus.CANCELLED), input)

    @mutation("Soft delete: data is kept, normal queries no longer show the run.")
    async def archive_run(self, info: Info, input: inputs.RunInput) -> RunOutcome:
        """Archive a run."""
        return await _change(info, partial(make.move_run, RunStatus.ARCHIVED), input)

    @mutation("The same guard as the verbs', by the status to move to.")
    async def transition_run(self, info: Info, input: inputs.TransitionRunInput) -> RunOutcome:
        """Move a run."""
        return await _change(info, make.transition_run, input)

    @mutation("The same move of many runs.")
    async def transition_runs(self, info: Info, input: inputs.TransitionRunsInput) -> BulkRunOutcome:
        """Move many runs."""
        return await execute_with_epoch(info, make.transition_runs, input, bulk_run_payload)

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

    @mutation("Add the same tags to many runs.")
    async def add_tags_to_runs(self, info: Info, input: inputs.RunsTagsInput) -> BulkRunOutcome:
        """Add tags to many runs."""
        return await execute_with_epoch(info, make.add_tags_to_runs, input, bulk_run_payload)

    @mutation("Remove the same tags from many runs.")
    async def remove_tags_from_runs(self, info: Info, input: inputs.RunsTagsInput) -> BulkRunOutcome:
        """Remove tags from many runs."""
        return await execute_with_epoch(info, make.remove_tags_from_runs, input, bulk_run_payload)

    @mutation("Declare how much of the run's history compaction keeps.")
    async def set_run_retention(self, info: Info, input: inputs.SetRunRetentionInput) -> RunOutcome:
        """Set a run's retention policy."""
        return await _change(info, make.set_run_retention, input)

    @mutation("Deletes the run and all that is scoped to it; never another run.")
    async def delete_run(self, info: Info, input: inputs.DeleteRunInput) -> RunDeletionOutcome:
        """Delete a run."""
        return await execute_with_epoch(info, make.delete_run, input, run_deletion)

    @mutation("Each on its own.")
    async def delete_runs(self, info: Info, input: inputs.DeleteRunsInput) -> BulkDeletionOutcome:
        """Delete many runs."""
        return await execute_with_epoch(info, make.delete_runs, input, bulk_deletion_payload)

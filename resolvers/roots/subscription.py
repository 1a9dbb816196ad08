"""The subscriptions."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from resolvers.execution.context import Info
from resolvers.execution.fields import subscription
from resolvers.results.follow import follow_results
from resolvers.roots.arguments import Filter, GroupBy
from resolvers.run_data.follow import follow_events
from resolvers.runs.follow import follow_changes, follow_counts, follow_progress, follow_run
from schema.results.types import RunResultEdge
from schema.run_data.events import RunEventEdge
from schema.runs.aggregates import RunGroup
from schema.runs.changes import StreamItem
from schema.runs.run import Run
from schema.typesystem.connections import ABSENT, After, given
from schema.typesystem.enums import RunGroupKey
from schema.typesystem.selection import run_columns, selection_of

RunId = Annotated[strawberry.ID, strawberry.argument(description="The run; an unknown one is a NOT_FOUND error.")]


@strawberry.type(description="What can be followed.")
class Subscription:
    """The subscriptions."""

    @subscription(
        "The run now, then after each of its changes and results; a slow reader gets the newest state. "
        "Ends when the run is deleted, at once if there is none."
    )
    def run(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The run.")]
    ) -> AsyncGenerator[Run, None]:
        """Follow one run."""
        return follow_run(info.context, id, run_columns(info))

    @subscription(
        "Every change of every run that the filter matches before or after it, in log order, none lost, none "
        "twice.\nWithout `after`: from now on. With it: from just behind that cursor. A cursor that compaction or "
        "a restored\nbackup left behind ends the stream with CURSOR_EXPIRED. With `bookmarks`, the first item is "
        "one that says where the\nstream starts, and an idle stream sends one every 15 s. `ancestorId` cannot be "
        "streamed on."
    )
    def run_changes(
        self,
        info: Info,
        *,
        filter: Filter = ABSENT,
        after: After = ABSENT,
        bookmarks: Annotated[bool, strawberry.argument(description="Say where the stream stands.")] = False,
    ) -> AsyncGenerator[StreamItem, None]:
        """Follow the change log."""
        return follow_changes(info.context, given(filter), given(after), bookmarks=bookmarks)

    @subscription("The groups now, then whenever they change, at most once a second.")
    def run_counts(
        self,
        info: Info,
        filter: Filter = ABSENT,
        group_by: GroupBy = RunGroupKey.STATUS,
    ) -> AsyncGenerator[list[RunGroup], None]:
        """Follow the groups of runs."""
        return follow_counts(info.context, given(filter), group_by)

    @subscription(
        "These runs now, and again when one of them has new results, at most once a second; at most 200 runs. "
        "Ends when all of them are deleted, at once if there are none."
    )
    def run_progress(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="The runs; unknown ones are left out.")],
    ) -> AsyncGenerator[list[Run], None]:
        """Follow the results of some runs."""
        return follow_progress(info.context, ids, run_columns(info))

    @subscription(
        "Each result once, in the order recorded, from the first one, or from just behind `after`, "
        "a cursor of this stream."
    )
    def result_recorded(self, info: Info, run_id: RunId, after: After = ABSENT) -> AsyncGenerator[RunResultEdge, None]:
        """Follow the results of a run."""
        columns = selection_of(info).at("node").columns("RunResult")
        return follow_results(info.context, run_id, given(after), columns)

    @subscription("From the first event, or from just behind `after`, a cursor of this stream or of `Run.events`.")
    def run_events(
        self,
        info: Info,
        run_id: RunId,
        stream: Annotated[str | None, strawberry.argument(description="Only those of this stream.")] = ABSENT,
        after: After = ABSENT,
    ) -> AsyncGenerator[RunEventEdge, None]:
        """Follow the events of a run."""
        columns = selection_of(info).at("node").columns("RunEvent")
        return follow_events(info.context, run_id, given(stream), given(after), columns)

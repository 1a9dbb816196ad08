"""The queries."""

from typing import Annotated

import strawberry

from resolvers.execution.context import Info
from resolvers.execution.fields import query
from resolvers.paging.pager import check_offset
from resolvers.roots import nodes
from resolvers.roots.arguments import Filter, GroupBy
from resolvers.roots.figures import FigureQueries
from resolvers.roots.values import ValueQueries
from resolvers.roots.views import ViewQueries
from resolvers.runs import aggregates, queries
from schema.filters import DateTimeRange, JobFilter, JobOrder, PlanFilter, PlanOrder, RunOrder
from schema.jobs.types import Job, JobConnection
from schema.plans.types import Plan, PlanConnection
from schema.results.comparison import RunComparison
from schema.results.types import RunResult
from schema.runs.aggregates import RunGroup, RunSearchHit, TagCount, TimelineBucket
from schema.runs.changes import RunChangeConnection
from schema.runs.lifecycle import LifecycleState, lifecycle_states
from schema.runs.retention import RetentionPreview
from schema.runs.run import Run, RunConnection
from schema.runtimes.types import AgentRuntime
from schema.typesystem.connections import ABSENT, After, AtMost, Before, First, Last, Offset, given, page_arguments
from schema.typesystem.enums import RunGroupKey, TimelineInterval
from schema.typesystem.fields import wrap
from schema.typesystem.interfaces import Node
from schema.typesystem.selection import page_selection, run_columns, selection_of

Id = Annotated[strawberry.ID, strawberry.argument(description="The id, in any spelling of a UUID.")]


@strawberry.type(description="What can be asked.")
class Query(ValueQueries, FigureQueries, ViewQueries):
    """The queries."""

    @query("Anything that has an id; null when there is no such thing.")
    async def node(self, info: Info, id: Id) -> Node | None:
        """Find a node."""
        return await nodes.find_node(info.context, id, selection_of(info))

    @query("Things by their ids, in the order asked; at most 500.")
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="The ids.")],
    ) -> list[Node | None]:
        """Find nodes."""
        return list(await nodes.find_nodes(info.context, ids, selection_of(info)))

    @query("A run, archived ones too; null when there is none.")
    async def run(self, info: Info, id: Id) -> Run | None:
        """Find one run."""
        return await queries.find_run(info.context, id, run_columns(info))

    @query("Whether there is such a run, archived ones too.")
    async def run_exists(self, info: Info, id: Id) -> bool:
        """Tell whether a run exists."""
        return await queries.find_run(info.context, id, frozenset()) is not None

    @query(
        "Newest first unless `orderBy` says otherwise. `first` defaults to 50; 1 to 500. "
        "`offset` skips, costs what it skips, and excludes cursors."
    )
    async def runs(
        self,
        info: Info,
        *,
        filter: Filter = ABSENT,
        order_by: Annotated[RunOrder | None, strawberry.argument(description="Their order.")] = ABSENT,
        first: First = ABSENT,
        after: After = ABSENT,
        last: Last = ABSENT,
        before: Before = ABSENT,
        offset: Offset = ABSENT,
    ) -> RunConnection:
        """List runs."""
        page = page_arguments(first, after, last, before)
        skipped = check_offset(given(offset), page)
        return await queries.list_runs(
            info.context, given(filter), given(order_by), page, page_selection(info), offset=skipped
        )

    @query("Exact number of runs that match, up to `atMost`; archived ones only if the filter includes them.")
    async def run_count(self, info: Info, filter: Filter = ABSENT, at_most: AtMost = ABSENT) -> int:
        """Count runs."""
        return await queries.count_runs(info.context, given(filter), given(at_most))

    @query(
        "Largest first, then by key. "
        "With STATUS, archived runs have their own group whatever the filter's default hides."
    )
    async def run_counts(
        self,
        info: Info,
        filter: Filter = ABSENT,
        group_by: GroupBy = RunGroupKey.STATUS,
        first: Annotated[int | None, strawberry.argument(description="At most so many groups.")] = ABSENT,
    ) -> list[RunGroup]:
        """Count runs by groups."""
        return await aggregates.group_runs(info.context, given(filter), group_by, given(first))

    @query("Runs created and runs finished per interval of the range, empty ones too.")
    async def run_timeline(
        self,
        info: Info,
        interval: Annotated[TimelineInterval, strawberry.argument(description="The length of a bucket.")],
        range: Annotated[DateTimeRange, strawberry.argument(description="The time looked at, both ends needed.")],
        filter: Filter = ABSENT,
    ) -> list[TimelineBucket]:
        """Count runs by time."""
        return await aggregates.timeline(info.context, given(filter), interval, range)

    @query("Ids, names, statuses, tags and metadata; never a run's results or scoped data.")
    async def search_runs(
        self,
        info: Info,
        query: Annotated[
            str,
            strawberry.argument(
                description="Words, or beginnings of words; any of them may match. Of a word that more than 10,000 of "
                "the runs have, only the newest 10,000 may be ranked."
            ),
        ],
        filter: Filter = ABSENT,
        first: Annotated[int | None, strawberry.argument(description="At most so many hits, 1 to 100.")] = 10,
    ) -> list[RunSearchHit]:
        """Search runs."""
        return await queries.search_runs(info.context, query, given(filter), first, run_columns(info, "run"))

    @query("2 to 20 runs side by side, archived ones too; an unknown one is a NOT_FOUND error.")
    async def compare_runs(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="The runs, each once.")],
    ) -> RunComparison:
        """Compare runs."""
        return await queries.compare_runs(info.context, ids, run_columns(info, "runs"))

    @query("Tags of runs that are not archived, in code-point order, with their counts.")
    async def tags(
        self,
        info: Info,
        prefix: Annotated[str | None, strawberry.argument(description="Only tags that start with this.")] = ABSENT,
        first: Annotated[int | None, strawberry.argument(description="At most so many, 1 to 500.")] = 50,
    ) -> list[TagCount]:
        """List tags."""
        return await aggregates.list_tags(info.context, given(prefix) or "", first)

    @query("The transition table, in enum order.")
    def lifecycle(self) -> list[LifecycleState]:
        """Return the transition table."""
        return lifecycle_states()

    @query("The whole change log, oldest first: for readers that poll instead of subscribing.")
    async def changes(
        self,
        info: Info,
        filter: Filter = ABSENT,
        after: After = ABSENT,
        first: First = ABSENT,
    ) -> RunChangeConnection:
        """List the change log."""
        return await queries.list_changes(
            info.context, given(filter), page_arguments(first, after), page_selection(info)
        )

    @query("The end of the log now: read it before a snapshot query, then subscribe after it.")
    async def change_cursor(self, info: Info) -> str:
        """Return the end of the log."""
        return await info.context.index.change_cursor()

    @query("What compaction would remove now, of each of these runs that exists; at most 500.")
    async def retention_preview(
        self,
        info: Info,
        run_ids: Annotated[list[strawberry.ID], strawberry.argument(description="The runs.")],
    ) -> list[RetentionPreview]:
        """Preview compaction."""
        return await aggregates.retention_preview(info.context, run_ids)

    @query("A result; null when there is none.")
    async def result(self, info: Info, id: Id) -> RunResult | None:
        """Find one result."""
        return await nodes.find_result(info.context, id, selection_of(info))

    @query("A plan; null when there is none.")
    async def plan(self, info: Info, id: Id) -> Plan | None:
        """Find one plan."""
        return await nodes.find_plan(info.context, id, selection_of(info))

    @query("Newest first.")
    async def plans(
        self,
        info: Info,
        *,
        name_contains: Annotated[
            str | None, strawberry.argument(description="Only plans with this in their names, whatever the case.")
        ] = ABSENT,
        filter: Annotated[PlanFilter | None, strawberry.argument(description="Only plans that pass this.")] = ABSENT,
        order_by: Annotated[PlanOrder | None, strawberry.argument(description="Their order.")] = ABSENT,
        first: First = ABSENT,
        after: After = ABSENT,
        offset: Offset = ABSENT,
    ) -> PlanConnection:
        """List plans."""
        page, selected = page_arguments(first, after), page_selection(info, "Plan")
        found = await info.context.loaders.plans(
            given(name_contains), given(filter), given(order_by), page, selected, offset=given(offset)
        )
        return PlanConnection(page=found)

    @query("A job; null when there is none.")
    async def job(self, info: Info, id: Id) -> Job | None:
        """Find one job."""
        return await nodes.find_job(info.context, id, selection_of(info))

    @query("Newest first.")
    async def jobs(
        self,
        info: Info,
        *,
        filter: Annotated[JobFilter | None, strawberry.argument(description="Only jobs that pass this.")] = ABSENT,
        order_by: Annotated[JobOrder | None, strawberry.argument(description="Their order.")] = ABSENT,
        first: First = ABSENT,
        after: After = ABSENT,
        offset: Offset = ABSENT,
    ) -> JobConnection:
        """List jobs."""
        page, selected = page_arguments(first, after), page_selection(info, "Job")
        found = await info.context.loaders.jobs(given(filter), given(order_by), page, selected, offset=given(offset))
        return JobConnection(page=found)

    @query("What an agent runtime left behind; null when nothing is known of it.")
    async def runtime(
        self, info: Info, runtime_id: Annotated[str, strawberry.argument(description="The runtime's name.")]
    ) -> AgentRuntime | None:
        """Find one runtime."""
        columns = selection_of(info).columns("AgentRuntime")
        return wrap(AgentRuntime, await info.context.loaders.runtime(runtime_id, columns))

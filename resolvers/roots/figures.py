"""The queries for figures of many runs."""

from dataclasses import replace
from typing import Annotated

import strawberry

from resolvers.execution.context import Info
from resolvers.execution.fields import query
from resolvers.roots.arguments import Filter
from resolvers.runs import groups, queries
from schema.results.history import ItemHistoryConnection
from schema.runs.groups import RunGrouping, RunGroups
from schema.typesystem.connections import ABSENT, After, First, given, page_arguments
from schema.typesystem.selection import page_selection, selection_of


@strawberry.type
class FigureQueries:
    """The fields of `Query` that answer figures."""

    @query("Figures of groups of at most the newest 10000 runs that match; `stopped` says that there are more.")
    async def run_groups(
        self,
        info: Info,
        group_by: Annotated[RunGrouping, strawberry.argument(description="What the groups have in common.")],
        filter: Filter = ABSENT,
        first: Annotated[int | None, strawberry.argument(description="At most so many groups, 1 to 500.")] = 50,
    ) -> RunGroups:
        """Group runs."""
        return await groups.group_runs(info.context, group_by, given(filter), first)

    @query("What the runs of a dataset say of one item, the newest run first: whether it is flaky shows here.")
    async def item_history(
        self,
        info: Info,
        *,
        dataset_id: Annotated[str, strawberry.argument(description="The dataset.")],
        item_id: Annotated[str, strawberry.argument(description="The item.")],
        filter: Filter = ABSENT,
        first: First = ABSENT,
        after: After = ABSENT,
    ) -> ItemHistoryConnection:
        """List an item's history."""
        selected, selection = page_selection(info, "ItemHistoryEntry"), selection_of(info)
        of_runs = (selection.at("nodes", "run") | selection.at("edges", "node", "run")).columns()
        selected = replace(selected, columns=selected.columns | of_runs)
        page = page_arguments(first, after)
        return await queries.list_item_history(
            info.context, dataset_id, item_id, given(filter), page=page, selected=selected
        )

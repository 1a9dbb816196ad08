"""The queries of views."""

from typing import Annotated

import strawberry

from resolvers.execution.context import Info
from resolvers.execution.fields import query
from resolvers.roots import nodes
from schema.runs.views.types import View, ViewConnection
from schema.typesystem.connections import ABSENT, After, First, page_arguments
from schema.typesystem.selection import page_selection, selection_of


@strawberry.type
class ViewQueries:
    """The fields of `Query` that answer views."""

    @query("A view; null when there is none.")
    async def view(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The view.")]
    ) -> View | None:
        """Find one view."""
        return await nodes.find_view(info.context, id, selection_of(info))

    @query("By name, then by id.")
    async def views(self, info: Info, first: First = ABSENT, after: After = ABSENT) -> ViewConnection:
        """List views."""
        page = await info.context.loaders.views(page_arguments(first, after), page_selection(info, "View"))
        return ViewConnection(page=page)

    @query("The view to show unless another is asked for; null when none is the default.")
    async def default_view(self, info: Info) -> View | None:
        """Find the default view."""
        view_id = await info.context.loaders.default_view()
        return None if view_id is None else await nodes.find_view(info.context, view_id, selection_of(info))

"""Views."""

import strawberry

from runindex.domain.records import views
from runindex.domain.records.views import decode_columns
from runindex.ports.queries import Row
from schema.loaders import Info
from schema.typesystem.connections import Connection, connection
from schema.typesystem.fields import column, relation
from schema.typesystem.interfaces import Node
from schema.typesystem.scalars import DateTime, Json


@strawberry.type(description="A column of a view.")
class ViewColumn:
    """A column."""

    name: str = strawberry.field(description="What the page calls it.")
    width: int | None = strawberry.field(description="Its width in pixels, if that was chosen.")


def _column(stored: views.ViewColumn) -> ViewColumn:
    return ViewColumn(name=stored.name, width=stored.width)


def _columns(text: str) -> list[ViewColumn]:
    return list(map(_column, decode_columns(text)))


@strawberry.type(description="A named list of runs: a filter, an order and columns. The index keeps it for everybody.")
class View(Node):
    """A view as its storage row."""

    row: strawberry.Private[Row]

    id: strawberry.ID = column("id", description="A UUID.")
    name: str = column("name", description="1 to 256 characters; two views may have one name.")
    filter: Json | None = column("run_filter", description="In the shape of `RunFilter`, to be sent as it is.")
    order_by: Json | None = column("run_order", description="In the shape of `RunOrder`, to be sent as it is.")
    columns: list[ViewColumn] = column("run_columns", _columns, description="The columns, in their order.")
    created_at: DateTime = column("created_at", description="When it was created.")
    updated_at: DateTime = column("updated_at", description="When it last changed.")
    version: int = column("version", description="1 at creation, +1 with each update.")

    @relation("default_view", needs=("id",), description="It is the one to show unless another is asked for.")
    async def is_default(self, info: Info) -> bool:
        """Load the default's id."""
        return bool(await info.context.loaders.default_view() == self.row["id"])


@strawberry.type(description="A view in a page.")
class ViewEdge:
    """A view and its cursor."""

    cursor: str = strawberry.field(description="The view's place in this list.")
    node: View = strawberry.field(description="The view.")


@connection(View, ViewEdge, "views", "A page of views, by name, then by id.", counted=True)
class ViewConnection(Connection):
    """A page of view rows."""

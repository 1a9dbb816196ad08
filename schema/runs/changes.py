"""The change log: its entries, what streams deliver, and a run as it was at one version."""

from typing import Final

import strawberry

from runindex.domain.json_text import loads
from runindex.ports.queries import Row
from schema.loaders import Info
from schema.references import RunRef
from schema.typesystem.connections import OfPage, Page, PageInfo, page_info
from schema.typesystem.enums import Membership, RunChangeKind, RunStatus
from schema.typesystem.fields import column, derived, relation
from schema.typesystem.interfaces import Concrete
from schema.typesystem.scalars import DateTime, Json
from schema.typesystem.selection import run_columns


@strawberry.interface(description="What a stream of changes delivers.")
class StreamItem(Concrete):
    """An item with a cursor."""

    cursor: str = strawberry.field(description="Pass it as `after` to go on from just behind this item.")


@strawberry.type(
    description="One committed mutation of one run. Log order is commit order; per run it is version order."
)
class RunChange(StreamItem):
    """An entry of the log as its storage row, with its place and how it looks through the reader's filter."""

    row: strawberry.Private[Row]

    run_id: strawberry.ID = column("run_id", description="The run.")
    version: int = column("version", description="The run's version since this change.")
    kind: RunChangeKind = column("kind", description="What the change was about.")
    at: DateTime = column("at", description="When it was made.")
    from_status: RunStatus | None = column("from_status", description="Null for CREATED.")
    status: RunStatus = column("status", description="The run's status after the change; the last one for DELETED.")
    tags: list[str] = column("tags", loads, is_json=True, description="The run's tags after the change.")
    error: str | None = column("error", description="The run's error after the change.")
    reason: str | None = column(
        "reason", description="Free text given by the caller, and who it was when callers are known."
    )
    actor: str | None = column("actor", description="Who made the change.")
    membership: Membership = strawberry.field(
        description="Against the subscription's or query's filter: ENTERED, UPDATED or LEFT."
    )

    @relation("run", needs=("run_id",), description="The run as it is now; null once deleted.")
    async def run(self, info: Info) -> RunRef | None:
        """Load the run."""
        return await info.context.loads.run(self.row["run_id"], run_columns(info))


@strawberry.type(
    description="Says that everything up to `cursor` was delivered, so that an idle reader's cursor does not grow old."
)
class Bookmark(StreamItem):
    """A place in a stream."""

    at: DateTime = strawberry.field(description="When it was sent.")


# No field is of these types: a schema has to be told of them.
STREAM_ITEMS: Final = (RunChange, Bookmark)


@strawberry.type(description="A change in a page.")
class RunChangeEdge:
    """A change and its place."""

    cursor: str = strawberry.field(description="The change's place in the log.")
    node: RunChange = strawberry.field(description="The change.")


def _changes(connection: OfPage) -> list[RunChange]:
    page = connection.page
    return [RunChange(row=row, cursor=page.cursor(row), membership=row["membership"]) for row in page.rows]


def _change_edges(connection: OfPage) -> list[RunChangeEdge]:
    return [RunChangeEdge(cursor=change.cursor, node=change) for change in _changes(connection)]


@strawberry.type(description="A page of the change log.")
class RunChangeConnection:
    """A page of rows of the log that have a column `membership` too."""

    page: strawberry.Private[Page]

    edges: list[RunChangeEdge] = derived(_change_edges, description="The changes with their cursors.")
    nodes: list[RunChange] = derived(_changes, description="The changes alone.")
    page_info: PageInfo = derived(page_info, description="What comes before and after this page.")


@strawberry.type(description="What a run was at one version.")
class RunSnapshot:
    """A run after one change, as the storage row of that change."""

    row: strawberry.Private[Row]

    version: int = column("version", description="The version.")
    at: DateTime = column("at", description="Since when it was so.")
    status: RunStatus = column("status", description="Its status.")
    tags: list[str] = column("tags", loads, is_json=True, description="Its tags, in the order first added.")
    metadata: Json | None = column("metadata", is_json=True, description="Its metadata: a JSON object, or null.")
    error: str | None = column("error", description="Its error.")
    name: str | None = column("name", description="Its name.")

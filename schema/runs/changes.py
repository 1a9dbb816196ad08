"""The change log: its entries, the items of its stream, and a run as it was at one version."""

from typing import Final

import strawberry

from runindex.domain.json_text import loads
from runindex.ports.queries import Row
from schema.loaders import Info
from schema.references import RunRef, as_run
from schema.typesystem.connections import Connection, connection
from schema.typesystem.enums import Membership, RunChangeKind, RunStatus
from schema.typesystem.fields import column, relation
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
    """An entry of the log as its storage row with its `membership`, and its cursor."""

    row: strawberry.Private[Row]

    run_id: strawberry.ID = column("run_id", description="The run.")
    version: int = column("version", description="The run's version since this change.")
    kind: RunChangeKind = column("kind", description="What the change was about.")
    at: DateTime = column("at", description="When it was made.")
    from_status: RunStatus | None = column("from_status", description="Null for CREATED.")
    status: RunStatus = column("status", description="The run's status after the change; the last one for DELETED.")
    tags: list[str] = column("tags", loads, description="The run's tags after the change.")
    error: str | None = column("error", description="The run's error after the change.")
    reason: str | None = column(
        "reason", description="Free text given by the caller, and who it was when callers are known."
    )
    actor: str | None = column("actor", description="Who made the change.")
    membership: Membership = column(
        "membership", description="Against the subscription's or query's filter: ENTERED, UPDATED or LEFT."
    )

    @relation("run", needs=("run_id",), description="The run as it is now; null once deleted.")
    async def run(self, info: Info) -> RunRef | None:
        """Load the run."""
        row = await info.context.loaders.run(self.row["run_id"], run_columns(info))
        return None if row is None else as_run(row)


@strawberry.type(
    description="Says that everything up to `cursor` was delivered, so that an idle reader's cursor does not grow old."
)
class Bookmark(StreamItem):
    """A position in a stream, without a change."""

    at: DateTime = strawberry.field(description="When it was sent.")


# No field is of these types, so the schema does not find them by itself.
STREAM_ITEMS: Final = (RunChange, Bookmark)


@strawberry.type(description="A change in a page.")
class RunChangeEdge:
    """A change and its cursor."""

    cursor: str = strawberry.field(description="The change's place in the log.")
    node: RunChange = strawberry.field(description="The change.")


@connection(RunChange, RunChangeEdge, "changes", "A page of the change log.")
class RunChangeConnection(Connection):
    """A page of rows of the log that have a column `membership` too."""

    def make_node(self, row: Row) -> RunChange:
        """Return a row's change with its cursor."""
        return RunChange(row=row, cursor=self.page.cursor(row))

    def make_edge(self, row: Row) -> RunChangeEdge:
        """Return a row's edge."""
        change = self.make_node(row)
        return RunChangeEdge(cursor=change.cursor, node=change)


@strawberry.type(description="What a run was at one version.")
class RunSnapshot:
    """A run after one change, as the storage row of that change."""

    row: strawberry.Private[Row]

    version: int = column("version", description="The version.")
    at: DateTime = column("at", description="Since when it was so.")
    status: RunStatus = column("status", description="Its status.")
    tags: list[str] = column("tags", loads, description="Its tags, in the order first added.")
    metadata: Json | None = column("metadata", description="Its metadata: a JSON object, or null.")
    error: str | None = column("error", description="Its error.")
    name: str | None = column("name", description="Its name.")

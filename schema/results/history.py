"""What the newest runs of a dataset say of one item."""

import strawberry

from runindex.ports.queries import Row
from schema.loaders import Info
from schema.references import RunRef, as_run
from schema.results.types import RunResult
from schema.typesystem.connections import Connection, connection
from schema.typesystem.enums import ItemStatus
from schema.typesystem.fields import derived, relation, wrap
from schema.typesystem.selection import selection_of


@strawberry.type(description="What one run says of the item.")
class ItemHistoryEntry:
    """A run's row with the `item_id`."""

    row: strawberry.Private[Row]

    run: RunRef = derived(lambda entry: as_run(entry.row), description="The run.")

    @relation("last_result", needs=("incarnation", "item_id"), description="How the last attempt ended.")
    async def status(self, info: Info) -> ItemStatus:
        """Load the last attempt's error."""
        found = await info.context.loaders.last_result(
            self.row["incarnation"], self.row["item_id"], frozenset({"error"})
        )
        if found is None:
            return ItemStatus.MISSING
        return ItemStatus.SUCCEEDED if found["error"] is None else ItemStatus.FAILED

    @relation(
        "last_result", needs=("incarnation", "item_id"), description="The last attempt; null where there is none."
    )
    async def result(self, info: Info) -> RunResult | None:
        """Load the last attempt."""
        columns = selection_of(info).columns("RunResult")
        found = await info.context.loaders.last_result(self.row["incarnation"], self.row["item_id"], columns)
        return wrap(RunResult, found)


@strawberry.type(description="An entry in a page.")
class ItemHistoryEdge:
    """An entry and its cursor."""

    cursor: str = strawberry.field(description="The run's place in this history.")
    node: ItemHistoryEntry = strawberry.field(description="The entry.")


@connection(ItemHistoryEntry, ItemHistoryEdge, "entries", "A page of an item's history, the newest run first.")
class ItemHistoryConnection(Connection):
    """A page of rows of runs that have a column `item_id` too."""

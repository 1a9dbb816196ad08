"""Values of runs, and their versions."""

from typing import Annotated

import strawberry

from runindex.ports.queries import Row
from schema.loaders import Info
from schema.typesystem.connections import ABSENT, Connection, connection, given
from schema.typesystem.fields import column, relation
from schema.typesystem.scalars import DateTime, Json
from schema.typesystem.selection import selection_of


@strawberry.type(description="One version of a value, as it was written.")
class RunValueVersion:
    """A version as its storage row."""

    row: strawberry.Private[Row]

    version: int = column("version", description="The version.")
    value: Json | None = column("value", description="The value at that version; null when deleted.")
    deleted: bool = column("deleted", bool, description="This version is the deletion of the value.")
    at: DateTime = column("at", description="When it was written.")


@strawberry.type(description="A value of a run, under its key.")
class RunValue:
    """A value's newest version as its storage row."""

    row: strawberry.Private[Row]

    key: str = column("key_name", description="The key: 1 to 512 characters.")
    value: Json | None = column("value", description="The value.")
    version: int = column("version", description="1 when first put, +1 with each put and each deletion.")
    updated_at: DateTime = column("updated_at", description="When it was last put.")

    @relation("value_history", needs=("owner", "key_name"), description="Newest first, this one included.")
    async def history(
        self,
        info: Info,
        first: Annotated[
            int | None, strawberry.argument(description="At most so many, 1 to 500; 50 unless told otherwise.")
        ] = ABSENT,
    ) -> list[RunValueVersion]:
        """Load the newest versions."""
        columns = selection_of(info).columns("RunValueVersion")
        owner, key = self.row["owner"], self.row["key_name"]
        rows = await info.context.loaders.value_history(owner, key, given(first), columns)
        return [RunValueVersion(row=row) for row in rows]


@strawberry.type(description="A value in a page.")
class RunValueEdge:
    """A value and its cursor."""

    cursor: str = strawberry.field(description="The value's place in this list.")
    node: RunValue = strawberry.field(description="The value.")


@connection(RunValue, RunValueEdge, "values", "A page of values, in key order.")
class RunValueConnection(Connection):
    """A page of value rows."""

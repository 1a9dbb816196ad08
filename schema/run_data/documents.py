"""Cells and documents of runs."""

import strawberry

from runindex.ports.queries import Row
from schema.typesystem.connections import Connection, connection
from schema.typesystem.fields import column
from schema.typesystem.scalars import DateTime, Json


@strawberry.type(description="One named place of a run that holds one value.")
class RunCell:
    """A cell as its storage row."""

    row: strawberry.Private[Row]

    name: str = column("name", description="The name: 1 to 512 characters.")
    value: Json | None = column("value", description="The value.")
    version: int = column("version", description="1 when first set, +1 with each set.")
    updated_at: DateTime = column("updated_at", description="When it was last set.")


@strawberry.type(description="A JSON document of a run, under its key, that can be patched.")
class RunDocument:
    """A document as its storage row."""

    row: strawberry.Private[Row]

    key: str = column("key_name", description="The key: 1 to 512 characters.")
    content: Json = column("content", description="The document.")
    version: int = column("version", description="1 when first written, +1 with each write.")
    updated_at: DateTime = column("updated_at", description="When it was last written.")


@strawberry.type(description="A document in a page.")
class RunDocumentEdge:
    """A document and its cursor."""

    cursor: str = strawberry.field(description="The document's place in this list.")
    node: RunDocument = strawberry.field(description="The document.")


@connection(RunDocument, RunDocumentEdge, "documents", "A page of documents, in key order.")
class RunDocumentConnection(Connection):
    """A page of document rows."""

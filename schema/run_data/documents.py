"""Cells and documents of runs."""

import strawberry

from runindex.ports.queries import Row
from schema.typesystem.connections import OfPage, Page, PageInfo, page_info
from schema.typesystem.fields import column, derived
from schema.typesystem.scalars import DateTime, Json


@strawberry.type(description="One named place of a run that holds one value.")
class RunCell:
    """A cell as its storage row."""

    row: strawberry.Private[Row]

    name: str = column("name", description="The name: 1 to 512 characters.")
    value: Json | None = column("value", is_json=True, description="The value.")
    version: int = column("version", description="1 when first set, +1 with each set.")
    updated_at: DateTime = column("updated_at", description="When it was last set.")


@strawberry.type(description="A JSON document of a run, under its key, that can be patched.")
class RunDocument:
    """A document as its storage row."""

    row: strawberry.Private[Row]

    key: str = column("key_name", description="The key: 1 to 512 characters.")
    content: Json = column("content", is_json=True, description="The document.")
    version: int = column("version", description="1 when first written, +1 with each write.")
    updated_at: DateTime = column("updated_at", description="When it was last written.")


@strawberry.type(description="A document in a page.")
class RunDocumentEdge:
    """A document and its place."""

    cursor: str = strawberry.field(description="The document's place in this list.")
    node: RunDocument = strawberry.field(description="The document.")


def _documents(connection: OfPage) -> list[RunDocument]:
    return [RunDocument(row=row) for row in connection.page.rows]


def _edges(connection: OfPage) -> list[RunDocumentEdge]:
    cursor = connection.page.cursor
    return [RunDocumentEdge(cursor=cursor(row), node=RunDocument(row=row)) for row in connection.page.rows]


@strawberry.type(description="A page of documents, in key order.")
class RunDocumentConnection:
    """A page of document rows."""

    page: strawberry.Private[Page]

    edges: list[RunDocumentEdge] = derived(_edges, description="The documents with their cursors.")
    nodes: list[RunDocument] = derived(_documents, description="The documents alone.")
    page_info: PageInfo = derived(page_info, description="What comes before and after this page.")

"""Nodes, and how a value's type is told where a field promises an interface."""

import strawberry


class Concrete:
    """Tells the GraphQL type of a value by its class alone: classes are called as their types."""

    @classmethod
    def resolve_type(cls, source: object, _info: object, _abstract: object) -> str:
        """Name the GraphQL type of a value."""
        return type(source).__name__

    @classmethod
    def is_type_of(cls, source: object, _info: object) -> bool:
        """Tell whether a value is of this type."""
        return type(source) is cls


@strawberry.interface(
    description=(
        "Ids are plain: a lower-case hyphenated UUID (version 7 when the server makes it), or `default`. "
        "Unique over all Node types."
    )
)
class Node(Concrete):
    """Anything that `node` finds by its id."""

    id: strawberry.ID = strawberry.field(description="The node's id.")

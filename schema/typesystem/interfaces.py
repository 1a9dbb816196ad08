"""Nodes, and how GraphQL finds the type of a value of an interface."""

import strawberry


class Concrete:
    """The base of interfaces: a value's GraphQL type has the name of its class."""

    @classmethod
    def resolve_type(cls, source: object, _info: object, _abstract: object) -> str:
        """Return the name of a value's GraphQL type."""
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
    """A type whose values `Query.node` finds by id."""

    id: strawberry.ID = strawberry.field(description="The node's id.")

"""Distinct values of runs."""

import strawberry

from schema.typesystem.scalars import Json


@strawberry.type(description="A path in metadata that some of the newest runs have.")
class MetadataPathCount:
    """A path and its count."""

    path: str = strawberry.field(description="The path, spelled as `MetadataFilter` takes it.")
    count: int = strawberry.field(description="How many of the runs looked at have it.")


@strawberry.type(description="A value at a path in the metadata of some of the newest runs.")
class MetadataValueCount:
    """A value and its count."""

    value: Json | None = strawberry.field(
        description="A boolean, a number, or a text, of which the first 256 characters count."
    )
    count: int = strawberry.field(description="How many of the runs looked at have it.")

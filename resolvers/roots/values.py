"""The queries for what is offered while somebody types."""

from typing import Annotated, TypeAlias

import strawberry

from resolvers.execution.context import Info
from resolvers.execution.fields import query
from resolvers.runs import values
from runindex.ports.queries import DistinctField
from schema.runs.values import MetadataPathCount, MetadataValueCount
from schema.typesystem.connections import ABSENT, given

Prefix: TypeAlias = Annotated[str | None, strawberry.argument(description="Only what starts with this.")]
Most: TypeAlias = Annotated[int | None, strawberry.argument(description="At most so many, 1 to 500.")]


@strawberry.type
class ValueQueries:
    """The fields of `Query` that list distinct values."""

    @query("Names of runs, archived ones too, each once, in code-point order; it costs what it answers.")
    async def run_names(self, info: Info, prefix: Prefix = ABSENT, first: Most = 50) -> list[str]:
        """List names."""
        return await values.list_values(info.context, DistinctField.NAME, given(prefix), first)

    @query("Ids of datasets that runs execute, archived ones too, in code-point order; it costs what it answers.")
    async def dataset_ids(self, info: Info, prefix: Prefix = ABSENT, first: Most = 50) -> list[str]:
        """List ids of datasets."""
        return await values.list_values(info.context, DistinctField.DATASET, given(prefix), first)

    @query("Ids of targets of runs, archived ones too, in code-point order; it costs what it answers.")
    async def target_ids(self, info: Info, prefix: Prefix = ABSENT, first: Most = 50) -> list[str]:
        """List ids of targets."""
        return await values.list_values(info.context, DistinctField.TARGET, given(prefix), first)

    @query(
        "Paths to values in the metadata of the newest 1000 runs that are not archived (or of fewer, after 4 Mi "
        "characters), the most frequent first."
    )
    async def metadata_paths(self, info: Info, prefix: Prefix = ABSENT, first: Most = 50) -> list[MetadataPathCount]:
        """List paths."""
        return await values.list_paths(info.context, given(prefix), first)

    @query(
        "Values at a path in the metadata of the newest 1000 runs that are not archived, the most frequent first. "
        "Objects, lists and null are left out."
    )
    async def metadata_values(
        self,
        info: Info,
        path: Annotated[str, strawberry.argument(description="The path, spelled as `MetadataFilter` takes it.")],
        prefix: Prefix = ABSENT,
        first: Most = 50,
    ) -> list[MetadataValueCount]:
        """List values."""
        return await values.list_metadata_values(info.context, path, given(prefix), first)

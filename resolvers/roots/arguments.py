"""Arguments that several root fields have."""

from typing import Annotated, TypeAlias

import strawberry

from schema.filters import RunFilter
from schema.typesystem.enums import RunGroupKey

Filter: TypeAlias = Annotated[RunFilter | None, strawberry.argument(description="Only runs that pass this.")]
GroupBy: TypeAlias = Annotated[RunGroupKey, strawberry.argument(description="What the groups have in common.")]

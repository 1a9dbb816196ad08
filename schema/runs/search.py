"""What a search finds."""

import strawberry

from schema.runs.run import Run


@strawberry.type(description="A run that a search found.")
class RunSearchHit:
    """A run and how well it fits."""

    run: Run = strawberry.field(description="The run.")
    score: float = strawberry.field(description="0.01 to 1.0.")
    rank: int = strawberry.field(description="Its place among the hits, from 1.")

"""Inputs of the mutations of results."""

import strawberry

from schema.typesystem.connections import ABSENT
from schema.typesystem.descriptions import IDEMPOTENCY_KEY, OPEN_RUN
from schema.typesystem.scalars import DateTime, Json


@strawberry.input(description="What a scorer says of a result.")
class ScoreInput:
    """A score."""

    scorer_id: str = strawberry.field(description="The scorer: 1 to 512 characters.")
    value: float | None = strawberry.field(description="The score.")
    reason: str | None = strawberry.field(description="The scorer's reason.")
    error: str | None = strawberry.field(description="What went wrong in scoring.")


@strawberry.input(description="One attempt at one item.")
class RecordResultInput:
    """An attempt; JSON that was not given is null."""

    id: strawberry.ID | None = strawberry.field(description="A UUID; made by the server when not given.")
    run_id: strawberry.ID = strawberry.field(description=OPEN_RUN)
    item_id: str = strawberry.field(description="The item: 1 to 512 characters.")
    item_version: DateTime | None = strawberry.field(description="The instant that names the item's version.")
    input: Json | None = strawberry.field(default=ABSENT, description="What the target was given.")
    output: Json | None = strawberry.field(default=ABSENT, description="What the target answered.")
    expected_output: Json | None = strawberry.field(default=ABSENT, description="What it should have answered.")
    latency: float = strawberry.field(description="Milliseconds, 0 or more.")
    error: str | None = strawberry.field(
        description="Why the attempt failed; null is success, and an empty text a failure that says no more."
    )
    started_at: DateTime = strawberry.field(description="When the attempt started.")
    completed_at: DateTime = strawberry.field(description="When the attempt ended; not before it started.")
    retry_count: int = strawberry.field(default=0, description="0 for the first attempt.")
    scores: list[ScoreInput] | None = strawberry.field(description="What scorers say of it, at most 100.")
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="Many attempts.")
class RecordResultsInput:
    """Attempts, each of which stands on its own."""

    results: list[RecordResultInput] = strawberry.field(
        description="Up to 1000; more is LIMIT_EXCEEDED and records none."
    )
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="A run whose results are to be deleted.")
class DeleteResultsInput:
    """A run."""

    run_id: strawberry.ID = strawberry.field(description="The run, in any status.")
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)

"""Inputs of the mutations of results."""

import strawberry

from schema.typesystem.connections import ABSENT
from schema.typesystem.descriptions import IDEMPOTENCY_KEY, LATE, RESULT, TRACE_ID
from schema.typesystem.scalars import DateTime, Json


@strawberry.input(description="What a scorer says of a result.")
class ScoreInput:
    """A score."""

    scorer_id: str = strawberry.field(description="The scorer: 1 to 512 characters.")
    value: float | None = strawberry.field(description="The score.")
    reason: str | None = strawberry.field(description="The scorer's reason.")
    error: str | None = strawberry.field(description="What went wrong in scoring.")
    scorer_name: str | None = strawberry.field(description="What people call the scorer: 1 to 512 characters.")


@strawberry.input(description="One attempt at one item.")
class RecordResultInput:
    """An attempt; JSON that was not given is null."""

    id: strawberry.ID | None = strawberry.field(description="A UUID; made by the server when not given.")
    run_id: strawberry.ID = strawberry.field(description="The run, which must be open unless the result is late.")
    item_id: str = strawberry.field(description="The item: 1 to 512 characters.")
    item_version: DateTime | None = strawberry.field(description="The instant that names the item's version.")
    input: Json | None = strawberry.field(default=ABSENT, description="What the target was given.")
    output: Json | None = strawberry.field(default=ABSENT, description="What the target answered.")
    expected_output: Json | None = strawberry.field(default=ABSENT, description="What it should have answered.")
    latency: float = strawberry.field(description="Milliseconds, 0 or more.")
    error: str | None = strawberry.field(
        description="Why the attempt failed; null is success, and an empty text is a failure without a reason."
    )
    started_at: DateTime = strawberry.field(description="When the attempt started.")
    completed_at: DateTime = strawberry.field(description="When the attempt ended; not before it started.")
    retry_count: int = strawberry.field(default=0, description="0 for the first attempt.")
    scores: list[ScoreInput] | None = strawberry.field(description="What scorers say of it, at most 100.")
    trace_id: str | None = strawberry.field(description=TRACE_ID)
    late: bool = strawberry.field(default=False, description=LATE)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="Many attempts.")
class RecordResultsInput:
    """Attempts, each of which stands on its own."""

    results: list[RecordResultInput] = strawberry.field(
        description="Up to 1000; more is LIMIT_EXCEEDED and records none."
    )
    late: bool = strawberry.field(default=False, description="Makes each of them late; see RecordResultInput.")
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="A run whose results are to be deleted.")
class DeleteResultsInput:
    """A run."""

    run_id: strawberry.ID = strawberry.field(description="The run, in any status.")
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(
    description=(
        "Scores of a result that was recorded before, whatever its run's status but ARCHIVED. The result is named by "
        "`resultId`, or by `runId`, `itemId` and `retryCount`."
    )
)
class ScoreResultInput:
    """A result and scores."""

    result_id: strawberry.ID | None = strawberry.field(description=RESULT)
    run_id: strawberry.ID | None = strawberry.field(description="Its run, when it is not named by its id.")
    item_id: str | None = strawberry.field(description="Its item, when it is not named by its id.")
    retry_count: int = strawberry.field(default=0, description="Which attempt, when it is not named by its id.")
    scores: list[ScoreInput] = strawberry.field(
        description=(
            "1 to 100, each of another scorer. A score that is the scorer's newest already is left as it is; any other "
            "becomes the scorer's next revision."
        )
    )
    reason: str | None = strawberry.field(description="Why, for the history; at most 1000 characters.")
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(
    description=(
        "A remark on a result that was recorded before, whatever its run's status but ARCHIVED. The result is named by "
        "`resultId`, or by `runId`, `itemId` and `retryCount`."
    )
)
class AnnotateResultInput:
    """A result, a patch and labels."""

    result_id: strawberry.ID | None = strawberry.field(description=RESULT)
    run_id: strawberry.ID | None = strawberry.field(description="Its run, when it is not named by its id.")
    item_id: str | None = strawberry.field(description="Its item, when it is not named by its id.")
    retry_count: int = strawberry.field(default=0, description="Which attempt, when it is not named by its id.")
    patch: Json | None = strawberry.field(
        default=ABSENT, description="A JSON object, merged into the annotations (RFC 7396); null changes nothing."
    )
    add_labels: list[str] | None = strawberry.field(description="1 to 256 characters each; those present are skipped.")
    remove_labels: list[str] | None = strawberry.field(description="Those absent are passed over.")
    expected_version: int | None = strawberry.field(
        description="Refuse with VersionConflict unless `annotationVersion` is this; 0 means: no annotation yet."
    )
    reason: str | None = strawberry.field(description="Why, for the run's events; at most 1000 characters.")
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)

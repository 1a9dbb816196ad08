"""Results of runs, and their summary."""

from collections.abc import Sequence

import strawberry

from runindex.domain.records.results import decode_scores
from runindex.ports.queries import Row
from runindex.ports.statistics import ScoreStatistics
from schema.loaders import Info
from schema.references import RunRef, as_run
from schema.typesystem.connections import Connection, connection
from schema.typesystem.fields import column, relation
from schema.typesystem.interfaces import Node
from schema.typesystem.scalars import DateTime, Json
from schema.typesystem.selection import run_columns


@strawberry.type(description="What a scorer said of a result.")
class Score:
    """A score."""

    scorer_id: str = strawberry.field(description="The scorer.")
    value: float | None = strawberry.field(description="The score; null when the scorer had none to give.")
    reason: str | None = strawberry.field(description="The scorer's reason.")
    error: str | None = strawberry.field(description="What went wrong in scoring.")


def _scores(text: str) -> list[Score]:
    return [
        Score(scorer_id=score.scorer_id, value=score.value, reason=score.reason, error=score.error)
        for score in decode_scores(text)
    ]


@strawberry.type(description="One attempt at one item. Immutable. Unique by run, item and retryCount.")
class RunResult(Node):
    """A result as its storage row."""

    row: strawberry.Private[Row]

    id: strawberry.ID = column("id", description="A UUID.")
    run_id: strawberry.ID = column("run_id", description="The run.")
    item_id: str = column("item_id", description="The item.")
    item_version: DateTime | None = column("item_version", description="The instant that names the item's version.")
    input: Json | None = column("input", description="What the target was given.")
    output: Json | None = column("output", description="What the target answered.")
    expected_output: Json | None = column("expected_output", description="What it should have answered.")
    latency: float = column("latency", description="Milliseconds; fractions kept.")
    error: str | None = column("error", description="Null is success.")
    started_at: DateTime = column("started_at", description="When the attempt started, as reported.")
    completed_at: DateTime = column("completed_at", description="When the attempt ended, as reported.")
    retry_count: int = column("retry_count", description="0 for the first attempt.")
    created_at: DateTime = column("created_at", description="When it was recorded.")
    scores: list[Score] = column("scores", _scores, description="What scorers said of it, in the order recorded.")

    @relation("existing_run", needs=("run_id",), description="The run.")
    async def run(self, info: Info) -> RunRef:
        """Load the run."""
        return as_run(await info.context.loaders.existing_run(self.row["run_id"], run_columns(info)))


@strawberry.type(description="A result in a page, or in a stream.")
class RunResultEdge:
    """A result and its cursor."""

    cursor: str = strawberry.field(description="The result's place in this list, or in this stream.")
    node: RunResult = strawberry.field(description="The result.")


@connection(
    RunResult, RunResultEdge, "results", "Ordered by startedAt, then createdAt, then id, ascending.", counted=True
)
class RunResultConnection(Connection):
    """A page of result rows."""


@strawberry.type(description="Scores of one scorer over a run's results; only scores with a value count.")
class ScoreSummary:
    """Statistics of one scorer."""

    scorer_id: str = strawberry.field(description="The scorer.")
    count: int = strawberry.field(description="How many scores have a value.")
    mean: float | None = strawberry.field(description="Their mean; null without any.")
    min: float | None = strawberry.field(description="The smallest; null without any.")
    max: float | None = strawberry.field(description="The largest; null without any.")


def _summaries(scores: Sequence[ScoreStatistics]) -> list[ScoreSummary]:
    return [
        ScoreSummary(
            scorer_id=score.scorer_id, count=score.count, mean=score.mean, min=score.smallest, max=score.largest
        )
        for score in scores
    ]


@strawberry.type(description="Figures of a run's results.")
class ResultSummary:
    """The selected columns of a run's totals and of its `ResultStatistics`, as one row."""

    row: strawberry.Private[Row]

    total: int = column("result_count", description="Results, attempts included.")
    items: int = column("item_count", description="Items with at least one result.")
    succeeded: int = column("succeeded", description="Items with at least one attempt without error.")
    failed: int = column("failed", description="Items whose every attempt has an error.")
    latency_p50: float | None = column("latency_p50", description="Of all results; null without any. Milliseconds.")
    latency_p95: float | None = column("latency_p95", description="Of all results; null without any. Milliseconds.")
    latency_mean: float | None = column("latency_mean", description="Of all results; null without any. Milliseconds.")
    scores: list[ScoreSummary] = column("scores", _summaries, description="One entry per scorer, by scorer id.")

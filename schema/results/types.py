"""Results of runs, and their summary."""

from collections.abc import Sequence

import strawberry

from runindex.domain.records import results
from runindex.domain.records.results import ResultScore, decode_labels, decode_score, decode_scores
from runindex.ports.queries import Row
from runindex.ports.statistics import ScoreStatistics
from schema.loaders import Info
from schema.references import RunRef, as_run
from schema.typesystem.connections import ABSENT, After, Connection, First, connection, page_arguments
from schema.typesystem.fields import column, computed, relation
from schema.typesystem.interfaces import Node
from schema.typesystem.scalars import DateTime, Json
from schema.typesystem.selection import page_selection, run_columns


@strawberry.type(description="What a scorer said of a result.")
class Score:
    """A score."""

    scorer_id: str = strawberry.field(description="The scorer.")
    value: float | None = strawberry.field(description="The score; null when the scorer had none to give.")
    reason: str | None = strawberry.field(description="The scorer's reason.")
    error: str | None = strawberry.field(description="What went wrong in scoring.")
    scorer_name: str | None = strawberry.field(description="What people call the scorer.")
    revision: int = strawberry.field(description="Counts the scorer's scores of the same result, from 1.")


def _score(score: results.Score) -> Score:
    return Score(
        scorer_id=score.scorer_id,
        value=score.value,
        reason=score.reason,
        error=score.error,
        scorer_name=score.scorer_name,
        revision=score.revision,
    )


def _scores(text: str) -> list[Score]:
    return list(map(_score, decode_scores(text)))


@strawberry.type(description="A score at one revision, as it was given.")
class ScoreRevision:
    """A revision as its storage row."""

    row: strawberry.Private[Row]

    score: Score = computed(
        lambda text, revision: _score(decode_score(text, revision)),
        needs=("score", "revision"),
        description="The score.",
    )
    at: DateTime = column("at", description="When it was given; when the result was recorded, if it was recorded so.")
    reason: str | None = column("reason", description="Why it was given, as `scoreResult` said.")
    actor: str | None = column("actor", description="Who gave it after the recording.")


@strawberry.type(description="A revision in a page.")
class ScoreRevisionEdge:
    """A revision and its cursor."""

    cursor: str = strawberry.field(description="The revision's place in this list.")
    node: ScoreRevision = strawberry.field(description="The revision.")


@connection(ScoreRevision, ScoreRevisionEdge, "revisions", "A page of revisions, by scorer, oldest first.")
class ScoreRevisionConnection(Connection):
    """A page of rows of revisions."""


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
    scores: list[Score] = column(
        "scores",
        _scores,
        description=(
            "What scorers say of it: the newest of each, in the order in which the scorers came. All that was recorded "
            "stays; `scoreResult` and `annotateResult` add to it."
        ),
    )
    trace_id: str | None = column("trace_id", description="The id under which a tracing system knows it.")
    late: bool = column("late", bool, description="Whether the run was closed when it was recorded.")
    annotations: Json | None = column(
        "annotations", description="Remarks that `annotateResult` merged: a JSON object; null without any."
    )
    labels: list[str] = computed(
        lambda text: list(decode_labels(text)), needs=("labels",), description="Its labels, in the order first added."
    )
    annotation_version: int = column(
        "annotation_version", description="0 without annotations, +1 with each `annotateResult`."
    )
    annotated_at: DateTime | None = column("annotated_at", description="When it was last annotated.")

    @relation(
        "score_revisions",
        needs=ResultScore.KEY[:4],
        description=(
            "The scores of those scorers that scored after the recording, by scorer, oldest first; the first is what "
            "was recorded, if the scorer had a score then. Scores that only the recording gave are in `scores` alone."
        ),
    )
    async def score_revisions(
        self, info: Info, first: First = ABSENT, after: After = ABSENT
    ) -> ScoreRevisionConnection:
        """Load a page of the revisions."""
        key = tuple(self.row[name] for name in ResultScore.KEY[:4])
        page, selected = page_arguments(first, after), page_selection(info, "ScoreRevision")
        return ScoreRevisionConnection(page=await info.context.loaders.score_revisions(key, page, selected))

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

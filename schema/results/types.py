"""Results of runs: attempts at items, and what is said of them together."""

from collections.abc import Sequence

import strawberry

from runindex.domain.records.results import decode_scores
from runindex.ports.queries import Row
from runindex.ports.statistics import ResultStatistics
from schema.loaders import Info
from schema.references import RunRef
from schema.typesystem.connections import OfPage, Page, PageInfo, page_info, total_count
from schema.typesystem.fields import column, derived, relation
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
    input: Json | None = column("input", is_json=True, description="What the target was given.")
    output: Json | None = column("output", is_json=True, description="What the target answered.")
    expected_output: Json | None = column("expected_output", is_json=True, description="What it should have answered.")
    latency: float = column("latency", description="Milliseconds; fractions kept.")
    error: str | None = column("error", description="Null is success.")
    started_at: DateTime = column("started_at", description="When the attempt started, as reported.")
    completed_at: DateTime = column("completed_at", description="When the attempt ended, as reported.")
    retry_count: int = column("retry_count", description="0 for the first attempt.")
    created_at: DateTime = column("created_at", description="When it was recorded.")
    scores: list[Score] = column("scores", _scores, description="What scorers said of it, in the order recorded.")

    @relation("run", needs=("run_id",), description="The run.")
    async def run(self, info: Info) -> RunRef:
        """Load the run."""
        return await info.context.loads.run_of(self.row["run_id"], run_columns(info))


@strawberry.input(description="Conditions on results; all that are given hold together.")
class RunResultFilter:
    """Conditions on results; None is no condition."""

    item_id: str | None = strawberry.field(description="Is an attempt at this item.")
    succeeded: bool | None = strawberry.field(description="Has no error, or has one.")
    scorer_id: str | None = strawberry.field(description="Has a score of this scorer.")


@strawberry.type(description="A result in a page, or in a stream.")
class RunResultEdge:
    """A result and its place."""

    cursor: str = strawberry.field(description="The result's place in this list, or in this stream.")
    node: RunResult = strawberry.field(description="The result.")


def _results(connection: OfPage) -> list[RunResult]:
    return [RunResult(row=row) for row in connection.page.rows]


def _edges(connection: OfPage) -> list[RunResultEdge]:
    cursor = connection.page.cursor
    return [RunResultEdge(cursor=cursor(row), node=RunResult(row=row)) for row in connection.page.rows]


@strawberry.type(description="Ordered by startedAt, then createdAt, then id, ascending.")
class RunResultConnection:
    """A page of result rows."""

    page: strawberry.Private[Page]

    edges: list[RunResultEdge] = derived(_edges, description="The results with their cursors.")
    nodes: list[RunResult] = derived(_results, description="The results alone.")
    page_info: PageInfo = derived(page_info, description="What comes before and after this page.")
    total_count: int = derived(
        total_count, description="Exact number of results that match; computed only when selected."
    )


@strawberry.type(description="Scores of one scorer over a run's results; only scores with a value count.")
class ScoreSummary:
    """Figures of one scorer."""

    scorer_id: str = strawberry.field(description="The scorer.")
    count: int = strawberry.field(description="How many scores have a value.")
    mean: float | None = strawberry.field(description="Their mean; null without any.")
    min: float | None = strawberry.field(description="The smallest; null without any.")
    max: float | None = strawberry.field(description="The largest; null without any.")


@strawberry.type(description="Figures of a run's results.")
class ResultSummary:
    """What is counted of a run's results, and what is figured out of them; both only as far as selected."""

    totals: strawberry.Private[Row]
    figures: strawberry.Private[ResultStatistics | None]

    total: int = derived(lambda summary: summary.totals["result_count"], description="Results, attempts included.")
    items: int = derived(lambda summary: summary.totals["item_count"], description="Items with at least one result.")
    succeeded: int = derived(
        lambda summary: summary.totals["succeeded"], description="Items with at least one attempt without error."
    )
    failed: int = derived(
        lambda summary: summary.totals["failed"], description="Items whose every attempt has an error."
    )
    latency_p50: float | None = derived(
        lambda summary: summary.figures and summary.figures.latency_p50,
        description="Of all results; null without any. Milliseconds.",
    )
    latency_p95: float | None = derived(
        lambda summary: summary.figures and summary.figures.latency_p95,
        description="Of all results; null without any. Milliseconds.",
    )
    latency_mean: float | None = derived(
        lambda summary: summary.figures and summary.figures.latency_mean,
        description="Of all results; null without any. Milliseconds.",
    )
    scores: list[ScoreSummary] = derived(
        lambda summary: _summaries(summary.figures), description="One entry per scorer, by scorer id."
    )


def _summaries(figures: ResultStatistics | None) -> Sequence[ScoreSummary]:
    if figures is None:
        return []
    return [
        ScoreSummary(
            scorer_id=score.scorer_id, count=score.count, mean=score.mean, min=score.smallest, max=score.largest
        )
        for score in figures.scores
    ]

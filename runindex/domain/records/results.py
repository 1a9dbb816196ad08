"""Results of a dataset run, each of one attempt at one item, and their counts by item."""

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from runindex.domain import json_text
from runindex.domain.instants import Micros
from runindex.domain.json_text import JsonText, JsonValue
from runindex.domain.problems import invalid
from runindex.domain.records.record import Record
from runindex.domain.texts import check_plain, check_text

MAX_ITEM_ID: Final = 512
MAX_SCORES: Final = 100
MAX_LATENCY: Final = 1e15  # milliseconds, so that sums of latencies stay finite


@dataclass(frozen=True, slots=True)
class Score:
    """A scorer's judgement of a result."""

    scorer_id: str
    value: float | None = None
    reason: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Result(Record):
    """One attempt, as stored. `owner` is the run's incarnation; `seq` counts a run's results from 1, in commit order.

    `generation` counts the deletions of all of the run's results: those of a former generation are deleted.
    """

    KEY: ClassVar = ("owner", "generation", "item_id", "retry_count")

    owner: int
    generation: int
    item_id: str
    retry_count: int
    id: str
    run_id: str
    seq: int
    item_version: Micros | None
    input: JsonText | None
    output: JsonText | None
    expected_output: JsonText | None
    latency: float
    error: str | None
    started_at: Micros
    completed_at: Micros
    created_at: Micros
    scores: JsonText


@dataclass(frozen=True, slots=True)
class Item(Record):
    """Counts of one item's attempts in one run; `succeeded` is 1 once an attempt had no error, else 0."""

    KEY: ClassVar = ("owner", "generation", "item_id")

    owner: int
    generation: int
    item_id: str
    attempts: int = 0
    succeeded: int = 0
    last_retry: int = -1

    def attempted(self, retry_count: int, *, failed: bool) -> "Item":
        """Return the item with one more attempt."""
        return replace(
            self,
            attempts=self.attempts + 1,
            succeeded=1 if self.succeeded or not failed else 0,
            last_retry=max(self.last_retry, retry_count),
        )


def content_of(result: Result) -> tuple[object, ...]:
    """Return what makes two attempts equal: their content, with JSON compared by value."""
    return (
        result.item_version,
        *(None if text is None else json_text.canonical(json_text.loads(text)) for text in _texts(result)),
        result.latency,
        result.error,
        result.started_at,
        result.completed_at,
    )


def _texts(result: Result) -> tuple[JsonText | None, ...]:
    return (result.input, result.output, result.expected_output, result.scores)


def encode_scores(scores: tuple[Score, ...]) -> JsonText:
    """Return the scores as JSON text, fields named as in the API."""
    return json_text.dumps(
        [
            {"scorerId": score.scorer_id, "value": score.value, "reason": score.reason, "error": score.error}
            for score in scores
        ]
    )


def decode_scores(text: JsonText) -> tuple[Score, ...]:
    """Return the scores that `encode_scores` wrote."""
    values: JsonValue = json_text.loads(text)
    return tuple(Score(entry["scorerId"], entry["value"], entry["reason"], entry["error"]) for entry in values)


def scorer_text(scorer_id: str) -> str:
    """Return a text that encoded scores contain if, and only if, one of them is this scorer's.

    Quotes inside texts are escaped, so it can only match a score's own field.
    """
    return f'"scorerId":{json_text.dumps(scorer_id)},'


def check_item_id(item_id: str, field: str) -> str:
    """Return the item's id; refuse one that does not fit."""
    return check_text(item_id, field, MAX_ITEM_ID, "an item id")


def check_scores(scores: tuple[Score, ...], field: str) -> None:
    """Refuse too many scores, one without a scorer, infinite values, and texts that no storage can keep."""
    if len(scores) > MAX_SCORES:
        raise invalid(f"a result has at most {MAX_SCORES} scores", field)
    for position, score in enumerate(scores):
        if not 1 <= len(score.scorer_id) <= MAX_ITEM_ID:
            raise invalid(f"a scorer id has 1 to {MAX_ITEM_ID} characters", f"{field}.{position}.scorer_id")
        if score.value is not None and not math.isfinite(score.value):
            raise invalid("must be finite", f"{field}.{position}.value")
        for name, text in (("scorer_id", score.scorer_id), ("reason", score.reason), ("error", score.error)):
            check_plain(text, f"{field}.{position}.{name}")


def check_times(started_at: Micros, completed_at: Micros, latency: float, prefix: str = "") -> None:
    """Refuse a latency (milliseconds) below 0 or above MAX_LATENCY, and a completion before the start."""
    if not 0 <= latency <= MAX_LATENCY:
        raise invalid(f"must be from 0 to {MAX_LATENCY:.0e}", f"{prefix}latency")
    if completed_at < started_at:
        raise invalid("must not be before startedAt", f"{prefix}completed_at")

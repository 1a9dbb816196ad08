"""Results of a dataset run, each of one attempt at one item, and their counts by item."""

import math
from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
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
MAX_ANNOTATIONS: Final = 256 * 1024  # bytes
MAX_LABELS: Final = 1000


@dataclass(frozen=True, slots=True)
class Score:
    """A scorer's judgement of a result; `revision` counts the scorer's judgements of the same result from 1."""

    scorer_id: str
    value: float | None = None
    reason: str | None = None
    error: str | None = None
    scorer_name: str | None = None
    revision: int = 1


@dataclass(frozen=True, slots=True)
class Result(Record):
    """One attempt, as stored. `owner` is the run's incarnation; `seq` counts a run's results from 1, in commit order.

    `generation` counts the deletions of all of the run's results: those of a former generation are deleted. `late` is 1
    when the run was closed before it. What was recorded never changes: `scores` are those that hold now, and
    `recorded_scores` those that were recorded, None while these are the same. `annotation_version` counts annotations.
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
    trace_id: str | None = None
    late: int = 0
    recorded_scores: JsonText | None = None
    annotations: JsonText | None = None
    labels: JsonText | None = None
    annotation_version: int = 0
    annotated_at: Micros | None = None


@dataclass(frozen=True, slots=True)
class ResultScore(Record):
    """One revision of a scorer's score of a result, kept for scorers that scored after the recording.

    Its recorded score, if it had one, is its first revision. `reason` is the mutation's, not the scorer's.
    """

    KEY: ClassVar = ("owner", "generation", "item_id", "retry_count", "scorer_id", "revision")

    owner: int
    generation: int
    item_id: str
    retry_count: int
    scorer_id: str
    revision: int
    score: JsonText
    at: Micros
    reason: str | None = None
    actor: str | None = None


class ItemStatus(StrEnum):
    """How the last attempt at an item ended."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    MISSING = "MISSING"


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
        result.trace_id,
    )


def _texts(result: Result) -> tuple[JsonText | None, ...]:
    return (result.input, result.output, result.expected_output, result.recorded_scores or result.scores)


def encode_score(score: Score) -> JsonText:
    """Return one score as JSON text, without its revision."""
    return json_text.dumps(_fields(score))


def decode_score(text: JsonText, revision: int = 1) -> Score:
    """Return the score that `encode_score` wrote, at a revision."""
    return _score(json_text.loads(text), revision)


def encode_scores(scores: tuple[Score, ...]) -> JsonText:
    """Return the scores as JSON text, fields named as in the API; a revision only where it is not the score's place.

    A score's place is its number among those of its scorer: 1, unless a scorer was recorded several times.
    """
    places: Counter[str] = Counter()
    entries = []
    for score in scores:
        places[score.scorer_id] += 1
        later = score.revision > places[score.scorer_id]
        entries.append(_fields(score) | ({"revision": score.revision} if later else {}))
    return json_text.dumps(entries)


def decode_scores(text: JsonText) -> tuple[Score, ...]:
    """Return the scores that `encode_scores` wrote."""
    places: Counter[str] = Counter()
    scores = []
    for entry in json_text.loads(text):
        places[entry["scorerId"]] += 1
        scores.append(_score(entry, entry.get("revision", places[entry["scorerId"]])))
    return tuple(scores)


def _fields(score: Score) -> dict[str, JsonValue]:
    named = {} if score.scorer_name is None else {"scorerName": score.scorer_name}
    fields = {"scorerId": score.scorer_id, "value": score.value, "reason": score.reason, "error": score.error}
    return fields | named


def _score(entry: JsonValue, revision: int) -> Score:
    return Score(entry["scorerId"], entry["value"], entry["reason"], entry["error"], entry.get("scorerName"), revision)


def newest_score(scores: tuple[Score, ...], scorer_id: str) -> Score | None:
    """Return a scorer's newest score, None when it has none."""
    own = (score for score in scores if score.scorer_id == scorer_id)
    return max(own, key=lambda score: score.revision, default=None)


def rescored(scores: tuple[Score, ...], score: Score) -> tuple[Score, ...]:
    """Return the scores with one more: in the place of its scorer's former ones, else behind all."""
    places = [place for place, former in enumerate(scores) if former.scorer_id == score.scorer_id]
    others = [former for former in scores if former.scorer_id != score.scorer_id]
    others.insert(places[0] if places else len(others), score)
    return tuple(others)


def decode_labels(text: JsonText | None) -> tuple[str, ...]:
    """Return a result's labels, in the order first added."""
    return () if text is None else tuple(json_text.loads(text))


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
        if score.scorer_name is not None and not 1 <= len(score.scorer_name) <= MAX_ITEM_ID:
            raise invalid(f"a scorer's name has 1 to {MAX_ITEM_ID} characters", f"{field}.{position}.scorer_name")
        for name in ("scorer_id", "reason", "error", "scorer_name"):
            check_plain(getattr(score, name), f"{field}.{position}.{name}")


def check_times(started_at: Micros, completed_at: Micros, latency: float, prefix: str = "") -> None:
    """Refuse a latency (milliseconds) below 0 or above MAX_LATENCY, and a completion before the start."""
    if not 0 <= latency <= MAX_LATENCY:
        raise invalid(f"must be from 0 to {MAX_LATENCY:.0e}", f"{prefix}latency")
    if completed_at < started_at:
        raise invalid("must not be before startedAt", f"{prefix}completed_at")

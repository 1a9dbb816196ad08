"""Checks of imported values and rows: each must be one that a mutation could have written.

A check raises ProblemError, or whatever Python raises for a value of another type.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, Final, TypeAlias

from runindex.commands.base import MAX_REASON, node_id_of, run_id_of
from runindex.commands.jobs import check_queue
from runindex.domain import instants, json_text
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.json_text import JsonText
from runindex.domain.lifecycle import FINISHED, OPEN, RunStatus
from runindex.domain.records.events import Event, check_stream
from runindex.domain.records.jobs import MAX_ATTEMPTS, Job, JobStatus
from runindex.domain.records.plans import Plan
from runindex.domain.records.results import (
    MAX_ANNOTATIONS,
    MAX_LABELS,
    Result,
    ResultScore,
    check_item_id,
    check_scores,
    check_times,
    decode_score,
    decode_scores,
    encode_score,
    encode_scores,
)
from runindex.domain.records.run_data import Cell, check_key_name
from runindex.domain.records.runtimes import check_reference
from runindex.domain.records.views import ONLY, DefaultView, check_columns, decode_columns, encode_columns
from runindex.domain.runs.changes import Change, RunChangeKind
from runindex.domain.runs.metadata import check_metadata
from runindex.domain.runs.retention import LARGEST, RetentionKind
from runindex.domain.runs.run import Run, check_dataset, check_error, check_name, check_trace_id
from runindex.domain.runs.tags import check_tags, with_tags

Check: TypeAlias = Callable[[Any], object]

_LARGEST_LONG: Final = 2**63 - 1
_HASH: Final = re.compile("[0-9a-f]{64}")


def check(condition: object) -> None:
    """Raise ValueError unless the condition holds."""
    if not condition:
        raise ValueError


def check_of(kind: type, name: str, field_type: type) -> Check | None:
    """Return the check of a field of a kind of rows, None where any value of its type is allowed."""
    if field_type is int:
        return partial(_check_number, *_RANGES.get(name, (0, LARGEST)))
    return _OF_KIND.get((kind, name)) or _TEXTS.get(name)


def check_run(run: Run) -> None:
    """Raise for a run that no mutation leads to."""
    retention = run.retention
    check((retention.kind is RetentionKind.KEEP_ALL) == (retention.value is None) and retention.value != 0)
    check(run.id != DEFAULT_RUN or (run.parent_id is None and run.status is RunStatus.ACTIVE))
    check((run.outcome is None) == (run.finished_at is None))
    check(run.outcome is None if run.status in OPEN else run.status not in FINISHED or run.outcome is run.status)
    check_error(run.error, run.outcome or run.status)
    if run.dataset is not None:
        check_dataset(run.dataset)


def check_change(change: Change) -> None:
    """Raise for an entry of the log that no mutation makes."""
    is_first = change.run.version == 1
    check((change.kind is RunChangeKind.CREATED) == is_first)
    check(change.seq == change.run.incarnation if is_first else change.seq >= change.run.incarnation)
    check(change.former is None or change.former.updated_at is not None)


def check_record(kind: type, fields: Mapping[str, Any]) -> None:
    """Raise for a record whose fields contradict each other."""
    if kind is Result:
        check_times(fields["started_at"], fields["completed_at"], fields["latency"])
        check((fields["annotated_at"] is None) == (fields["annotation_version"] == 0))
    elif kind is ResultScore:
        check(decode_score(fields["score"]).scorer_id == fields["scorer_id"])
    elif kind is DefaultView:
        check(fields["slot"] == ONLY)
    elif kind is Plan:
        check(fields["name_folded"] == fields["name"].lower())
    elif kind is Job:
        check(fields["attempts"] <= fields["max_attempts"])
        check((fields["status"] is JobStatus.RUNNING) == (fields["lease_expires_at"] is not None))


def _check_number(lowest: int, highest: int, number: int) -> None:
    check(lowest <= number <= highest)


def _check_run_id(text: str) -> None:
    check(run_id_of(text) == text)


def _check_node_id(text: str) -> None:
    check(node_id_of(text, "") == text)


def _check_hash(text: str) -> None:
    check(_HASH.fullmatch(text))


def _check_reason(text: str) -> None:
    check(len(text) <= MAX_REASON)


def _check_json(text: JsonText) -> None:
    value = json_text.loads(text)
    check(json_text.check_content(value, "") == text)


def _check_payload(text: JsonText) -> None:
    _check_json(text)
    check(text.startswith("{"))


# A run's tags and metadata are repeated in each of its entries in the log.
@lru_cache(maxsize=4)
def _check_metadata(text: JsonText) -> None:
    check(check_metadata(json_text.loads(text)) == text)


@lru_cache(maxsize=4)
def _check_tags(text: JsonText) -> None:
    check(json_text.dumps(with_tags((), check_tags(json_text.loads(text)))) == text)


def _check_scores(text: JsonText) -> None:
    scores = decode_scores(text)
    check_scores(scores, "")
    check(encode_scores(scores) == text)


def _check_score(text: JsonText) -> None:
    score = decode_score(text)
    check_scores((score,), "")
    check(encode_score(score) == text)


def _check_annotations(text: JsonText) -> None:
    value = json_text.loads(text)
    check(isinstance(value, dict) and json_text.check_content(value, "", MAX_ANNOTATIONS) == text)


def _check_labels(text: JsonText) -> None:
    labels = check_tags(json_text.loads(text))
    check(0 < len(labels) <= MAX_LABELS and json_text.dumps(labels) == text)


def _check_columns(text: JsonText) -> None:
    columns = decode_columns(text)
    check_columns(columns)
    check(encode_columns(columns) == text)


def _check_references(text: JsonText) -> None:
    references = json_text.loads(text)
    for reference in references:
        check_reference(reference, "")
    check(isinstance(references, list) and json_text.dumps(references) == text)


def _without_path(check_value: Callable[[Any, str], object]) -> Check:
    """Return a check of the domain without the path of an input field."""
    return lambda value: check_value(value, "")


_INSTANTS: Final = dict.fromkeys(
    (
        *("at", "created_at", "updated_at", "started_at", "finished_at", "completed_at", "run_at", "lease_expires_at"),
        *("last_at", "former_updated_at", "former_started_at", "annotated_at", "dataset_version", "item_version"),
    ),
    (instants.EARLIEST, instants.LATEST),
)
# Ranges of integers; any other integer is a count, which the API returns as an Int.
_RANGES: Final[Mapping[str, tuple[int, int]]] = {
    **_INSTANTS,
    **dict.fromkeys(("incarnation", "seq", "result_seq"), (1, _LARGEST_LONG)),
    **dict.fromkeys(("version", "revision"), (1, LARGEST)),
    **dict.fromkeys(("deleted", "late"), (0, 1)),
    "priority": (-LARGEST - 1, LARGEST),
    "max_attempts": (1, MAX_ATTEMPTS),
}
_TEXTS: Final[Mapping[str, Check]] = {
    "id": _check_node_id,
    **dict.fromkeys(("run_id", "last_run_id", "parent_id", "plan_id"), _check_run_id),
    **dict.fromkeys(("name", "former_name"), check_name),
    **dict.fromkeys(("tags", "former_tags"), _check_tags),
    **dict.fromkeys(("metadata", "former_metadata"), _check_metadata),
    **dict.fromkeys(("input", "output", "expected_output", "value", "content", "spec", "data", "detail"), _check_json),
    **dict.fromkeys(("scores", "recorded_scores"), _check_scores),
    "score": _check_score,
    "annotations": _check_annotations,
    "labels": _check_labels,
    "trace_id": check_trace_id,
    "contributing_input_ids": _check_references,
    **dict.fromkeys(("hash", "event_hash", "floor_hash"), _check_hash),
    **dict.fromkeys(("item_id", "scorer_id"), _without_path(check_item_id)),
    "key_name": _without_path(check_key_name),
    "stream": _without_path(check_stream),
    **dict.fromkeys(("runtime_id", "input_id"), _without_path(check_reference)),
    "queue": check_queue,
    "view_id": _check_node_id,
    **dict.fromkeys(("run_filter", "run_order"), _check_payload),
    "run_columns": _check_columns,
    "reason": _check_reason,
}
_OF_KIND: Final[Mapping[tuple[type, str], Check]] = {
    (Run, "id"): _check_run_id,
    (Cell, "name"): _without_path(check_key_name),
    (Event, "payload"): _check_payload,
}

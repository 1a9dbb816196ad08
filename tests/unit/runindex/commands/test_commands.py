from collections.abc import Callable
from dataclasses import replace

import pytest

from runindex.commands import MAX_REASON, AnyCommand, MetadataVerb, RecordResult, RecordResults, UpdateMetadata
from runindex.domain.idempotency import KeyScope
from runindex.domain.json_text import JsonValue
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import ConstraintReason, ConstraintViolation, InvalidInput, ProblemError
from runindex.domain.runs.retention import LARGEST, keep_duration, keep_latest
from tests.support.commands import (
    ERROR,
    A,
    B,
    add_tags,
    clear_metadata,
    create,
    dataset,
    delete,
    delete_all,
    move,
    move_all,
    patch_metadata,
    rename,
    replace_metadata,
)

LONG_TAG = "x" * 257
REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "id": (lambda: create(""), "id"),
    "blank-id": (lambda: create("  "), "id"),
    "nil-id": (lambda: create("0" * 32), "id"),
    "word": (lambda: delete("Default"), "id"),
    "parent": (lambda: create(A, parent_id="no"), "parent_id"),
    "plan": (lambda: create(A, plan_id="no"), "plan_id"),
    "empty-name": (lambda: create(name=""), "name"),
    "blank-name": (lambda: rename(A, " \t"), "name"),
    "long-name": (lambda: rename(A, "x" * 257), "name"),
    "nul-in-name": (lambda: rename(A, "a\0"), "name"),
    "surrogate-in-name": (lambda: create(name="\ud800"), "name"),
    "empty-tag": (lambda: add_tags(A, "a", ""), "tags.1"),
    "long-tag": (lambda: create(tags=(LONG_TAG,)), "tags.0"),
    "nul-in-tag": (lambda: add_tags(A, "a", "b", "\0"), "tags.2"),
    "surrogate-in-tag": (lambda: add_tags(A, "\udfff"), "tags.0"),
    "nul-in-metadata": (lambda: create(metadata={"a": "\0"}), "metadata"),
    "nul-in-key": (lambda: replace_metadata(A, {"\0": 1}), "change.metadata"),
    "surrogate-in-patch": (lambda: patch_metadata(A, {"a": ["\ud800"]}), "change.patch"),
    "infinity": (lambda: create(metadata={"a": float("inf")}), "metadata"),
    "clear-false": (lambda: updated(MetadataVerb.CLEAR, value=False), "change.clear"),
    "clear-null": (lambda: updated(MetadataVerb.CLEAR, value=None), "change.clear"),
    "no-error": (lambda: move(A, RunStatus.FAILED, error=None), "error"),
    "empty-error": (lambda: move(A, RunStatus.FAILED, error=""), "error"),
    "blank-error": (lambda: move(A, RunStatus.FAILED, error=" \n"), "error"),
    "nul-in-error": (lambda: move(A, RunStatus.FAILED, error="a\0"), "error"),
    "blank-bulk-error": (lambda: move_all([A], RunStatus.FAILED, error=" "), "error"),
    "long-reason": (lambda: move(A, RunStatus.PAUSED, reason="x" * (MAX_REASON + 1)), "reason"),
    "nul-in-reason": (lambda: delete_all([A], reason="\0"), "reason"),
    "empty-key": (lambda: delete(A, idempotency_key=""), "idempotency_key"),
    "long-key": (lambda: delete(A, idempotency_key="x" * 256), "idempotency_key"),
    "nul-in-key-of-idempotency": (lambda: delete(A, idempotency_key="\0"), "idempotency_key"),
    "empty-dataset": (lambda: create(dataset=dataset("")), "dataset.dataset_id"),
    "blank-target": (lambda: create(dataset=dataset(target_id=" ")), "dataset.target_id"),
    "long-target": (lambda: create(dataset=dataset(target_id="x" * 257)), "dataset.target_id"),
    "negative-items": (lambda: create(dataset=dataset(items=-1)), "dataset.total_items"),
    "keep-none": (lambda: keep_latest(0), "keep_latest"),
    "keep-less": (lambda: keep_latest(-1), "keep_latest"),
    "keep-too-many": (lambda: keep_latest(LARGEST + 1), "keep_latest"),
    "keep-no-time": (lambda: keep_duration(0), "keep_duration_seconds"),
}


def updated(verb: MetadataVerb, *, value: object) -> UpdateMetadata:
    return UpdateMetadata(mutation="updateRunMetadata", id=A, verb=verb, value=value).checked()


@pytest.mark.parametrize("name", REFUSED)
def test_the_form_of_an_input_is_judged_before_all_else(name: str) -> None:
    make, field = REFUSED[name]
    with pytest.raises(ProblemError) as refusal:
        make()
    problem = refusal.value.problem
    assert isinstance(problem, InvalidInput)
    assert problem.field == field
    assert problem.message


@pytest.mark.parametrize("status", sorted(set(RunStatus) - {RunStatus.FAILED}))
def test_only_a_run_that_fails_takes_an_error(status: RunStatus) -> None:
    for make in (lambda: move(A, status, error=ERROR), lambda: move_all([A], status, error=ERROR)):
        with pytest.raises(ProblemError) as refusal:
            make()
        assert isinstance(refusal.value.problem, InvalidInput)


def test_json_that_nests_too_deep_to_be_walked_is_beyond_the_limit() -> None:
    value: JsonValue = 1
    for _ in range(20_000):
        value = {"k": value}
    for make in (lambda: create(metadata=value), lambda: replace_metadata(A, value), lambda: patch_metadata(A, value)):
        with pytest.raises(ProblemError) as refusal:
            make()
        problem = refusal.value.problem
        assert isinstance(problem, ConstraintViolation)
        assert problem.reason is ConstraintReason.LIMIT_EXCEEDED


def test_a_checked_command_has_its_ids_in_stored_form() -> None:
    command = create(A.upper(), parent_id=f"{{{B}}}", plan_id=B.replace("-", ""), tags=("b", "a", "b"))
    assert (command.id, command.parent_id, command.plan_id, command.tags) == (A, B, B, ("b", "a"))
    assert command.checked() == command
    assert list(command.run_ids) == [A, B]
    assert list(delete(A.upper()).run_ids) == [A]
    assert list(move_all([A.upper(), "junk", "default"], RunStatus.PAUSED).run_ids) == [A, "default"]


def test_the_longest_texts_are_taken() -> None:
    create(name="x" * 256, tags=("☃" * 256,), reason="x" * MAX_REASON, idempotency_key="x" * 255)


def test_a_fingerprint_is_of_the_input_alone() -> None:
    command = rename(A, "x", idempotency_key="k", actor="ann")
    assert command.fingerprint == replace(command, idempotency_key="other", actor="bob").fingerprint
    others: list[AnyCommand] = [
        rename(A, "y", idempotency_key="k"),
        rename(B, "x", idempotency_key="k"),
        rename(A, "x", idempotency_key="k", reason="r"),
        rename(A, "x", idempotency_key="k", expected_version=1),
        create(A, name="x"),
    ]
    assert len({other.fingerprint for other in [command, *others]}) == len(others) + 1


def test_a_fingerprint_spells_the_paths_of_bad_entries_as_those_that_are_stored() -> None:
    entry = RecordResult(
        mutation="recordResult", run_id="default", item_id="i", latency=1.0, started_at=1, completed_at=2
    )
    bad = [replace(entry, item_id=""), replace(entry, retry_count=-1), replace(entry, idempotency_key="")]
    command = RecordResults(mutation="recordResults", idempotency_key="k", results=(entry, *bad)).checked()
    paths = [problem.field for problem in command.problems if isinstance(problem, InvalidInput)]
    assert paths == ["results.1.item_id", "results.2.retry_count", "results.3.idempotency_key"]
    assert command.fingerprint == "b5bc5cab7ce1c1292cfe4f0db66d68dd03a9d19cafb7e8028e423d826a29392b"


def test_a_key_belongs_to_its_caller_and_mutation() -> None:
    assert rename(A, "x").scope is None
    assert rename(A, "x", idempotency_key="k").scope == KeyScope("", "renameRun", "k")
    assert delete(A, idempotency_key="k", actor="ann").scope == KeyScope("ann", "deleteRun", "k")


def test_clearing_is_to_say_true() -> None:
    assert clear_metadata(A).verb is MetadataVerb.CLEAR

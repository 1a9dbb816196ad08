"""Checks of texts: their bounds, and the messages that reach callers."""

from collections.abc import Callable
from typing import Any

import pytest

from runindex.commands import SetRetention
from runindex.commands.jobs import check_queue
from runindex.domain.idempotency import check_key
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import InvalidInput, ProblemError
from runindex.domain.records.events import check_stream
from runindex.domain.records.results import check_item_id
from runindex.domain.records.run_data import check_key_name
from runindex.domain.records.runtimes import check_reference
from runindex.domain.runs.retention import KEEP_ALL
from runindex.domain.runs.run import check_error, check_name
from runindex.domain.runs.tags import check_tags

PLAIN = "no NUL and no lone surrogate"


def _check_failure(text: str, field: str) -> None:
    check_error(text, RunStatus.FAILED, field)


def _check_tag(text: str, _: str) -> None:
    check_tags([text], "tags")


def _check_reason(text: str, _: str) -> None:
    SetRetention(mutation="m", id="default", policy=KEEP_ALL, reason=text).checked()


CHECKS: list[tuple[Any, int, str]] = [
    (check_name, 256, "a name has 1 to 256 characters, not all blank"),
    (check_stream, 256, f"a stream has 1 to 256 characters, {PLAIN}"),
    (check_item_id, 512, f"an item id has 1 to 512 characters, {PLAIN}"),
    (check_key_name, 512, f"1 to 512 characters, {PLAIN}"),
    (check_reference, 512, f"1 to 512 characters, {PLAIN}"),
    (check_queue, 256, f"a queue has 1 to 256 characters, {PLAIN}"),
    (check_key, 255, "an idempotency key has 1 to 255 characters"),
    (_check_failure, 262_144, f"an error has at most 262144 characters, {PLAIN}"),
    (_check_reason, 1000, f"a reason has at most 1000 characters, {PLAIN}"),
    (_check_tag, 256, "a tag has 1 to 256 characters"),
]


@pytest.mark.parametrize(("check", "most", "message"), CHECKS, ids=[check.__name__ for check, _, _ in CHECKS])
def test_a_text_of_the_greatest_length_is_taken_and_one_more_refused(
    check: Callable[[str, str], object], most: int, message: str
) -> None:
    check("é" * most, "name")
    with pytest.raises(ProblemError) as refused:
        check("é" * (most + 1), "name")
    assert isinstance(refused.value.problem, InvalidInput)
    assert refused.value.problem.message == message


@pytest.mark.parametrize("text", ["a\0", "\ud800"], ids=["nul", "surrogate"])
@pytest.mark.parametrize("check", [check for check, _, _ in CHECKS])
def test_a_text_that_no_storage_can_keep_is_refused(check: Callable[[str, str], object], text: str) -> None:
    with pytest.raises(ProblemError):
        check(text, "name")


def test_a_name_of_blanks_alone_is_refused() -> None:
    with pytest.raises(ProblemError, match="not all blank"):
        check_name(" \t")

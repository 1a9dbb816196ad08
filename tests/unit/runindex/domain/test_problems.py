"""Paths of offending fields, in Python's names and in the API's."""

import pytest

from runindex.domain.problems import camel_case

PATHS = {
    "name": "name",
    "run_id": "runId",
    "receipt.contributing_input_ids.1": "receipt.contributingInputIds.1",
    "input_updates.0.attempt_count": "inputUpdates.0.attemptCount",
    "retention.keep_duration_seconds": "retention.keepDurationSeconds",
    "runs.filter.or.1.name_contains": "runs.filter.or.1.nameContains",
}


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_spelled_as_in_the_api(path: str) -> None:
    assert camel_case(path) == PATHS[path]


@pytest.mark.parametrize("path", PATHS.values())
def test_a_path_that_was_stored_as_the_api_spells_it_stays(path: str) -> None:
    assert camel_case(path) == path

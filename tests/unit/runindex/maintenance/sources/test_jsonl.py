import pytest
from hypothesis import given
from hypothesis import strategies as st

from runindex.domain.errors import BadRequestError
from runindex.maintenance.sources.load import check_source
from runindex.maintenance.sources.order import parents_first
from tests.support.data.sources import json_lines

FINE = '{"id": "a"}'


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "not JSON"),
        ("[]", "the line is no JSON object"),
        ('{"id": 3}', "id is not a text"),
        ('{"nmae": "x"}', "nmae is no field of it"),
        ('{"tags": "x"}', "tags is not a list"),
        ('{"tags": [1]}', "tags is not a list of texts"),
        ('{"status": "DONE"}', "status is not one of ACTIVE"),
        ('{"createdAt": "2024-01-01"}', "createdAt is not an RFC 3339 time"),
        ('{"createdAt": "2024-01-02T00:00:00Z", "finishedAt": "2024-01-01T00:00:00Z"}', "finished_at: must not be"),
        ('{"status": "ACTIVE", "finishedAt": "2024-01-01T00:00:00Z"}', "a run that is ACTIVE has no finishedAt"),
        ('{"status": "FAILED", "outcome": "COMPLETED"}', "outcome is another than the status"),
        ('{"results": [{}]}', "results need times"),
        ('{"createdAt": "2024-01-02T00:00:00Z", "results": [{"latency": 1}]}', "results.0.itemId is missing"),
        ('{"createdAt": "2024-01-02T00:00:00Z", "results": [{"itemId": "i", "latency": -1}]}', "results.0.latency"),
        ('{"createdAt": "2024-01-02T00:00:00Z", "results": [{"itemId": "i", "scores": [{}]}]}', "scorerId is missing"),
        ('{"dataset": {"datasetId": "d"}}', "dataset has no datasetVersion"),
        ('{"id": "a"}', "this run was there before, in runs.jsonl, line 1"),
        ('{"id": "b", "parentId": "b"}', "its own ancestor"),
        ('{"name": " "}', "name"),
        ("\x1f\x8b", "JSON"),
    ],
)
def test_a_fault_names_file_and_line(line: str, words: str) -> None:
    source = json_lines(FINE, "", line)
    with pytest.raises(BadRequestError) as refusal:
        check_source(source, parents_first(source.index()), lambda _: None)
    assert refusal.value.message.startswith("runs.jsonl, line 3: ")
    assert words in refusal.value.message


def test_another_encoding_is_named() -> None:
    with pytest.raises(BadRequestError, match="line 1: this is UTF-16"):
        json_lines("{\0").index()


@given(st.lists(st.integers(0, 12), min_size=1, max_size=12), st.randoms())
def test_parents_come_before_their_children(parents: list[int], random: object) -> None:
    lines = [{"id": f"r{place}", "parentId": f"r{parent}"} for place, parent in enumerate(parents) if parent < place]
    random.shuffle(lines)  # type: ignore[attr-defined]
    ordered = [entry.id for entry in parents_first(json_lines(*lines).index())]
    places = {run_id: place for place, run_id in enumerate(ordered)}
    assert len(ordered) == len(lines)
    for entry in json_lines(*lines).index():
        assert entry.parent_id not in places or places[str(entry.parent_id)] < places[entry.id]

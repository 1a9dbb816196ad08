"""What is offered while somebody types."""

import pytest

from resolvers.runs import values
from tests.support.api import Api

pytestmark = pytest.mark.asyncio

PATHS = "query ($prefix: String, $first: Int) { metadataPaths(prefix: $prefix, first: $first) { path count } }"
VALUES = """
    query ($path: String!, $prefix: String, $first: Int) {
      metadataValues(path: $path, prefix: $prefix, first: $first) { value count }
    }
"""


async def test_names_and_ids_are_offered(api: Api) -> None:
    dataset = {"datasetVersion": "2100-01-01T00:00:00Z", "targetType": "AGENT", "totalItems": 1}
    for name, data, target in (("b", "d1", "t2"), ("a", "d2", "t1"), ("b", "d1", "t1"), (None, "e", "u")):
        await api.run(name=name, dataset=dataset | {"datasetId": data, "targetId": target})
    document = "query ($prefix: String) { runNames datasetIds(prefix: $prefix) targetIds(first: 2) }"
    assert await api.ask(document, prefix="d") == {
        "runNames": ["a", "b"],
        "datasetIds": ["d1", "d2"],
        "targetIds": ["t1", "t2"],
    }
    assert (await api.ask(document))["datasetIds"] == ["d1", "d2", "e"]


@pytest.mark.parametrize("field", ["runNames", "datasetIds", "targetIds"])
async def test_what_is_no_prefix_or_no_size_is_refused(api: Api, field: str) -> None:
    document = f"query ($prefix: String, $first: Int) {{ {field}(prefix: $prefix, first: $first) }}"
    assert await api.refusal(document, first=501) == ("BAD_USER_INPUT", "`first` must be 1 to 500")
    assert (await api.refusal(document, prefix="\0"))[0] == "BAD_USER_INPUT"


async def test_paths_are_offered_as_filters_take_them(api: Api) -> None:
    for metadata in (
        {"git": {"branch": "main", "sha.1": "x"}},
        {"git": {"branch": "dev"}},
        {"loss": [1], "n": None},
        None,
    ):
        await api.run(metadata=metadata)
    await api.do("archiveRun", id=await api.run(metadata={"hidden": 1}))
    assert (await api.ask(PATHS))["metadataPaths"] == [
        {"path": "git.branch", "count": 2},
        {"path": "git.sha\\.1", "count": 1},
        {"path": "loss", "count": 1},
        {"path": "n", "count": 1},
    ]
    assert (await api.ask(PATHS, prefix="git.s"))["metadataPaths"] == [{"path": "git.sha\\.1", "count": 1}]
    assert len((await api.ask(PATHS, first=1))["metadataPaths"]) == 1
    found = "query ($path: String!) { runCount(filter: {metadata: [{path: $path, op: EXISTS}]}) }"
    for path, count in (("git.branch", 2), ("git.sha\\.1", 1)):
        assert (await api.ask(found, path=path))["runCount"] == count


async def test_values_are_offered_with_their_kinds(api: Api) -> None:
    for value in ("main", "main", 1, 1.0, 12, True, None, {"a": 1}, [1], "1st"):
        await api.run(metadata={"v": value})
    assert [(each["value"], each["count"]) for each in (await api.ask(VALUES, path="v"))["metadataValues"]] == [
        (1, 2),
        ("main", 2),
        (True, 1),
        (12, 1),
        ("1st", 1),
    ]
    assert [each["value"] for each in (await api.ask(VALUES, path="v", prefix="1"))["metadataValues"]] == [1, 12, "1st"]
    assert [each["value"] for each in (await api.ask(VALUES, path="v", prefix="t"))["metadataValues"]] == [True]
    assert (await api.ask(VALUES, path="no.such"))["metadataValues"] == []


async def test_no_more_is_looked_at_than_is_said(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "LOOKED_AT", 100)
    await api.run(metadata={"oldest": 1})
    await api.runs(100, metadata={"newer": "x" * 100})
    assert (await api.ask(PATHS))["metadataPaths"] == [{"path": "newer", "count": 100}]
    assert (await api.ask(VALUES, path="oldest"))["metadataValues"] == []
    monkeypatch.setattr(values, "MOST_CHARACTERS", 1000)
    assert (await api.ask(PATHS))["metadataPaths"] == [{"path": "newer", "count": 50}]

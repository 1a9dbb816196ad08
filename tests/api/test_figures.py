"""Groups, timeline, tags, search and previews."""

import pytest

from tests.support.api import Api

pytestmark = pytest.mark.asyncio


async def test_archived_runs_are_a_group_by_status(api: Api) -> None:
    first, second, _ = await api.runs(3, tags=["t"])
    await api.do("archiveRun", id=first)
    await api.do("closeRun", id=second)
    document = "query ($filter: RunFilter, $first: Int) { runCounts(filter: $filter, first: $first) { key count } }"
    assert (await api.ask(document))["runCounts"] == [
        {"key": "ACTIVE", "count": 2},
        {"key": "ARCHIVED", "count": 1},
        {"key": "COMPLETED", "count": 1},
    ]
    tagged = (await api.ask(document, filter={"tags": {"all": ["t"]}}))["runCounts"]
    assert {group["key"]: group["count"] for group in tagged} == {"ACTIVE": 1, "ARCHIVED": 1, "COMPLETED": 1}
    assert len((await api.ask(document, first=1))["runCounts"]) == 1
    assert await api.refusal(document, first=0) == ("BAD_USER_INPUT", "`first` must be 1 to 500")


async def test_other_groups_hide_archived_runs(api: Api) -> None:
    parent = await api.run()
    await api.run(parentId=parent, tags=["a", "b"])
    await api.run(parentId=parent, tags=["a"])
    archived = await api.run(parentId=parent, tags=["b"])
    await api.do("archiveRun", id=archived)
    document = """
        { tags: runCounts(groupBy: TAG) { key count } parents: runCounts(groupBy: PARENT) { key count }
          all: runCounts(groupBy: TAG, filter: {includeArchived: true}) { key count } }
    """
    assert await api.ask(document) == {
        "tags": [{"key": "a", "count": 2}, {"key": "b", "count": 1}],
        "parents": [{"key": parent, "count": 2}],
        "all": [{"key": "a", "count": 2}, {"key": "b", "count": 2}],
    }


async def test_the_timeline_has_every_bucket(api: Api) -> None:
    first, second = await api.runs(2)
    api.clock.advance(60)
    await api.do("closeRun", id=first)
    await api.do("cancelRun", id=second)
    document = """
        query ($range: DateTimeRange!) {
          runTimeline(interval: MINUTE, range: $range) { start created completed failed cancelled }
        }
    """
    span = {"from": "2100-01-04T12:00:01Z", "to": "2100-01-04T12:02:30Z"}
    nothing = {"created": 0, "completed": 0, "failed": 0, "cancelled": 0}
    assert (await api.ask(document, range=span))["runTimeline"] == [
        nothing | {"start": "2100-01-04T12:00:00.000000Z", "created": 2},
        nothing | {"start": "2100-01-04T12:01:00.000000Z", "completed": 1, "cancelled": 1},
        nothing | {"start": "2100-01-04T12:02:00.000000Z"},
    ]
    assert (await api.ask(document, range={"from": span["to"], "to": span["from"]}))["runTimeline"] == []
    for bounds in ({"from": span["from"]}, {"to": span["to"]}, {}):
        assert await api.refusal(document, range=bounds) == ("BAD_USER_INPUT", "`range` needs both its ends")
    assert (await api.refusal(document, range={"from": "2000-01-01T00:00:00Z", "to": "2001-01-01T00:00:00Z"}))[0] == (
        "BAD_USER_INPUT"
    )


async def test_tags_are_listed_in_order(api: Api) -> None:
    await api.run(tags=["b", "aa", "ab"])
    await api.run(tags=["aa"])
    document = "query ($prefix: String, $first: Int) { tags(prefix: $prefix, first: $first) { tag count } }"
    assert [entry["tag"] for entry in (await api.ask(document, first=50))["tags"]] == ["aa", "ab", "b"]
    assert (await api.ask(document, prefix="a", first=1))["tags"] == [{"tag": "aa", "count": 2}]
    assert (await api.ask('{ tags(prefix: "b") { count } }'))["tags"] == [{"count": 1}]
    assert await api.refusal(document, first=501) == ("BAD_USER_INPUT", "`first` must be 1 to 500")
    assert (await api.refusal(document, prefix="\0"))[0] == "BAD_USER_INPUT"


async def test_a_search_ranks_its_hits(api: Api) -> None:
    await api.run(name="other")
    both = await api.run(name="nightly train", metadata={"model": "gpt-4o"})
    one = await api.run(name="nightly")
    archived = await api.run(name="nightly")
    await api.do("archiveRun", id=archived)
    document = """
        query ($query: String!, $first: Int, $filter: RunFilter) {
          searchRuns(query: $query, first: $first, filter: $filter) { rank score run { id name } }
        }
    """
    hits = (await api.ask(document, query="NIGHT gpt-4o", first=10))["searchRuns"]
    assert [(hit["rank"], hit["run"]["id"]) for hit in hits] == [(1, both), (2, one)]
    assert hits[0]["score"] > hits[1]["score"] > 0
    assert len((await api.ask(document, query="night", first=1))["searchRuns"]) == 1
    assert len((await api.ask(document, query="night", first=9, filter={"includeArchived": True}))["searchRuns"]) == 3
    assert (await api.ask(document, query=" \t", first=10))["searchRuns"] == []
    assert (await api.ask(document, query="", first=None))["searchRuns"] == []
    for arguments in ({"query": "a", "first": 0}, {"query": "a", "first": 101}, {"query": "a\0"}):
        assert (await api.refusal(document, **arguments))[0] == "BAD_USER_INPUT"
    many = " ".join(map(str, range(101)))
    assert await api.refusal(document, query=many) == ("BAD_USER_INPUT", "`query` has at most 100 words")


async def test_a_preview_of_compaction(api: Api) -> None:
    run_id = await api.run(retention={"keepLatest": 1})
    await api.do("closeRun", id=run_id)
    document = """
        query ($ids: [ID!]!) { retentionPreview(runIds: $ids) { runId changes events receipts valueVersions } }
    """
    previews = (await api.ask(document, ids=["default", "no", run_id.upper(), run_id]))["retentionPreview"]
    nothing = {"changes": 0, "events": 0, "receipts": 0, "valueVersions": 0}
    assert previews == [nothing | {"runId": "default"}, nothing | {"runId": run_id, "changes": 1}]
    assert await api.refusal(document, ids=["no"] * 501) == ("BAD_USER_INPUT", "`runIds` has at most 500 entries")

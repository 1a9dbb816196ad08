"""What the runs of a dataset say of one item."""

import pytest

from tests.support.api import Api

pytestmark = pytest.mark.asyncio

HISTORY = """
    query ($dataset: String!, $item: String!, $filter: RunFilter, $first: Int, $after: String) {
      itemHistory(datasetId: $dataset, itemId: $item, filter: $filter, first: $first, after: $after) {
        nodes { status run { name status } result { latency error retryCount scores { scorerId value } } }
        edges { cursor node { status run { name } } }
        pageInfo { hasNextPage endCursor }
      }
    }
"""
DATASET = {"datasetVersion": "2100-01-01T00:00:00Z", "targetType": "AGENT", "targetId": "t", "totalItems": 2}


async def make(api: Api) -> list[str]:
    """Run a dataset four times: the item succeeds, fails, succeeds at the second try, and is missing."""
    made = [await api.run(name=f"run {number}", dataset=DATASET | {"datasetId": "d"}) for number in range(4)]
    await api.run(name="of another", dataset=DATASET | {"datasetId": "e"})
    await api.record(made[0], "i", latency=2, scores=[{"scorerId": "s", "value": 0.5}])
    await api.record(made[1], "i", error="no")
    await api.record(made[2], "i", error="not yet")
    await api.record(made[2], "i", retryCount=1, latency=7)
    await api.record(made[3], "other")
    return made


async def test_each_run_says_how_the_item_ended_newest_first(api: Api) -> None:
    await make(api)
    nodes = (await api.ask(HISTORY, dataset="d", item="i"))["itemHistory"]["nodes"]
    assert [(node["run"]["name"], node["status"]) for node in nodes] == [
        ("run 3", "MISSING"),
        ("run 2", "SUCCEEDED"),
        ("run 1", "FAILED"),
        ("run 0", "SUCCEEDED"),
    ]
    assert nodes[0]["result"] is None
    assert (nodes[1]["result"]["retryCount"], float(nodes[1]["result"]["latency"])) == (1, 7)
    assert nodes[2]["result"]["error"] == "no"
    assert [score["scorerId"] for score in nodes[3]["result"]["scores"]] == ["s"]
    assert api.store.methods.count("find_last_results") == 1


async def test_the_history_is_paged_and_filtered(api: Api) -> None:
    made = await make(api)
    await api.do("archiveRun", id=made[3])
    walked: list[str] = []
    after = None
    while True:
        page = (await api.ask(HISTORY, dataset="d", item="i", first=2, after=after))["itemHistory"]
        walked += [edge["node"]["run"]["name"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert walked == ["run 2", "run 1", "run 0"]
    narrowed = {"nameContains": "1", "includeArchived": True}
    nodes = (await api.ask(HISTORY, dataset="d", item="i", filter=narrowed))["itemHistory"]["nodes"]
    assert [node["run"]["name"] for node in nodes] == ["run 1"]
    assert (await api.refusal(HISTORY, dataset="d", item="other", after=after))[0] == "BAD_USER_INPUT"
    assert (await api.refusal(HISTORY, dataset="e", item="i", after=after))[0] == "BAD_USER_INPUT"


async def test_what_nobody_has_is_no_history(api: Api) -> None:
    await make(api)
    assert (await api.ask(HISTORY, dataset="no", item="i"))["itemHistory"]["nodes"] == []
    nodes = (await api.ask(HISTORY, dataset="d", item="no"))["itemHistory"]["nodes"]
    assert {node["status"] for node in nodes} == {"MISSING"}
    assert (await api.refusal(HISTORY, dataset="d\0", item="i"))[0] == "BAD_USER_INPUT"


async def test_a_history_costs_its_page(api: Api) -> None:
    document = """
        { itemHistory(datasetId: "d", itemId: "i", first: 7) { nodes { run { id } result { scores { value } } } } }
    """
    response = await api.post(json={"query": document, "extensions": {"cost": True}})
    assert response.json()["extensions"]["cost"]["objects"] == 7 * (1 + 1 + 1 + 10)

"""What stands above and below a run, and what it was."""

import pytest

from runindex.streams.cursors import list_cursor, log_cursor
from tests.support.api import Answer, Api

pytestmark = pytest.mark.asyncio


async def run_of(api: Api, run_id: str, fields: str, **variables: object) -> Answer:
    declared = "".join(f", ${name}: {kind}" for name, kind in VARIABLES.items() if name in variables)
    answer: Answer = (
        await api.ask(f"query ($id: ID!{declared}) {{ run(id: $id) {{ {fields} }} }}", id=run_id, **variables)
    )["run"]
    return answer


VARIABLES = {"first": "Int", "after": "String", "at": "DateTime!", "maxDepth": "Int", "filter": "RunFilter"}


async def test_a_line_of_runs(api: Api) -> None:
    grandparent = await api.run()
    parent = await api.run(parentId=grandparent)
    child = await api.run(parentId=parent)
    fields = "parentId parent { id } root { id } ancestors { id }"
    assert await run_of(api, child, fields) == {
        "parentId": parent,
        "parent": {"id": parent},
        "root": {"id": grandparent},
        "ancestors": [{"id": parent}, {"id": grandparent}],
    }
    assert await run_of(api, grandparent, fields) == {
        "parentId": None,
        "parent": None,
        "root": {"id": grandparent},
        "ancestors": [],
    }
    await api.do("deleteRun", id=parent)
    assert await run_of(api, child, fields) == {
        "parentId": parent,
        "parent": None,
        "root": {"id": child},
        "ancestors": [],
    }


async def test_children_are_a_list_of_their_own(api: Api) -> None:
    parent, other = await api.runs(2)
    newest_first = (await api.runs(3, parentId=parent))[::-1]
    await api.run(parentId=other)
    archived = await api.run(parentId=parent)
    await api.do("archiveRun", id=archived)
    fields = """
        children(first: $first, after: $after) {
          totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage endCursor }
        }
    """
    first = (await run_of(api, parent, fields, first=2, after=None))["children"]
    assert first["totalCount"] == 3
    assert [edge["node"]["id"] for edge in first["edges"]] == newest_first[:2]
    assert first["pageInfo"] == {
        "hasNextPage": True,
        "hasPreviousPage": False,
        "endCursor": first["edges"][1]["cursor"],
    }
    rest = (await run_of(api, parent, fields, first=2, after=first["pageInfo"]["endCursor"]))["children"]
    assert [edge["node"]["id"] for edge in rest["edges"]] == newest_first[2:]
    assert (rest["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasPreviousPage"]) == (False, True)
    fields = "children(last: 1) { nodes { id } } all: children(filter: $filter) { totalCount }"
    answer = await run_of(api, parent, fields, filter={"includeArchived": True})
    assert answer == {"children": {"nodes": [{"id": newest_first[2]}]}, "all": {"totalCount": 4}}


async def test_a_cursor_of_one_runs_children_is_none_of_anothers(api: Api) -> None:
    parent, other = await api.runs(2)
    await api.run(parentId=parent)
    cursor = (await run_of(api, parent, "children { edges { cursor } }"))["children"]["edges"][0]["cursor"]
    document = "query ($id: ID!, $after: String) { run(id: $id) { children(after: $after) { totalCount } } }"
    assert (await api.refusal(document, id=other, after=cursor))[0] == "BAD_USER_INPUT"


async def test_descendants_are_flat(api: Api) -> None:
    top = await api.run()
    first, second = await api.runs(2, parentId=top)
    below = await api.run(parentId=first)
    deepest = await api.run(parentId=below)
    await api.do("archiveRun", id=below)
    await api.do("closeRun", id=second)
    fields = """
        descendants(first: $first, after: $after, maxDepth: $maxDepth) {
          edges { cursor depth node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor }
        }
        descendantCounts { status count }
    """
    whole = await run_of(api, top, fields, first=None, after=None, maxDepth=None)
    found = [(edge["node"]["id"], edge["depth"]) for edge in whole["descendants"]["edges"]]
    assert found == [(second, 1), (first, 1), (deepest, 3)]
    assert whole["descendantCounts"] == [
        {"status": "ACTIVE", "count": 2},
        {"status": "COMPLETED", "count": 1},
        {"status": "ARCHIVED", "count": 1},
    ]
    page = (await run_of(api, top, fields, first=2, after=None, maxDepth=None))["descendants"]
    assert page["pageInfo"]["hasNextPage"]
    rest = await run_of(api, top, fields, first=2, after=page["pageInfo"]["endCursor"], maxDepth=None)
    assert rest["descendants"]["nodes"] == [{"id": deepest}]
    assert rest["descendants"]["pageInfo"]["hasPreviousPage"]
    near = await run_of(api, top, fields, first=None, after=None, maxDepth=1)
    assert near["descendants"]["nodes"] == [{"id": second}, {"id": first}]
    document = "query ($id: ID!) { run(id: $id) { descendants(maxDepth: 0) { nodes { id } } } }"
    assert await api.refusal(document, id=top) == ("BAD_USER_INPUT", "`maxDepth` must be 1 or more")


async def test_history_tells_each_step(api: Api) -> None:
    run_id = await api.run(reason="new")
    await api.do("addRunTags", id=run_id, tags=["t"])
    closed = await api.do("failRun", id=run_id, error="out of paper", reason="no paper")
    fields = """
        history(first: $first, after: $after) {
          edges { cursor node { cursor kind version fromStatus status tags error reason actor membership } }
          pageInfo { hasNextPage hasPreviousPage endCursor }
        }
    """
    history = (await run_of(api, run_id, fields, first=None, after=None))["history"]
    nodes = [edge["node"] for edge in history["edges"]]
    assert [edge["cursor"] for edge in history["edges"]] == [node.pop("cursor") for node in nodes]
    assert history["pageInfo"] == {"hasNextPage": False, "hasPreviousPage": False, "endCursor": closed["cursor"]}
    plain = {
        "tags": ["t"],
        "error": None,
        "reason": None,
        "actor": None,
        "membership": "UPDATED",
        "fromStatus": "ACTIVE",
    }
    assert nodes == [
        plain
        | {
            "kind": "CREATED",
            "version": 1,
            "fromStatus": None,
            "status": "ACTIVE",
            "tags": [],
            "reason": "new",
            "membership": "ENTERED",
        },
        plain | {"kind": "TAGS", "version": 2, "status": "ACTIVE"},
        plain | {"kind": "STATUS", "version": 3, "status": "FAILED", "error": "out of paper", "reason": "no paper"},
    ]
    page = (await run_of(api, run_id, fields, first=1, after=history["edges"][0]["cursor"]))["history"]
    assert [edge["node"]["kind"] for edge in page["edges"]] == ["TAGS"]
    assert (page["pageInfo"]["hasNextPage"], page["pageInfo"]["hasPreviousPage"]) == (True, True)


async def test_a_run_is_shown_as_it_was(api: Api) -> None:
    run_id = await api.run(name="old", tags=["t"], metadata={"a": 1})
    created = api.clock.instant
    api.clock.advance()
    await api.do("renameRun", id=run_id, name="new")
    fields = "asOf(at: $at) { version at status tags metadata error name }"
    then = "2100-01-04T12:00:01.000000Z"
    assert (await run_of(api, run_id, fields, at=then))["asOf"] == {
        "version": 1,
        "at": then,
        "status": "ACTIVE",
        "tags": ["t"],
        "metadata": {"a": 1},
        "error": None,
        "name": "old",
    }
    assert (await run_of(api, run_id, fields, at="2100-01-04T12:00:02Z"))["asOf"]["name"] == "new"
    assert (await run_of(api, run_id, fields, at="2100-01-04T12:00:00.999999Z"))["asOf"] is None
    assert created < api.clock.instant


async def test_a_run_created_anew_has_no_past(api: Api) -> None:
    run_id = await api.run()
    await api.do("deleteRun", id=run_id)
    await api.run(id=run_id)
    history = await run_of(api, run_id, "version history { nodes { kind version } }")
    assert history == {"version": 1, "history": {"nodes": [{"kind": "CREATED", "version": 1}]}}


async def test_the_log_is_read_page_by_page(api: Api) -> None:
    first = await api.run(tags=["mine"])
    await api.run()
    await api.do("closeRun", id=first)
    await api.do("archiveRun", id=first)
    await api.do("deleteRun", id=first)
    document = """
        query ($filter: RunFilter, $after: String, $first: Int) {
          changes(filter: $filter, after: $after, first: $first) {
            nodes { runId kind membership } pageInfo { hasNextPage hasPreviousPage endCursor }
          }
        }
    """
    whole = (await api.ask(document))["changes"]
    assert [node["kind"] for node in whole["nodes"]] == ["CREATED", "CREATED", "CREATED", "STATUS", "STATUS", "DELETED"]
    assert [node["membership"] for node in whole["nodes"]] == ["ENTERED"] * 3 + ["UPDATED"] * 2 + ["LEFT"]
    assert whole["pageInfo"]["endCursor"] == (await api.ask("{ changeCursor }"))["changeCursor"]
    mine = {"tags": {"all": ["mine"]}}
    seen, after = [], None
    for more in (True, True, False):
        page = (await api.ask(document, filter=mine, first=1, after=after))["changes"]
        assert (page["pageInfo"]["hasNextPage"], page["pageInfo"]["hasPreviousPage"]) == (more, after is not None)
        seen += [(node["kind"], node["membership"]) for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert seen == [("CREATED", "ENTERED"), ("STATUS", "UPDATED"), ("STATUS", "LEFT")]


async def test_a_cursor_of_the_log_is_checked(api: Api) -> None:
    document = "query ($after: String) { changes(after: $after) { nodes { kind } } }"
    state = await api.index.log_state()
    assert (await api.refusal(document, after="x"))[0] == "BAD_USER_INPUT"
    assert (await api.refusal(document, after=list_cursor(b"x", (1,))))[0] == "BAD_USER_INPUT"
    assert (await api.refusal(document, after=log_cursor("another", 1)))[0] == "CURSOR_EXPIRED"
    assert (await api.refusal(document, after=log_cursor(state.epoch, state.head + 1)))[0] == "CURSOR_EXPIRED"
    assert (await api.refusal('{ changes(filter: {not: {ancestorId: "default"}}) { nodes { kind } } }'))[0] == (
        "BAD_USER_INPUT"
    )

"""A run's own data: values, events, cells, documents."""

import hashlib
import struct
from typing import Any

import pytest

from runindex.domain.instants import parse_instant
from tests.support.api import Answer, Api

pytestmark = pytest.mark.asyncio

VALUES = """
    query ($id: ID!, $prefix: String, $first: Int, $after: String) { run(id: $id) {
      values(prefix: $prefix, first: $first, after: $after) {
        nodes { key value version } edges { cursor node { key } } pageInfo { hasNextPage endCursor }
      }
    } }
"""
HISTORY = """
    query ($id: ID!, $key: String!, $first: Int) { run(id: $id) {
      value(key: $key) { key value version updatedAt history(first: $first) { version value deleted at } }
    } }
"""
EVENTS = """
    query ($id: ID!, $stream: String, $first: Int, $after: String, $last: Int, $before: String) { run(id: $id) {
      events(stream: $stream, first: $first, after: $after, last: $last, before: $before) {
        nodes { sequence stream payload at hash } edges { cursor node { sequence } } totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    } }
"""


async def values(api: Api, run_id: str, **arguments: object) -> Answer:
    answer: Answer = (await api.ask(VALUES, id=run_id, **arguments))["run"]["values"]
    return answer


async def put(api: Api, run_id: str, **entries: object) -> Answer:
    """Put values and return the outcome."""
    return await api.do("putRunValues", runId=run_id, entries=[{"key": key, "value": entries[key]} for key in entries])


async def events(api: Api, run_id: str, **arguments: object) -> Answer:
    answer: Answer = (await api.ask(EVENTS, id=run_id, **arguments))["run"]["events"]
    return answer


def sequences(answer: Answer) -> list[int]:
    return [node["sequence"] for node in answer["nodes"]]


async def test_values_are_put_and_listed_in_key_order(api: Api) -> None:
    run_id = await api.run()
    outcome = await put(
        api, run_id, **{"b": {"z": 1, "a": [2]}, "a/1": None, "a/2": False, "é": "x", "A": 12345678901234567890}
    )
    assert [(value["key"], value["version"]) for value in outcome["values"]] == [
        ("b", 1),
        ("a/1", 1),
        ("a/2", 1),
        ("é", 1),
        ("A", 1),
    ]
    listed = await values(api, run_id)
    assert [(node["key"], node["value"]) for node in listed["nodes"]] == [
        ("A", 12345678901234567890),
        ("a/1", None),
        ("a/2", False),
        ("b", {"z": 1, "a": [2]}),
        ("é", "x"),
    ]
    first = await values(api, run_id, prefix="a/", first=1)
    assert ([node["key"] for node in first["nodes"]], first["pageInfo"]["hasNextPage"]) == (["a/1"], True)
    second = await values(api, run_id, prefix="a/", first=1, after=first["pageInfo"]["endCursor"])
    assert ([edge["node"]["key"] for edge in second["edges"]], second["pageInfo"]["hasNextPage"]) == (["a/2"], False)
    assert (await api.refusal(VALUES, id=run_id, after=first["pageInfo"]["endCursor"]))[0] == "BAD_USER_INPUT"


async def test_a_value_keeps_its_history(api: Api) -> None:
    run_id = await api.run()
    for number in range(3):
        api.clock.advance()
        await put(api, run_id, k=number)
    deleted = await api.do("deleteRunValues", runId=run_id, keys=["k", "absent"])
    assert deleted == {"__typename": "RunValueDeletion", "deleted": 1, "replayed": False}
    assert (await api.ask(HISTORY, id=run_id, key="k"))["run"]["value"] is None
    assert (await values(api, run_id))["nodes"] == []
    assert (await put(api, run_id, k="again"))["values"][0]["version"] == 5
    value = (await api.ask(HISTORY, id=run_id, key="k"))["run"]["value"]
    assert (value["value"], value["version"], value["updatedAt"]) == ("again", 5, value["history"][0]["at"])
    assert [(old["version"], old["value"], old["deleted"]) for old in value["history"]] == [
        (5, "again", False),
        (4, None, True),
        (3, 2, False),
        (2, 1, False),
        (1, 0, False),
    ]
    assert len((await api.ask(HISTORY, id=run_id, key="k", first=2))["run"]["value"]["history"]) == 2
    for first in (0, 501):
        assert (await api.refusal(HISTORY, id=run_id, key="k", first=first))[0] == "BAD_USER_INPUT"


async def test_a_value_is_put_only_over_the_expected_version(api: Api) -> None:
    run_id = await api.run()
    entry = {"key": "k", "value": 1}
    first = await api.do("putRunValues", runId=run_id, entries=[entry | {"expectedVersion": 0}])
    assert first["values"][0]["version"] == 1
    problem = await api.do(
        "putRunValues", runId=run_id, entries=[{"key": "other", "value": 1}, entry | {"expectedVersion": 0}]
    )
    assert (problem["__typename"], problem["expected"], problem["actual"]) == ("VersionConflict", 0, 1)
    assert [node["key"] for node in (await values(api, run_id))["nodes"]] == ["k"]
    await api.do("deleteRunValues", runId=run_id, keys=["k"])
    again = await api.do("putRunValues", runId=run_id, entries=[entry | {"expectedVersion": 0}])
    assert again["values"][0]["version"] == 3


async def test_a_replayed_put_shows_the_value_as_it_is(api: Api) -> None:
    run_id = await api.run()
    fields: dict[str, Any] = {"runId": run_id, "entries": [{"key": "k", "value": 1}], "idempotencyKey": "k"}
    await api.do("putRunValues", **fields)
    await put(api, run_id, k=2)
    again = await api.do("putRunValues", **fields)
    assert (again["replayed"], again["values"][0]["value"], again["values"][0]["version"]) == (True, 2, 2)


async def test_events_are_chained_over_all_streams(api: Api) -> None:
    run_id = await api.run()
    appended = await api.do(
        "appendRunEvents",
        runId=run_id,
        events=[{"stream": "log", "payload": {"b": "é", "a": [1, {}]}}, {"stream": "tool", "payload": {}}],
    )
    assert (appended["firstSequence"], appended["lastSequence"]) == (0, 1)
    api.clock.advance()
    assert (await api.append(run_id, "log"))[0]["sequence"] == 2
    listed = await events(api, run_id)
    assert listed["nodes"][:2] == appended["events"]
    previous = bytes(32)
    for event, body in zip(listed["nodes"], ('{"a":[1,{}],"b":"é"}', "{}", '{"n":0}'), strict=True):
        stream, payload = event["stream"].encode(), body.encode()
        previous = hashlib.sha256(
            struct.pack("<QI", event["sequence"], len(stream))
            + stream
            + struct.pack("<QI", parse_instant(event["at"]), len(payload))
            + payload
            + previous
        ).digest()
        assert event["hash"] == previous.hex()


async def test_events_are_walked_and_counted(api: Api) -> None:
    run_id = await api.run()
    await api.append(run_id, *"abaab")
    first = await events(api, run_id, first=2)
    assert (sequences(first), first["totalCount"], first["pageInfo"]["hasNextPage"]) == ([0, 1], 5, True)
    rest = await events(api, run_id, after=first["pageInfo"]["endCursor"])
    assert (sequences(rest), rest["pageInfo"]["hasPreviousPage"]) == ([2, 3, 4], True)
    of_a = await events(api, run_id, stream="a", last=2)
    assert (sequences(of_a), of_a["totalCount"], of_a["pageInfo"]["hasPreviousPage"]) == ([2, 3], 3, True)
    assert sequences(await events(api, run_id, stream="a", before=of_a["pageInfo"]["startCursor"])) == [0]
    assert (sequences(await events(api, run_id, stream="c")), await events(api, "default")) == (
        [],
        {
            "nodes": [],
            "edges": [],
            "totalCount": 0,
            "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
        },
    )
    for run, stream in ((run_id, None), (run_id, "b"), ("default", "a")):
        refused = await api.refusal(EVENTS, id=run, stream=stream, after=of_a["pageInfo"]["endCursor"])
        assert refused[0] == "BAD_USER_INPUT"


async def test_a_cell_counts_how_often_it_was_set(api: Api) -> None:
    run_id = await api.run()
    sets: list[dict[str, Any]] = [{"value": {"n": 1.50}, "expectedVersion": 0}, {}, {"value": [2]}]
    for version, fields in enumerate(sets, start=1):
        outcome = await api.do("setRunCell", runId=run_id, name="b", **fields)
        assert (outcome["cell"]["value"], outcome["cell"]["version"]) == (fields.get("value"), version)
    problem = await api.do("setRunCell", runId=run_id, name="b", value=3, expectedVersion=0)
    assert (problem["__typename"], problem["actual"]) == ("VersionConflict", 3)
    await api.do("setRunCell", runId=run_id, name="a", value=None)
    document = """
        query ($id: ID!) { run(id: $id) {
          cells { name value version } cell(name: "b") { value updatedAt } none: cell(name: "c") { name }
        } }
    """
    seen = (await api.ask(document, id=run_id))["run"]
    assert seen["cells"] == [{"name": "a", "value": None, "version": 1}, {"name": "b", "value": [2], "version": 3}]
    assert (seen["cell"]["value"], seen["none"]) == ([2], None)


async def test_a_document_is_replaced_and_patched(api: Api) -> None:
    run_id = await api.run()
    seen = []
    for change in ({"patch": {"a": {"b": 1}, "c": None}}, {"patch": {"a": {"d": 2}}}, {"content": 0}, {"patch": [1]}):
        outcome = await api.do("writeRunDocument", runId=run_id, key="d/1", change=change)
        seen.append((outcome["document"]["content"], outcome["document"]["version"]))
    assert seen == [({"a": {"b": 1}}, 1), ({"a": {"b": 1, "d": 2}}, 2), (0, 3), ([1], 4)]
    problem = await api.do("writeRunDocument", runId=run_id, key="d/1", change={"content": 1}, expectedVersion=3)
    assert (problem["__typename"], problem["actual"]) == ("VersionConflict", 4)
    await api.do("writeRunDocument", runId=run_id, key="a", change={"content": {}})
    document = """
        query ($id: ID!, $prefix: String) { run(id: $id) {
          document(key: "d/1") { key content version updatedAt } none: document(key: "d") { key }
          documents(prefix: $prefix, first: 1) { nodes { key } edges { cursor node { key } } pageInfo { hasNextPage } }
        } }
    """
    seen_now = (await api.ask(document, id=run_id))["run"]
    assert (seen_now["document"]["content"], seen_now["none"]) == ([1], None)
    assert seen_now["documents"]["nodes"] == [{"key": "a"}]
    assert seen_now["documents"]["pageInfo"]["hasNextPage"]
    listed = (await api.ask(document, id=run_id, prefix="d/"))["run"]["documents"]
    assert (listed["nodes"], listed["pageInfo"]["hasNextPage"]) == ([{"key": "d/1"}], False)


WRITES: list[tuple[str, dict[str, Any]]] = [
    ("putRunValues", {"entries": [{"key": "k", "value": 1}]}),
    ("deleteRunValues", {"keys": ["k"]}),
    ("appendRunEvents", {"events": [{"stream": "s", "payload": {}}]}),
    ("setRunCell", {"name": "c", "value": 1}),
    ("writeRunDocument", {"key": "d", "change": {"content": 1}}),
]


@pytest.mark.parametrize(("mutation", "fields"), WRITES)
async def test_data_is_written_to_open_runs_alone(api: Api, mutation: str, fields: dict[str, Any]) -> None:
    unknown = "00000000-0000-4000-8000-000000000001"
    problem = await api.do(mutation, runId=unknown, **fields)
    assert (problem["__typename"], problem["kind"], problem["id"]) == ("NotFound", "Run", unknown)
    run_id = await api.run()
    await api.do("pauseRun", id=run_id)
    done = await api.do(mutation, runId=run_id, **fields, idempotencyKey="k")
    assert not done["replayed"]
    await api.do("cancelRun", id=run_id)
    problem = await api.do(mutation, runId=run_id, **fields)
    assert (problem["__typename"], problem["reason"]) == ("ConstraintViolation", "RUN_CLOSED")
    assert (await api.do(mutation, runId=run_id, **fields, idempotencyKey="k"))["replayed"]
    conflict = await api.do(mutation, runId="default", **fields, idempotencyKey="k")
    assert conflict["__typename"] == "IdempotencyConflict"


async def test_data_goes_with_its_run(api: Api) -> None:
    run_id = await api.run()
    for mutation, fields in WRITES:
        if mutation != "deleteRunValues":
            await api.do(mutation, runId=run_id, **fields)
    deleted = await api.do("deleteRun", id=run_id)
    assert [deleted[name] for name in ("values", "events", "cells", "documents")] == [1, 1, 1, 1]
    await api.do("createRun", id=run_id)
    document = """
        query ($id: ID!) { run(id: $id) {
          value(key: "k") { key } values { nodes { key } } events { totalCount nodes { sequence } }
          cell(name: "c") { name } cells { name } document(key: "d") { key } documents { nodes { key } }
        } }
    """
    assert (await api.ask(document, id=run_id))["run"] == {
        "value": None,
        "values": {"nodes": []},
        "events": {"totalCount": 0, "nodes": []},
        "cell": None,
        "cells": [],
        "document": None,
        "documents": {"nodes": []},
    }
    assert (await api.append(run_id, "s"))[0]["sequence"] == 0


async def test_names_that_nothing_can_have_find_nothing(api: Api) -> None:
    document = """query ($name: String!) { run(id: "default") {
        value(key: $name) { key } cell(name: $name) { name } document(key: $name) { key }
    } }"""
    for name in ("a\0", "\ud800", ""):
        assert (await api.ask(document, name=name))["run"] == {"value": None, "cell": None, "document": None}
    for selection in (r'values(prefix: "\u0000") { nodes { key } }', r'events(stream: "\u0000") { totalCount }'):
        assert (await api.refusal(f'{{ run(id: "default") {{ {selection} }} }}'))[0] == "BAD_USER_INPUT"

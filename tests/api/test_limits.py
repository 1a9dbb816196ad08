"""Documents beyond the limits are refused before anything is validated or executed, over every way in."""

from typing import Final

import httpx
import pytest
from graphql import get_introspection_query

from runindex.settings.limits import Limits
from tests.api.conftest import OpenSocket
from tests.support.api import Api

pytestmark = pytest.mark.asyncio

NESTED: Final = "{ run(id: 1) " + "{ parent " * 10 + "{ id }" + " }" * 10 + " }"
FRAGMENTS: Final = (
    "{ run(id: 1) { ...F0 } } "
    + " ".join(f"fragment F{n} on Run {{ a: root {{ ...F{n + 1} }} b: root {{ ...F{n + 1} }} }}" for n in range(30))
    + " fragment F30 on Run { id }"
)
BEYOND: Final = {
    "tokens": "{ " + "id " * 2_000 + "}",
    "block string": '{ runs(filter: {nameContains: "' + "x" * 100 + '"}) { nodes { ' + "id " * 2_000 + "} } }",
    "depth": NESTED.replace("{ id }", "{ root { id } }"),
    "nesting": "{ a" * 990 + "}" * 990,
    "brackets": "{ runs(filter: {ids: " + "[" * 990 + "]" * 990 + "}) { totalCount } }",
    "aliases": "{ " + " ".join(f"a{each}: lifecycle {{ status }}" for each in range(31)) + " }",
    "directives": "{ " + "... @include(if: true) { runCount } " * 21 + "}",
    "root fields": "mutation { " + "createRun(input: {}) { __typename } " * 21 + "}",
    "fragments": FRAGMENTS,
    "repetitions": "{ runs { nodes { " + "id " * 200 + "} } }",
    "both ways": "{ runs { nodes { " + "parent { children(first: 100) { nodes { " * 2 + "id" + " } } }" * 2 + " } } }",
    "cost": "{ runs(first: 500) { nodes { children { nodes { id } } } } }",
}
HONEST: Final = {
    "introspection": get_introspection_query(input_value_deprecation=True, specified_by_url=True),
    "a list": """{ runs(first: 500) { nodes {
        id name status tags metadata parent { id name } children(first: 10) { nodes { id status } } } } }""",
    "a run": """{ run(id: "00000000-0000-0000-0000-000000000001") {
        id name status error history(first: 100) { nodes { at kind version } }
        results(first: 500) { nodes { itemId error scores { value } } } events(last: 100) { nodes { payload } }
        children(first: 20) { nodes { id children(first: 20) { nodes { id } } } } } }""",
    "the deepest": NESTED,
}


@pytest.mark.parametrize("document", BEYOND.values(), ids=BEYOND.keys())
async def test_a_document_beyond_a_limit_is_refused(api: Api, document: str) -> None:
    api.store.asked.clear()
    response = await api.post(json={"query": document}, headers={"Accept": "application/graphql-response+json"})
    assert response.status_code == httpx.codes.BAD_REQUEST, response.text
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert "data" not in response.json()
    assert api.store.asked == []


@pytest.mark.parametrize("document", HONEST.values(), ids=HONEST.keys())
async def test_honest_documents_are_within_the_limits(api: Api, document: str) -> None:
    assert await api.ask(document)


async def test_the_value_of_a_variable_counts(api: Api) -> None:
    document = "query ($n: Int) { runs(first: $n) { nodes { children(first: $n) { nodes { id } } } } }"
    assert await api.ask(document, n=100)
    code, message = await api.refusal(document, n=200)
    assert code == "LIMIT_EXCEEDED"
    assert message == "the operation could return 40200 objects, more than 20000: ask for smaller pages"


async def test_the_cost_is_told_to_those_who_ask(api: Api) -> None:
    query = "{ runs(first: 7) { nodes { id } } }"
    told = await api.post(json={"query": query, "extensions": {"cost": True}})
    assert told.json()["extensions"] == {"cost": {"objects": 7, "limit": 20_000}}
    assert "extensions" not in (await api.post(json={"query": query})).json()


async def test_a_document_beyond_a_limit_is_refused_over_a_socket(sockets: OpenSocket) -> None:
    socket = await sockets()
    for number, document in enumerate(BEYOND.values()):
        await socket.subscribe(str(number), document)
        code, _ = await socket.error(str(number))
        assert code == "LIMIT_EXCEEDED"


async def test_a_document_beyond_a_limit_is_refused_in_an_event_stream(api: Api) -> None:
    for document in (BEYOND["cost"], BEYOND["tokens"], BEYOND["aliases"]):
        response = await api.post(json={"query": document}, headers={"Accept": "text/event-stream"})
        assert "LIMIT_EXCEEDED" in response.text
        assert '"data":{' not in response.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ids", ["x"] * 10_001),
        ("tags.any", ["x"] * 1_001),
        ("tags.all", ["x"] * 1_001),
        ("tags.none", ["x"] * 1_001),
        ("metadata.0.value", list(range(1_001))),
    ],
)
async def test_a_list_in_a_filter_is_bounded(api: Api, field: str, value: list[object]) -> None:
    document = "query ($f: RunFilter) { runCount(filter: $f) }"
    code, message = await api.refusal(document, f=filter_with(field, value))
    assert code == "BAD_USER_INPUT"
    assert message.startswith(f"`filter.{field}`: at most ")
    counted = await api.ask(document, f=filter_with(field, value[1:]))
    assert counted == {"runCount": int(field == "tags.none")}


def filter_with(field: str, value: list[object]) -> dict[str, object]:
    """Return a filter that has a list in a field."""
    match field.split("."):
        case ["tags", name]:
            return {"tags": {name: value}}
        case ["metadata", *_]:
            return {"metadata": [{"path": "a", "op": "IN", "value": value}]}
        case _:
            return {field: value}


async def test_what_is_broken_off_after_a_write_is_not_called_the_callers_mistake(api: Api) -> None:
    api.endpoint.limits = Limits(tokens=10**6, aliases=10**6, root_fields=10**6, selections=10**6, repetitions=10**6)
    for number in (100, 200, 300, 400, 600, 950):
        before = (await api.ask("{ runCount }"))["runCount"]
        fields = " ".join(f"a{n}: createRun(input: {{}}) {{ __typename }}" for n in range(number))
        answer = await api.send(f"mutation {{ {fields} }}")
        written = (await api.ask("{ runCount }"))["runCount"] - before
        codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
        assert codes == (set() if written == number else {"OUTCOME_UNKNOWN"} if written else {"BAD_USER_INPUT"})


LISTS: Final = {
    "ids": ("query ($v: RunFilter) { runCount(filter: $v) }", {"ids": ["x"] * 20_001}),
    "compared": ("query ($v: [ID!]!) { compareRuns(ids: $v) { runs { id } } }", ["x"] * 20_001),
    "objects": (
        "mutation ($v: RecordResultsInput!) { recordResults(input: $v) { __typename } }",
        {"results": [{}] * 2_001},
    ),
    "many lists": (
        "query ($v: RunFilter) { runCount(filter: $v) }",
        {"or": [{"ids": ["x"] * 10_000}] * 11},
    ),
    "many objects": (
        "query ($v: RunFilter) { runCount(filter: $v) }",
        {"or": [{"and": [{}] * 1_999}] * 11},
    ),
}


@pytest.mark.parametrize(("document", "value"), LISTS.values(), ids=LISTS.keys())
async def test_a_list_in_a_variable_is_refused_for_its_size(api: Api, document: str, value: object) -> None:
    api.store.asked.clear()
    response = await api.post(json={"query": document, "variables": {"v": value}})
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED", error
    assert error["extensions"]["measured"] > error["extensions"]["limit"]
    assert api.store.asked == []


async def test_lists_in_a_json_value_are_bounded_in_bytes_alone(api: Api) -> None:
    metadata = {"list": list(range(30_000))}
    created = await api.do("createRun", metadata=metadata)
    assert created["run"]["metadata"] == metadata


async def test_mistakes_are_told_up_to_a_number(api: Api) -> None:
    names = " ".join(f"statu{number}" for number in range(1_900))
    response = await api.post(json={"query": f"{{ runs {{ nodes {{ {names} }} }} }}"})
    errors = response.json()["errors"]
    assert len(errors) == 11
    assert {error["extensions"]["code"] for error in errors} == {"BAD_USER_INPUT"}


async def test_a_search_has_a_length(api: Api) -> None:
    document = "query ($q: String!) { searchRuns(query: $q) { rank } }"
    code, message = await api.refusal(document, q="x" * 10_001)
    assert (code, message) == ("BAD_USER_INPUT", "`query` has at most 10000 characters")
    assert await api.ask(document, q="x" * 10_000) == {"searchRuns": []}

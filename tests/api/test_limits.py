"""Documents beyond the limits are refused before anything is validated or executed, over every way in."""

from typing import Final

import httpx
import pytest
from graphql import get_introspection_query

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

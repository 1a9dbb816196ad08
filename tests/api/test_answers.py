"""An answer has at most so many bytes: it is refused while it is built, and a mutation is not said to have failed."""

from dataclasses import replace
from typing import Any, Final

import pytest

from tests.api.conftest import OpenSocket
from tests.support.api import Api, endpoint_of

pytestmark = pytest.mark.asyncio

LIMIT: Final = 64 * 1024
RESULTS: Final = "query ($id: ID!, $n: Int) { run(id: $id) { results(first: $n) { nodes { output } } } }"
COMPARED: Final = "query ($ids: [ID!]!) { compareRuns(ids: $ids) { rows { nodes { results { output } } } } }"
HISTORY: Final = "query ($id: ID!) { run(id: $id) { history { nodes { tags } } } }"
CREATE: Final = "mutation ($input: CreateRunInput!) { createRun(input: $input) { ... on RunPayload { %s } } }"


@pytest.fixture(autouse=True)
def small_answers(api: Api) -> None:
    """Allow small answers alone."""
    limit_answers(api)


def limit_answers(api: Api, most: int = LIMIT) -> None:
    """Set the limit of answers."""
    api.endpoint.limits = replace(api.endpoint.limits, answer_bytes=most)


async def recorded(api: Api, size: int, count: int) -> str:
    """Make a run with results, whose outputs have so many bytes."""
    run_id = await api.run()
    for number in range(count):
        await api.record(run_id, f"item {number}", output="x" * (size - 2))
    return run_id


async def refused(api: Api, document: str, **variables: object) -> dict[str, Any]:
    """Return the one error of an answer without data."""
    answer = await api.send(document, variables)
    assert answer["data"] is None
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": api.endpoint.limits.answer_bytes}
    assert error["message"] == f"the answer has more than {LIMIT} bytes: ask for less at a time"
    return dict(error)


@pytest.mark.parametrize("size", [1_000, 20_000])
async def test_large_values_count(api: Api, size: int) -> None:
    fitting = (LIMIT - 1_000) // (size + 50)
    run_id = await recorded(api, size, fitting + 20)
    page = (await api.ask(RESULTS, id=run_id, n=fitting))["run"]["results"]["nodes"]
    assert len(page) == fitting
    await refused(api, RESULTS, id=run_id, n=fitting + 20)


async def test_all_parts_of_an_answer_count_together(api: Api) -> None:
    run_id = await recorded(api, 20_000, 3)
    part = "run(id: $id) { results { nodes { output } } }"
    assert await api.ask(f"query ($id: ID!) {{ {part} }}", id=run_id)
    await refused(api, f"query ($id: ID!) {{ a: {part} b: {part} }}", id=run_id)


async def test_a_comparison_counts(api: Api) -> None:
    ids = [await recorded(api, 15_000, 2) for _ in range(3)]
    assert await api.ask(COMPARED, ids=ids[:2])
    await refused(api, COMPARED, ids=ids)


async def test_a_history_counts(api: Api) -> None:
    run_id = await api.run()
    for number in range(8):
        await api.do("addRunTags", id=run_id, tags=[f"{number} {tag:0100}" for tag in range(4)])
    assert await api.ask(HISTORY, id=run_id)
    limit_answers(api, 12_000)
    answer = await api.send(HISTORY, {"id": run_id})
    assert answer["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_the_names_in_an_answer_count(api: Api) -> None:
    await api.runs(20)
    long = "a" * 4_000
    assert await api.ask(f"{{ runs(first: 10) {{ nodes {{ {long}: id }} }} }}")
    await refused(api, f"{{ runs(first: 20) {{ nodes {{ {long}: id }} }} }}")


async def test_texts_count_by_their_bytes(api: Api) -> None:
    run_id = await api.run(name="é" * 200)
    names = " ".join(f"a{number}: name" for number in range(20))
    document = f"query ($id: ID!) {{ run(id: $id) {{ {names} }} }}"
    limit_answers(api, 6_000)
    answer = await api.send(document, {"id": run_id})
    assert answer["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
    limit_answers(api, 9_000)
    assert await api.ask(document, id=run_id)


async def test_the_fields_in_an_answer_count(api: Api) -> None:
    await api.runs(9)
    api.endpoint.limits = replace(api.endpoint.limits, answer_fields=32)
    assert await api.ask("{ runs { nodes { id name status } } }")  # ten runs, and two fields above
    answer = await api.send("{ runs { nodes { id name status } } runCount }")
    (error,) = answer["errors"]
    assert error["message"] == "the answer has more than 32 fields: ask for less at a time"
    assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": 32}


async def test_a_mutation_is_not_said_to_have_failed(api: Api) -> None:
    fields = {"metadata": {"text": "x" * 20_000}, "name": "written", "idempotencyKey": "once"}
    large = CREATE % " ".join(f"a{number}: run {{ metadata }}" for number in range(4))
    answer = await api.send(large, {"input": fields})
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "OUTCOME_UNKNOWN", answer
    assert error["message"] == "the answer is too large to be sent; the mutations in it may have been carried out"
    assert (await api.ask('{ runCount(filter: {nameContains: "written"}) }'))["runCount"] == 1
    again = await api.ask(CREATE % "replayed run { name }", input=fields)
    assert again == {"createRun": {"replayed": True, "run": {"name": "written"}}}


async def test_what_a_mutation_goes_on_to_read_counts(api: Api) -> None:
    run_id = await recorded(api, 20_000, 4)
    document = CREATE % "run { parent { results { nodes { output } } } }"
    answer = await api.send(document, {"input": {"parentId": run_id, "name": "child"}})
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "OUTCOME_UNKNOWN", answer
    assert (await api.ask("query ($id: ID!) { run(id: $id) { children { nodes { name } } } }", id=run_id)) == {
        "run": {"children": {"nodes": [{"name": "child"}]}}
    }


async def test_an_answer_over_a_socket_counts(api: Api, sockets: OpenSocket, app: Any) -> None:  # noqa: ANN401
    endpoint = endpoint_of(app)
    endpoint.limits = api.endpoint.limits
    run_id = await recorded(api, 20_000, 4)
    socket = await sockets()
    await socket.subscribe("1", RESULTS, id=run_id, n=2)
    assert len((await socket.next("1"))["results"]["nodes"]) == 2
    await socket.subscribe("2", RESULTS, id=run_id, n=4)
    code, _ = await socket.error("2")
    assert code == "LIMIT_EXCEEDED"


async def test_an_answer_in_an_event_stream_counts(api: Api) -> None:
    run_id = await recorded(api, 20_000, 4)
    request = {"query": RESULTS, "variables": {"id": run_id, "n": 4}}
    response = await api.post(json=request, headers={"Accept": "text/event-stream"})
    assert "LIMIT_EXCEEDED" in response.text
    assert "xxx" not in response.text


async def test_the_default_allows_the_largest_snapshot(api: Api) -> None:
    assert api.endpoint.limits.answer_bytes == LIMIT
    limit_answers(api, 32 * 1024 * 1024)
    assert api.endpoint.limits.answer_bytes * 3 // 4 > 16 * 1024 * 1024

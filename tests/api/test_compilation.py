"""Compiled operations through the API: what plans answer, what they leave, and what is done once."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from resolvers.roots.schema import schema
from runindex.settings.settings import Compilation
from tests.support.api import Api

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def forced() -> Iterator[None]:
    """Compile at first sight."""
    former, schema.compiled.mode = schema.compiled.mode, Compilation.FORCED
    yield
    schema.compiled.mode = former


async def test_a_plan_answers(api: Api) -> None:
    answered = schema.compiled.answered
    assert await api.ask("{ again: __typename runs { nodes { id } totalCount } }") == {
        "again": "Query",
        "runs": {"nodes": [{"id": "default"}], "totalCount": 1},
    }
    assert schema.compiled.answered == answered + 1


async def test_an_error_is_told_with_its_place_and_path(api: Api) -> None:
    left = schema.compiled.left
    answer = await api.send("{ one: runs(first: 0) { nodes { id } } }")
    (error,) = answer["errors"]
    assert (error["path"], error["locations"]) == (["one"], [{"line": 1, "column": 3}])
    assert schema.compiled.left == left + 1


async def test_a_mutation_before_an_error_is_carried_out_once(api: Api) -> None:
    api.store.asked.clear()
    document = """mutation {
        createRun(input: {name: "once"}) { ... on RunPayload { run { id children(first: 0) { nodes { id } } } } }
    }"""
    answer = await api.send(document)
    assert answer["errors"][0]["path"] == ["createRun", "run", "children"]
    assert api.store.methods.count("apply") == 1
    assert (await api.ask("{ runs { totalCount } }"))["runs"]["totalCount"] == 2


async def test_an_operation_new_to_the_server_is_compiled_when_it_comes_again(api: Api) -> None:
    schema.compiled.mode = Compilation.ON
    answered, text = schema.compiled.answered, f"{{ a{uuid4().hex}: __typename lifecycle {{ status }} }}"
    first, second = await api.send(text), await api.send(text)
    assert first == second
    assert schema.compiled.answered == answered + 1

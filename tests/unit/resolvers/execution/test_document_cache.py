"""Documents are parsed and validated once, and only so many are remembered."""

from typing import Any

import pytest
from graphql import parse
from strawberry import Schema

from resolvers.execution.context import Context, StreamTimings
from resolvers.execution.document_cache import DocumentCache
from resolvers.roots.schema import make_schema, schema

SMALL = parse("{ a }")


async def execute(text: str, operation: str | None = None, by: Schema = schema) -> dict[str, Any] | None:
    """Execute a document that asks no storage; return None when it is refused."""
    nothing: Any = None  # no storage is asked
    context = Context(nothing, nothing, StreamTimings(), nothing)
    result = await by.execute(text, operation_name=operation, context_value=context)
    assert (result.data is None) is bool(result.errors)
    return result.data


def test_only_so_many_documents_are_remembered() -> None:
    cache = DocumentCache(most=2)
    for text in ("a", "b"):
        cache.add(text, SMALL)
    assert cache.find("a") is SMALL
    cache.add("c", SMALL)
    assert (len(cache), cache.find("a"), cache.find("b")) == (2, SMALL, None)


def test_a_long_document_is_not_remembered() -> None:
    cache = DocumentCache(longest=3)
    cache.add("four", SMALL)
    assert len(cache) == 0


@pytest.mark.asyncio
async def test_only_valid_documents_are_remembered() -> None:
    cache = DocumentCache()
    cached = make_schema(cache)
    for text in ("{ nope }", "{", "query A { lifecycle { status } } query B { lifecycle { next } }"):
        assert await execute(text, by=cached) is await execute(text, by=cached) is None
    assert len(cache) == 0
    for _ in range(2):
        assert await execute("{ __typename }", by=cached) == {"__typename": "Query"}
    assert len(cache) == 1


@pytest.mark.asyncio
async def test_which_operation_is_meant_is_asked_each_time() -> None:
    text = "query A { __typename } query B { b: __typename }"
    assert await execute(text, "A") == {"__typename": "Query"}
    assert await execute(text, "B") == {"b": "Query"}
    assert await execute(text) is None

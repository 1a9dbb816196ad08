"""The exported schema is the code's, and what GraphiQL shows fits it."""

from pathlib import Path

import pytest
from graphql import build_schema, graphql_sync, parse, validate, validate_schema

from resolvers.roots.schema import DESCRIPTION, print_schema
from resolvers.roots.schema import schema as executable
from tests.support.paths import ROOT

EXPORTED = ROOT / "frontend-schema.graphql"
EXAMPLES = sorted((ROOT / "web" / "graphiql" / "examples").glob("*.graphql"))


def test_the_exported_schema_is_up_to_date() -> None:
    assert EXPORTED.read_text(encoding="utf-8") == print_schema()


def test_the_exported_schema_can_be_read_by_any_tool() -> None:
    schema = build_schema(print_schema())
    assert validate_schema(schema) == []
    assert {"Query", "Mutation", "Subscription"} <= schema.type_map.keys()
    assert schema.description == DESCRIPTION


def test_the_schema_describes_itself() -> None:
    result = graphql_sync(executable._schema, "{ __schema { description } }")  # noqa: SLF001 - as it is executed
    assert result.data == {"__schema": {"description": DESCRIPTION}}


def test_graphiql_has_examples() -> None:
    assert EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_of_graphiql_are_valid(example: Path) -> None:
    assert validate(build_schema(print_schema()), parse(example.read_text(encoding="utf-8"))) == []

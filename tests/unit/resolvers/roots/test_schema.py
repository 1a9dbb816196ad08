"""The exported schema is the code's, and what GraphiQL shows fits it."""

from pathlib import Path

import pytest
from graphql import build_schema, parse, validate, validate_schema

from resolvers.roots.schema import print_schema
from tests.support.paths import ROOT

EXPORTED = ROOT / "frontend-schema.graphql"


def test_the_exported_schema_is_up_to_date() -> None:
    assert EXPORTED.read_text(encoding="utf-8") == print_schema()


def test_the_exported_schema_can_be_read_by_any_tool() -> None:
    schema = build_schema(print_schema())
    assert validate_schema(schema) == []
    assert {"Query", "Mutation", "Subscription"} <= schema.type_map.keys()


@pytest.mark.parametrize("example", sorted(ROOT.glob("web/examples/*.graphql")), ids=lambda path: path.stem)
def test_the_examples_of_graphiql_are_valid(example: Path) -> None:
    assert validate(build_schema(print_schema()), parse(example.read_text(encoding="utf-8"))) == []

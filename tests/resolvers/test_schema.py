"""The exported schema is the code's."""

from pathlib import Path

from graphql import build_schema, validate_schema

from resolvers.schema import print_schema

EXPORTED = Path(__file__).parents[2] / "frontend-schema.graphql"


def test_the_exported_schema_is_up_to_date() -> None:
    assert EXPORTED.read_text(encoding="utf-8") == print_schema()


def test_the_exported_schema_can_be_read_by_any_tool() -> None:
    schema = build_schema(print_schema())
    assert validate_schema(schema) == []
    assert {"Query", "Mutation", "Subscription"} <= schema.type_map.keys()

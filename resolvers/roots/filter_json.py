"""A filter given as JSON text, in the shape of the API's input."""

from typing import cast

from graphql import GraphQLError, GraphQLInputType, Undefined, coerce_input_value, validate_input_value
from strawberry.types.arguments import convert_argument

from resolvers.paging.filters import listed_filter
from resolvers.roots.schema import schema
from runindex.domain import json_text
from runindex.domain.errors import BadRequestError
from runindex.domain.problems import ProblemError
from runindex.domain.runs import filters
from schema.filters import RunFilter

_TYPE = cast("GraphQLInputType", schema._schema.type_map["RunFilter"])  # noqa: SLF001 - Strawberry has no other way


def filter_from_text(text: str) -> filters.RunFilter:
    """Return the filter in a JSON object, as lists apply it; raise BadRequestError for text that holds no filter."""
    try:
        value = json_text.loads(text)
        found = coerce_input_value(value, _TYPE)
        if found is Undefined or found is None:
            raise BadRequestError(f"the filter cannot be read: {_reason(value)}")
        given = convert_argument(found, RunFilter, schema.schema_converter.scalar_registry, schema.config)
        return listed_filter(cast("RunFilter", given))
    except (ProblemError, GraphQLError, json_text.JsonError) as error:
        raise BadRequestError(f"the filter cannot be read: {error}") from None


def _reason(value: json_text.JsonValue) -> str:
    reasons: list[str] = []
    validate_input_value(value, _TYPE, lambda error, _: reasons.append(error.message))
    return reasons[0] if reasons else "it is no object"

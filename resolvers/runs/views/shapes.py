"""The shapes of what a view holds: its filter and order are what lists of runs would take."""

from typing import Any, cast

from graphql import GraphQLInputType, Undefined, coerce_input_value, validate_input_value
from strawberry.types.arguments import convert_argument

from resolvers.execution.context import Info
from resolvers.paging.filters import filter_of, order_of
from runindex.domain.errors import BadRequestError
from runindex.domain.json_text import JsonValue
from runindex.domain.problems import invalid
from schema.filters import RunFilter, RunOrder


def check_filter(info: Info, value: JsonValue) -> None:
    """Raise ProblemError, with the path of the fault, for JSON that is no filter of runs."""
    if value is not None:
        filter_of(_shaped(info, RunFilter, value, "filter"), "filter")


def check_order(info: Info, value: JsonValue) -> None:
    """Raise ProblemError for JSON that is no order of runs."""
    if value is None:
        return
    try:
        order_of(_shaped(info, RunOrder, value, "order_by"))
    except BadRequestError as error:
        raise invalid(error.message, "order_by") from error


def _shaped(info: Info, kind: type, value: JsonValue, field: str) -> Any:  # noqa: ANN401 - an input of that kind
    schema = info.schema
    input_type = cast("GraphQLInputType", schema._schema.type_map[kind.__name__])  # noqa: SLF001 - no other way
    found = coerce_input_value(value, input_type)
    if found is Undefined or not isinstance(value, dict):
        raise invalid(f"no {kind.__name__}: {_reason(value, input_type)}", field)
    return convert_argument(found, kind, schema.schema_converter.scalar_registry, schema.config)


def _reason(value: JsonValue, input_type: GraphQLInputType) -> str:
    reasons: list[str] = []
    validate_input_value(value, input_type, lambda error, _: reasons.append(error.message))
    return reasons[0] if reasons else "it is no object"

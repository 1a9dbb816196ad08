from decimal import Decimal

import orjson
import pytest
import strawberry
from graphql import GraphQLError, parse_value
from strawberry.schema.config import StrawberryConfig

from runindex.domain.json_text import dumps, loads
from schema.typesystem.scalars import DATE_TIME, FLOAT, INT, JSON, SCALARS, DateTime, Json

PI = "3.141592653589793238462643383279"


@strawberry.type
class Query:
    @strawberry.field
    def told(self, value: Json | None = strawberry.UNSET, at: DateTime | None = None, number: float = 0) -> str:
        return repr((value, at, number))

    @strawberry.field
    def stored(self) -> Json:
        return Json('{"b": 1, "a": ' + PI + "}")


schema = strawberry.Schema(Query, config=StrawberryConfig(scalar_map=SCALARS))


def told(document: str, **variables: object) -> str:
    result = schema.execute_sync(document, variable_values=variables)
    assert result.errors is None
    assert result.data is not None
    return str(result.data["told"])


def test_json_is_answered_as_it_is_stored() -> None:
    result = schema.execute_sync("{ stored }")
    assert orjson.dumps(result.data) == b'{"stored":{"b": 1, "a": ' + PI.encode() + b"}}"


def test_json_literals_keep_key_order_and_every_digit() -> None:
    value = JSON.coerce_input_literal(parse_value(f"{{b: [1.5, {PI}, {2**70}], a: null}}"))  # type: ignore[misc,arg-type]
    assert value == {"b": [1.5, Decimal(PI), 2**70], "a": None}
    assert list(value) == ["b", "a"]


def test_variables_inside_a_json_literal_are_what_the_caller_wrote() -> None:
    at = "2026-11-21T09:30:00+01:00"
    value = {"odd key": [Decimal(PI), 2**70, None]}
    document = """
        query ($json: JSON, $at: DateTime, $none: JSON) { told(value: {v: $json, t: $at, n: $none, l: [$none]}) }
    """
    assert told(document, json=value, at=at) == repr(({"v": value, "t": at, "l": [None]}, None, 0))


def test_null_is_told_from_absent() -> None:
    assert told("{ told(value: null) }").startswith("(None,")
    assert told("{ told }").startswith("(UNSET,")


def test_a_number_that_no_python_can_read_is_refused() -> None:
    result = schema.execute_sync(f"{{ told(value: {'9' * 5000}) }}")
    assert [error.message for error in result.errors or ()] == ["JSON number out of range."]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T01:00:00.5+01:00", 500_000),
        ("1969-12-31t23:59:59.999999z", -1),
        ("1970-01-01T00:00:00.123456789Z", 123_456),
        ("1970-01-01T00:59:60+01:00", 0),
    ],
)
def test_instants_are_read_with_any_offset(text: str, instant: int) -> None:
    assert DATE_TIME.coerce_input_value(text) == instant


@pytest.mark.parametrize(
    "value",
    ["2026-11-21T09:30:00", "2026-02-30T09:30:00Z", "2026-11-21T09:30:60Z", "2026-11-21", "", 5, True, None],
)
def test_what_is_no_instant_is_refused(value: object) -> None:
    with pytest.raises(GraphQLError, match="DateTime"):
        DATE_TIME.coerce_input_value(value)


def test_instants_are_answered_in_utc_with_six_digits() -> None:
    assert DATE_TIME.coerce_output_value(1_500_000) == "1970-01-01T00:00:01.500000Z"


def test_floats_take_more_digits_than_they_hold() -> None:
    assert FLOAT.coerce_input_value(Decimal(PI)) == float(PI)
    assert told("{ told(number: 2) }").endswith(", 2.0)")


@pytest.mark.parametrize("value", [Decimal("1e999"), float("inf"), float("nan"), True, "1"])
def test_floats_are_finite_numbers(value: object) -> None:
    with pytest.raises(GraphQLError, match="Float"):
        FLOAT.coerce_input_value(value)


def test_whole_numbers_are_read_however_they_are_spelled() -> None:
    assert [INT.coerce_input_value(loads(text)) for text in ("-0", "1e2", "1.0", "2.50E1", "7")] == [0, 100, 1, 25, 7]


@pytest.mark.parametrize(
    "text", ["1e-7", "1.5", "1e999", "2147483648", "1e10", "1.00000000000000000000000000001", "true"]
)
def test_what_is_no_whole_number_of_32_bits_is_refused(text: str) -> None:
    with pytest.raises(GraphQLError, match="Int") as refusal:
        INT.coerce_input_value(loads(text))
    assert "instance" not in refusal.value.message


def test_json_literals_keep_their_spelling() -> None:
    value = JSON.coerce_input_literal(parse_value("[-0, 1e-7, 1E5, -0.0, 1.0, {a: -0}]"))  # type: ignore[misc,arg-type]
    assert dumps(value) == '[-0,1e-7,1E5,-0.0,1.0,{"a":-0}]'


def test_a_literal_beyond_all_floats_is_refused() -> None:
    result = schema.execute_sync("{ told(number: 1e999) }")
    assert [error.message for error in result.errors or ()] == ["Float cannot represent non numeric value: inf"]

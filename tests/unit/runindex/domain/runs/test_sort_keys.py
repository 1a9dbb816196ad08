"""Sort keys order as the values do, and tell the values again."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runindex.domain.json_text import dumps, loads
from runindex.domain.runs.sort_keys import MAX_TEXT, metadata_key, number_key, sort_key, value_of_key
from tests.support.drawn.effort import tries

NUMBERS = st.one_of(
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e150, max_value=1e150).filter(
        lambda number: number == 0 or abs(number) > 1e-150
    ),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000, places=30),
)


def key_of(value: object) -> str:
    key = sort_key(value)
    assert key is not None
    return key


def exact(number: float | Decimal) -> Decimal:
    return Decimal(repr(number)) if isinstance(number, float) else Decimal(number)


@tries(500)
@given(one=NUMBERS, other=NUMBERS)
def test_numbers_order_by_size(one: Any, other: Any) -> None:  # noqa: ANN401 - numbers of three types
    assert (key_of(one) < key_of(other)) is (exact(one) < exact(other))
    assert (key_of(one) == key_of(other)) is (exact(one) == exact(other))
    assert exact(value_of_key(key_of(one))) == exact(one)


@tries(300)
@given(number=NUMBERS)
def test_a_number_has_the_same_key_as_it_is_written(number: Any) -> None:  # noqa: ANN401 - a number of three types
    assert number_key(dumps(number)) == sort_key(number)


@pytest.mark.parametrize(
    "text", ["0", "-0", "0.0", "0.50", "100", "1e3", "1E-3", "12.05", "9" * 200, "9" * 201, f"0.{'0' * 199}1"]
)
def test_spellings_of_a_number_have_one_key(text: str) -> None:
    assert number_key(text) == sort_key(loads(text))


@given(one=st.text(), other=st.text())
def test_texts_order_by_code_point(one: str, other: str) -> None:
    assert (key_of(one) < key_of(other)) is (one[:MAX_TEXT] < other[:MAX_TEXT])
    assert value_of_key(key_of(one)) == one[:MAX_TEXT]


def test_kinds_follow_each_other() -> None:
    keys = [key_of(value) for value in (False, True, -(10**199), 0, 10**199, "", "a")]
    assert keys == sorted(keys)
    assert [value_of_key(key) for key in keys[:2]] == [False, True]


@pytest.mark.parametrize("value", [None, [], {}, 10**200, -(10**200), Decimal(f"0.{'1' * 201}")], ids=repr)
def test_what_has_no_place_has_no_key(value: object) -> None:
    assert sort_key(value) is None


@pytest.mark.parametrize(
    ("metadata", "path", "value"),
    [
        ({"a": {"b": 1}}, ("a", "b"), 1),
        ({"a": {"b": 1}}, ("a",), None),
        ({"a.b": 1}, ("a", "b"), None),
        ({"a": [1]}, ("a", "0"), None),
        ({"": {"": True}}, ("", ""), True),
        ({'q"': "x"}, ('q"',), "x"),
        (None, ("a",), None),
    ],
    ids=repr,
)
def test_a_path_leads_through_objects(metadata: object, path: tuple[str, ...], value: object) -> None:
    expected = None if value is None else sort_key(value)
    assert metadata_key(None if metadata is None else dumps(metadata), path) == expected

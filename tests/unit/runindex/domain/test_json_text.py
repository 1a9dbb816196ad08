import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runindex.domain.json_text import (
    JsonError,
    JsonValue,
    canonical,
    check_scalar,
    depth_of,
    dumps,
    is_plain_text,
    loads,
    merge_patch,
)
from tests.support.drawn.effort import tries

decimals = st.decimals(allow_nan=False, allow_infinity=False).filter(lambda number: abs(number.adjusted()) < 300)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | decimals
    | st.text(st.characters(exclude_categories=["Cs"]))
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner), max_leaves=8
)


def plain(value: JsonValue) -> JsonValue:
    """Return a value with every number as a Decimal, its digits and all."""
    return json.loads(dumps(value), parse_float=Decimal, parse_int=Decimal, object_pairs_hook=list)


@tries(200)
@given(values)
def test_what_is_written_is_read_back(value: JsonValue) -> None:
    text = dumps(value)
    again = loads(text)
    assert dumps(again) == text
    assert canonical(again) == canonical(value)
    assert plain(again) == plain(value)


@pytest.mark.parametrize(
    "text",
    [
        "0.1",
        "1.10",
        "0.1000000000000000000000001",
        "9007199254740993",
        "-9223372036854775809",
        "123456789012345678901234567890.5",
        '{"z":1,"a":{"y":[],"b":{}}}',
        '"☃ 🛷 \\" \\\\ \\n"',
        "[null,true,false]",
        "-0.0",
        "[1.0,1.50,2]",
        "1e-7",
        "1E5",
        "1E+5",
        "1e+05",
        "-0",
        "[-0,0,-0.0,-0e0,0.0]",
        '{"-0":-0,"uuid":"1-0"}',
    ],
)
def test_digits_and_key_order_are_kept(text: str) -> None:
    assert dumps(loads(text)) == text


def _members(texts: list[str]) -> str:
    """Return the text of an object that has these as its values."""
    return "{" + ",".join(f'"{place}":{text}' for place, text in enumerate(texts)) + "}"


NUMBER = r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?"
numbers = st.from_regex(NUMBER, fullmatch=True)
texts_of_numbers = st.recursive(
    numbers,
    lambda inner: st.lists(inner).map(lambda texts: f"[{','.join(texts)}]") | st.lists(inner, max_size=3).map(_members),
)


@tries(300)
@given(texts_of_numbers)
def test_any_number_comes_back_as_it_was_written(text: str) -> None:
    assert dumps(loads(text)) == text


@tries(200)
@given(numbers, numbers)
def test_numbers_are_compared_by_value_however_they_are_written(one: str, other: str) -> None:
    assert (canonical(loads(one)) == canonical(loads(other))) is (Decimal(one) == Decimal(other))
    assert canonical(loads(one)) == canonical(Decimal(one))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1,]",
        "NaN",
        "Infinity",
        "-Infinity",
        '{"a":NaN}',
        "01",
        "'a'",
        "1e",
        "{1:2}",
        "[" * 100_000,
        '"\t"',
        "1 2",
    ],
    ids=lambda text: text[:8] or "nothing",
)
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(JsonError):
        loads(text)


@pytest.mark.parametrize(
    "text", ["1e999", "-1e999", "1e309", "1e99999999999999999999", "9" * 4200 + ".5", "-1e-16384", "0e2147483646"]
)
def test_numbers_beyond_every_range_are_refused(text: str) -> None:
    with pytest.raises(JsonError):
        depth_of(loads(text))


@pytest.mark.parametrize("value", ["a\0b", "\ud800", ["\0"], {"\0": 1}, {"a": {"\ud834": 1}}], ids=ascii)
def test_texts_that_no_storage_keeps_are_refused(value: JsonValue) -> None:
    with pytest.raises(JsonError):
        depth_of(value)


def test_numbers_at_the_edge_of_the_range_are_kept() -> None:
    for text in ("1.7e308", "1e-16383", "9" * 3600):
        depth_of(loads(text))


SCALARS = ["integer", "infinity", "nan", "decimal", "decimal-nan"]


@pytest.mark.parametrize(
    "value", [10**13000, float("inf"), float("nan"), Decimal("1e400"), Decimal("NaN")], ids=SCALARS
)
def test_scalars_out_of_range_are_refused(value: JsonValue) -> None:
    with pytest.raises(JsonError):
        check_scalar(value)


@pytest.mark.parametrize(
    ("value", "depth"),
    [(1, 0), ("x", 0), ([], 1), ({}, 1), ([[]], 2), ({"a": [{"b": 1}]}, 3), ([1, [2], {"a": []}], 3)],
    ids=str,
)
def test_depth_counts_objects_and_lists(value: JsonValue, depth: int) -> None:
    assert depth_of(value) == depth


def test_depth_is_counted_however_deep() -> None:
    value: JsonValue = []
    for _ in range(20_000):
        value = [value]
    assert depth_of(value) == 20_001


EQUAL = [
    (1, 1.0),
    (1, Decimal("1.00")),
    (100, Decimal("1E+2")),
    (0, -0.0),
    (0.1, Decimal("0.10")),
    (10**23, 1e23),
    ({"a": 1, "b": 2}, {"b": 2.0, "a": 1}),
    ([{"a": [1]}], [{"a": [Decimal("1.0")]}]),
]
UNEQUAL = [
    (1, "1"),
    (1, True),
    (0, False),
    (0, None),
    ("", None),
    ([], {}),
    ([1, 2], [2, 1]),
    (2**53, 2**53 + 1),
    (0.1, Decimal("0.1000000000000000000000001")),
    ({"a": None}, {}),
    ("é", "e\u0301"),
    (["a", "b"], ["a,b"]),
    (["a"], ['["a"]']),
]


@pytest.mark.parametrize(("one", "other"), EQUAL, ids=str)
def test_equal_values_have_one_canonical_text(one: JsonValue, other: JsonValue) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(("one", "other"), UNEQUAL, ids=str)
def test_unequal_values_have_two(one: JsonValue, other: JsonValue) -> None:
    assert canonical(one) != canonical(other)


@tries(200)
@given(st.integers() | decimals, st.integers() | decimals)
def test_numbers_are_canonically_equal_when_they_are_equal(one: JsonValue, other: JsonValue) -> None:
    assert (canonical(one) == canonical(other)) is (one == other)
    assert canonical(loads(dumps(one))) == canonical(one)


@given(st.text())
def test_plain_text_can_be_kept_as_utf8_without_nul(text: str) -> None:
    try:
        kept = "\0" not in text.encode().decode()
    except UnicodeEncodeError:
        kept = False
    assert is_plain_text(text) is kept


# RFC 7396, appendix A.
VECTORS = [
    ('{"a":"b"}', '{"a":"c"}', '{"a":"c"}'),
    ('{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'),
    ('{"a":"b"}', '{"a":null}', "{}"),
    ('{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'),
    ('{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'),
    ('{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'),
    ('{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'),
    ('{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'),
    ('["a","b"]', '["c","d"]', '["c","d"]'),
    ('{"a":"b"}', '["c"]', '["c"]'),
    ('{"a":"foo"}', "null", "null"),
    ('{"a":"foo"}', '"bar"', '"bar"'),
    ('{"e":null}', '{"a":1}', '{"e":null,"a":1}'),
    ("[1,2]", '{"a":"b","c":null}', '{"a":"b"}'),
    ("{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'),
]


@pytest.mark.parametrize(("target", "patch", "expected"), VECTORS)
def test_merge_patches_of_the_rfc(target: str, patch: str, expected: str) -> None:
    before = loads(target)
    assert dumps(merge_patch(before, loads(patch))) == expected
    assert dumps(before) == target


@tries(100)
@given(values, values)
def test_a_patch_applied_twice_does_no_more(target: JsonValue, patch: JsonValue) -> None:
    once = merge_patch(target, patch)
    assert canonical(merge_patch(once, patch)) == canonical(once)

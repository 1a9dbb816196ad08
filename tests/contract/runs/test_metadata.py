import json
from decimal import Decimal

import pytest

from runindex.domain.json_text import JsonValue, loads
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import ConstraintReason, ConstraintViolation
from runindex.domain.runs.retention import keep_latest
from runindex.ports.store import Store
from tests.support.commands import A, clear_metadata, create, move, patch_metadata, rename, replace_metadata, retain
from tests.support.stores import do, find, get, history_of, made

pytestmark = pytest.mark.asyncio

TEXTS = {
    "empty": "{}",
    "order": '{"z":1,"a":{"y":2,"b":3},"m":[]}',
    "integers": '{"n":[9007199254740993,-9223372036854775809,123456789012345678901234567890]}',
    "decimals": '{"d":[0.1000000000000000000000001,3.14159265358979323846264338327950288,1.10]}',
    "floats": '{"f":[0.1,1e-7,1.5e+300,-0.0,5e-324,2.0]}',
    "texts": '{"t":"naïve \\"quoted\\" \\\\ back\\nline ☃ 🛷 \\u0001"}',
    "keys": '{"":0," ":1,"a.b":2,"ключ":3,"$":4,"a\\"b":5}',
    "literals": '{"x":null,"y":true,"z":false}',
    "nested": '{"a":[[[{"b":[]}]],[]]}',
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_metadata_comes_back_digit_for_digit_and_in_key_order(store: Store, text: str) -> None:
    await made(store, create(A, metadata=loads(text)))
    found = (await get(store, A)).metadata
    assert found is not None
    assert json.loads(found, object_pairs_hook=tuple, parse_float=Decimal) == json.loads(
        text, object_pairs_hook=tuple, parse_float=Decimal
    )
    # The log holds the same.
    assert [change.run.metadata for change in await history_of(store, A)] == [found]
    assert (await made(store, replace_metadata(A, loads(text)))).metadata == found


async def test_an_empty_object_is_not_null(store: Store) -> None:
    assert (await made(store, create(A))).metadata is None
    assert (await made(store, replace_metadata(A, {}))).metadata == "{}"
    assert (await get(store, A)).metadata == "{}"
    assert (await made(store, replace_metadata(A, None))).metadata is None
    assert (await get(store, A)).metadata is None
    assert (await made(store, patch_metadata(A, {}))).metadata == "{}"
    assert (await made(store, clear_metadata(A))).metadata is None


@pytest.mark.parametrize("value", [[], [{}], "text", "", 0, 1.5, True, False], ids=repr)
async def test_metadata_is_an_object_or_null(store: Store, value: JsonValue) -> None:
    await made(store, create(A, metadata={"a": 1}))
    before = await get(store, A)
    for command in (create(metadata=value), replace_metadata(A, value), patch_metadata(A, value)):
        outcome = await do(store, command)
        assert isinstance(outcome, ConstraintViolation)
        assert outcome.reason is ConstraintReason.METADATA_NOT_OBJECT
    assert await get(store, A) == before


@pytest.mark.parametrize(
    ("value", "refused"),
    [
        ({"_strata_x": 1}, True),
        ({"_runindex_": None}, True),
        ({"a": 1, "_strata_": {}}, True),
        ({"_strata": 1}, False),
        ({"_Runindex_x": 1}, False),
        ({"x_strata_": 1}, False),
        ({"a": {"_strata_x": 1, "_runindex_y": 2}}, False),
    ],
    ids=["strata", "runindex", "second", "short", "case", "inside-key", "deeper"],
)
async def test_reserved_keys_are_refused_at_the_top(store: Store, value: JsonValue, *, refused: bool) -> None:
    await made(store, create(A))
    for command in (create(metadata=value), replace_metadata(A, value), patch_metadata(A, {**value, "b": 1})):
        outcome = await do(store, command)
        is_refused = isinstance(outcome, ConstraintViolation) and outcome.reason is ConstraintReason.RESERVED_KEY
        assert is_refused is refused


def nested(levels: int) -> JsonValue:
    value: JsonValue = 1
    for level in range(levels):
        value = {"k": value} if level % 2 or level == levels - 1 else [value]
    return value


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        (nested(64), True),
        (nested(65), False),
        (nested(256), False),
        ({"k": "x" * (256 * 1024 - 8)}, True),
        ({"k": "x" * (256 * 1024 - 7)}, False),
        ({"k": "ü" * (128 * 1024 - 4)}, True),
        ({"k": "ü" * (128 * 1024 - 3)}, False),
    ],
    ids=["deepest", "too-deep", "far-too-deep", "largest", "too-large", "largest-bytes", "too-many-bytes"],
)
async def test_metadata_has_limits(store: Store, value: JsonValue, *, fits: bool) -> None:
    outcome = await do(store, create(A, metadata=value))
    await do(store, create(A))
    if not fits:
        assert isinstance(outcome, ConstraintViolation)
        assert outcome.reason is ConstraintReason.LIMIT_EXCEEDED
    for command in (replace_metadata(A, value), patch_metadata(A, value)):
        outcome = await do(store, command)
        assert isinstance(outcome, ConstraintViolation) is not fits
        assert (await get(store, A)).metadata == (outcome.run.metadata if fits else None)  # type: ignore[union-attr]


async def test_a_patch_that_makes_metadata_too_large_is_refused(store: Store) -> None:
    half = "x" * 140_000
    await made(store, create(A, metadata={"a": half}))
    outcome = await do(store, patch_metadata(A, {"b": half}))
    assert isinstance(outcome, ConstraintViolation)
    assert outcome.reason is ConstraintReason.LIMIT_EXCEEDED
    assert (await made(store, patch_metadata(A, {"a": None, "b": half}))).version == 2


async def test_a_patch_changes_what_it_names(store: Store) -> None:
    await made(
        store,
        create(
            A, metadata={"keep": 9007199254740993, "drop": 1, "in": {"a": 1, "b": Decimal("0.10000000000000000001")}}
        ),
    )
    run = await made(store, patch_metadata(A, {"drop": None, "in": {"a": [2]}, "new": {"x": None}}))
    assert run.metadata == '{"keep":9007199254740993,"in":{"a":[2],"b":0.10000000000000000001},"new":{}}'
    assert (await get(store, A)).metadata == run.metadata


async def test_metadata_leaves_the_rest_alone(store: Store) -> None:
    before = await made(store, create(A, name="n", tags=("t",), retention=keep_latest(3)))
    after = await made(store, replace_metadata(A, {"a": 1}), patch_metadata(A, {"b": 2}), clear_metadata(A))
    assert (after.name, after.tags, after.retention, after.status) == (
        before.name,
        before.tags,
        before.retention,
        before.status,
    )
    assert [change.run.metadata for change in await history_of(store, A)] == [None, '{"a":1}', '{"a":1,"b":2}', None]


@pytest.mark.parametrize("status", list(RunStatus))
async def test_name_metadata_and_retention_change_in_every_status(store: Store, status: RunStatus) -> None:
    await made(store, create(A), *([] if status is RunStatus.ACTIVE else [move(A, status)]))
    run = await made(store, rename(A, "new"), replace_metadata(A, {"a": 1}), retain(A, keep_latest(1)))
    assert run == await get(store, A)
    assert (run.status, run.name, run.metadata, run.retention) == (status, "new", '{"a":1}', keep_latest(1))


@pytest.mark.parametrize("name", ["x", "x" * 256, "Ünï ☃ 🛷", " padded ", "%_\\'\"", "\n a"])
async def test_a_name_comes_back_and_can_be_taken_away(store: Store, name: str) -> None:
    assert (await made(store, create(A, name=name))).name == name
    assert (await get(store, A)).name == name
    assert (await made(store, rename(A, None))).name is None
    assert (await made(store, rename(A, name))).name == name
    assert await find(store, A) is not None
    assert [change.run.name for change in await history_of(store, A)] == [name, None, name]

from dataclasses import replace
from decimal import Decimal

import pytest

from runindex.commands import AnyCommand
from runindex.commands.outcomes import ValuesDeleted, ValuesPut
from runindex.domain import json_text
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.json_text import JsonValue
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import (
    ConstraintReason,
    IdempotencyConflict,
    InvalidInput,
    NotFound,
    ProblemError,
    VersionConflict,
)
from runindex.domain.records.run_data import Value, ValueVersion
from runindex.ports.queries import Window
from runindex.ports.record_lists import Equals, StartsWith
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import A, B, create, delete, move
from tests.support.records import (
    assert_refused,
    counted_of,
    delete_values,
    done,
    everything,
    find_record,
    gained,
    listed_of,
    put,
    put_all,
    totals_of,
    value_of,
)
from tests.support.stores import apply, do, get, log_of, made

pytestmark = pytest.mark.asyncio

CLOSED = (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.ARCHIVED)
MIB = 1024 * 1024
KEY = "key-1"
PRESENT = Equals("deleted", 0)


async def find_value(store: Store, run: str, key: str) -> Value | None:
    """Return a value, a deleted one too."""
    return await find_record(store, Value, (await get(store, run)).incarnation, key)


async def versions_of(store: Store, run: str, key: str) -> list[tuple[int, str, int, int]]:
    """Return a value's history, oldest first."""
    history = await listed_of(store, run, ValueVersion, Equals("key_name", key))
    return [(version.version, version.value, version.deleted, version.at) for version in history]


@pytest.mark.parametrize(
    "value",
    [
        None,
        False,
        0,
        -0.0,
        2**53 + 1,
        Decimal("0.1000000000000000000000001"),
        "",
        "ünï 🛷",
        [],
        {},
        {"b": [1], "a": {}},
    ],
    ids=repr,
)
async def test_a_value_comes_back_as_it_was_put(store: Store, clock: StandingClock, value: JsonValue) -> None:
    await made(store, create(A))
    now = clock.advance()
    outcome = await gained(store, put(A, "key", value), ValuesPut)
    stored = Value((await get(store, A)).incarnation, "key", json_text.dumps(value), 1, now, deleted=0)
    assert outcome == ValuesPut((stored,))
    assert await find_value(store, A, "key") == stored


@pytest.mark.parametrize("key", ["x", "x" * 512, "🛷" * 512, " ", "a.b/c\\d%_", "\n", "default"])
async def test_a_key_is_any_text(store: Store, key: str) -> None:
    await done(store, create(A), put(A, key, 1), put(A, key, 2), put(A, key + "x" if len(key) < 512 else "x", 3))
    stored = await find_value(store, A, key)
    assert stored is not None
    assert (stored.key_name, stored.value, stored.version) == (key, "2", 2)


@pytest.mark.parametrize("key", ["", "x" * 513, "\0", "a\0b", "\ud800"], ids=["empty", "long", "nul", "inner", "lone"])
async def test_a_key_that_no_storage_keeps_is_refused(key: str) -> None:
    for make, path in (
        (lambda: put_all(A, value_of("a"), value_of(key)), "entries.1.key"),
        (lambda: delete_values(A, "a", key), "keys.1"),
    ):
        with pytest.raises(ProblemError) as refusal:
            make()
        assert isinstance(refusal.value.problem, InvalidInput)
        assert refusal.value.problem.field == path


async def test_versions_count_and_are_kept_as_history(store: Store, clock: StandingClock) -> None:
    await made(store, create(A))
    times = []
    for value in ("one", None, {"k": 3}):
        times.append(clock.advance())
        await do(store, put(A, "key", value))
    times.append(clock.advance())
    assert await do(store, delete_values(A, "key")) == ValuesDeleted(1)
    times.append(clock.advance())
    await do(store, put(A, "key", 5))
    assert await versions_of(store, A, "key") == [
        (1, '"one"', 0, times[0]),
        (2, "null", 0, times[1]),
        (3, '{"k":3}', 0, times[2]),
        (4, "null", 1, times[3]),
        (5, "5", 0, times[4]),
    ]
    stored = await find_value(store, A, "key")
    assert stored is not None
    assert (stored.version, stored.value, stored.deleted, stored.updated_at) == (5, "5", 0, times[4])


async def test_a_deleted_value_is_marked_and_no_longer_counted(store: Store) -> None:
    await done(store, create(A), put_all(A, value_of("a"), value_of("b"), value_of("c")))
    assert await do(store, delete_values(A, "b", "none", "a", "b")) == ValuesDeleted(2)
    assert (await totals_of(store, A)).value_count == 1
    stored = await find_value(store, A, "b")
    assert stored is not None
    assert (stored.deleted, stored.version, stored.value) == (1, 2, "null")
    assert [value.key_name for value in await listed_of(store, A, Value, PRESENT)] == ["c"]
    assert await do(store, delete_values(A, "a", "b")) == ValuesDeleted(0)
    assert [version[0] for version in await versions_of(store, A, "b")] == [1, 2]
    await do(store, put(A, "b", 3))
    assert (await totals_of(store, A)).value_count == 2


@pytest.mark.parametrize(
    ("before", "expected", "actual"),
    [
        ([], 0, None),
        ([], 1, 0),
        (["put"], 1, None),
        (["put"], 0, 1),
        (["put"], 2, 1),
        (["put", "put"], 2, None),
        (["put", "put"], 1, 2),
        (["put", "delete"], 0, None),
        (["put", "delete"], 2, 0),
        (["put", "delete"], 1, 0),
        (["put", "delete", "put"], 3, None),
        (["put", "delete", "put"], 0, 3),
        ([], -1, 0),
    ],
)
async def test_an_expected_version_is_the_keys_own(
    store: Store, before: list[str], expected: int, actual: int | None
) -> None:
    await done(store, create(A), put(A, "other", 1), put(A, "other", 2))
    for step in before:
        await do(store, put(A, "key", 1) if step == "put" else delete_values(A, "key"))
    kept = await everything(store)
    outcome = await do(store, put(A, "key", "new", expected=expected))
    if actual is None:
        assert isinstance(outcome, ValuesPut)
        assert [value.version for value in outcome.values] == [len(before) + 1]
    else:
        assert outcome == VersionConflict(expected, actual)
        assert await everything(store) == kept


async def test_a_call_is_all_or_nothing(store: Store) -> None:
    await done(store, create(A), put(A, "b", 1))
    before = await everything(store)
    for spoiler in (value_of("c", 1, 7), value_of("b", 1, 0), value_of("c", "x" * MIB)):
        outcome = await do(store, put_all(A, value_of("a"), value_of("b", 2, 1), spoiler))
        assert not isinstance(outcome, ValuesPut)
        assert await everything(store) == before
    outcome = await gained(store, put_all(A, value_of("a"), value_of("b", 2, 1), value_of("c", 1, 0)), ValuesPut)
    assert [(value.key_name, value.version) for value in outcome.values] == [("a", 1), ("b", 2), ("c", 1)]


async def test_entries_are_judged_one_after_the_other(store: Store) -> None:
    await made(store, create(A))
    outcome = await gained(store, put_all(A, value_of("a", 1, 0), value_of("a", 2, 1), value_of("a", 3)), ValuesPut)
    assert [(value.value, value.version) for value in outcome.values] == [("1", 1), ("2", 2), ("3", 3)]
    assert await do(store, put_all(A, value_of("a", 4, 3), value_of("a", 5, 3))) == VersionConflict(3, 4)
    assert [version[1] for version in await versions_of(store, A, "a")] == ["1", "2", "3"]
    assert (await totals_of(store, A)).value_count == 1


async def test_a_batch_is_judged_in_order(store: Store) -> None:
    await made(store, create(A))
    outcomes = await apply(
        store,
        put(A, "a", 1, expected=0),
        put(A, "a", 2, expected=0),
        delete_values(A, "a"),
        put(A, "a", 3, expected=0),
        delete_values(A, "a", "b"),
    )
    assert [type(outcome) for outcome in outcomes] == [
        ValuesPut,
        VersionConflict,
        ValuesDeleted,
        ValuesPut,
        ValuesDeleted,
    ]
    assert [(version[0], version[2]) for version in await versions_of(store, A, "a")] == [
        (1, 0),
        (2, 1),
        (3, 0),
        (4, 1),
    ]


async def test_values_are_listed_by_key_and_prefix(store: Store) -> None:
    keys = ["b", "a", "B", "ab", "a_", "a%", "ä", "🛷", "\uffff", "abc", "A"]
    await done(store, create(A), create(B), put_all(A, *map(value_of, keys)), put(B, "ab"), delete_values(A, "abc"))
    listed = [value.key_name for value in await listed_of(store, A, Value, PRESENT)]
    assert listed == ["A", "B", "a", "a%", "a_", "ab", "b", "ä", "\uffff", "🛷"]
    for prefix in ("", "a", "a_", "a%", "ab", "A", "🛷", "x", "abc"):
        chosen = [key for key in listed if key.startswith(prefix)]
        conditions = (PRESENT, StartsWith("key_name", prefix))
        assert [value.key_name for value in await listed_of(store, A, Value, *conditions)] == chosen
        assert await counted_of(store, A, Value, *conditions) == len(chosen)
    page = await listed_of(store, A, Value, PRESENT, window=Window(3, ("a",), ("b",)))
    assert [value.key_name for value in page] == ["a%", "a_", "ab"]
    page = await listed_of(store, A, Value, PRESENT, window=Window(2, backward=True))
    assert [value.key_name for value in page] == ["\uffff", "🛷"]


async def test_history_is_listed_from_either_end(store: Store) -> None:
    await done(store, create(A), *(put(A, "key", number) for number in range(1, 6)), put(A, "key2"))
    condition = Equals("key_name", "key")
    newest = await listed_of(store, A, ValueVersion, condition, descending=True, window=Window(2))
    assert [version.version for version in newest] == [5, 4]
    behind = await listed_of(store, A, ValueVersion, condition, descending=True, window=Window(9, ("key", 4)))
    assert [version.version for version in behind] == [3, 2, 1]


@pytest.mark.parametrize("status", CLOSED)
async def test_a_closed_run_keeps_its_values_as_they_are(store: Store, status: RunStatus) -> None:
    await done(store, create(A), put(A, "key", 1))
    await made(store, move(A, status))
    before = await everything(store)
    for command in (put(A, "key", 2), put(A, "new"), delete_values(A, "key"), delete_values(A, "none"), put_all(A)):
        assert_refused(await do(store, command), ConstraintReason.RUN_CLOSED)
    assert await everything(store) == before


async def test_values_need_a_run(store: Store) -> None:
    commands: list[AnyCommand] = [put(A), delete_values(A, "key")]
    for command in commands:
        assert await do(store, command) == NotFound("Run", A)
    assert isinstance(await do(store, put(DEFAULT_RUN)), ValuesPut)


async def test_values_do_not_move_the_run(store: Store, clock: StandingClock) -> None:
    run = await made(store, create(A))
    log = await log_of(store)
    clock.advance()
    await done(store, put(A), delete_values(A, "key"))
    assert (await get(store, A), await log_of(store)) == (run, log)


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("x" * (MIB - 2), True),
        ("x" * (MIB - 1), False),
        ("ü" * (MIB // 2 - 1), True),
        ("ü" * (MIB // 2), False),
        (json_text.loads("[" * 64 + "]" * 64), True),
        (json_text.loads("[" * 65 + "]" * 65), False),
    ],
    ids=["largest", "too-large", "largest-bytes", "too-many-bytes", "deepest", "too-deep"],
)
async def test_values_have_limits(store: Store, value: JsonValue, *, fits: bool) -> None:
    await made(store, create(A))
    outcome = await do(store, put(A, "key", value))
    if fits:
        stored = await find_value(store, A, "key")
        assert stored is not None
        assert stored.value == json_text.dumps(value)
    else:
        assert_refused(outcome, ConstraintReason.LIMIT_EXCEEDED)


async def test_a_thousand_entries_a_call_and_no_more(store: Store) -> None:
    await made(store, create(A))
    keys = [f"{number:04}" for number in range(1001)]
    assert_refused(await do(store, put_all(A, *map(value_of, keys))), ConstraintReason.LIMIT_EXCEEDED)
    assert_refused(await do(store, delete_values(A, *keys)), ConstraintReason.LIMIT_EXCEEDED)
    assert (await totals_of(store, A)).value_count == 0
    assert len((await gained(store, put_all(A, *map(value_of, keys[1:])), ValuesPut)).values) == 1000
    assert await counted_of(store, A, Value) == (await totals_of(store, A)).value_count == 1000
    assert await do(store, delete_values(A, *keys[:1000])) == ValuesDeleted(999)
    assert [value.key_name for value in await listed_of(store, A, Value, PRESENT)] == ["1000"]


async def test_a_call_with_nothing_does_nothing(store: Store) -> None:
    await made(store, create(A))
    before = await everything(store)
    assert await apply(store, put_all(A), delete_values(A)) == [ValuesPut(()), ValuesDeleted(0)]
    after = await everything(store)
    assert (after["head"], after["runs"]) == (before["head"], before["runs"])


async def test_a_key_answers_with_the_values_as_they_are_now(store: Store) -> None:
    await made(store, create(A))
    command = put_all(A, value_of("a", 1), value_of("b", 1), idempotency_key=KEY)
    first = await gained(store, command, ValuesPut)
    assert await do(store, command) == replace(first, replayed=True)
    later = await gained(store, put(A, "b", 2), ValuesPut)
    assert await do(store, command) == ValuesPut((first.values[0], *later.values), replayed=True)
    assert (await totals_of(store, A)).value_count == 2
    assert await do(store, put_all(A, value_of("a", 2), idempotency_key=KEY)) == IdempotencyConflict(KEY)


async def test_a_key_finds_nothing_once_its_value_is_deleted(store: Store) -> None:
    await made(store, create(A))
    command = put(A, "a", idempotency_key=KEY)
    await done(store, command, delete_values(A, "a"))
    assert await do(store, command) == NotFound("Value", "a")


async def test_a_deletions_key_answers_the_deletion(store: Store) -> None:
    await done(store, create(A), put(A, "a"))
    command = delete_values(A, "a", "b", idempotency_key=KEY)
    assert await do(store, command) == ValuesDeleted(1)
    await done(store, put_all(A, value_of("a"), value_of("b")))
    assert await do(store, command) == ValuesDeleted(1, replayed=True)
    assert (await totals_of(store, A)).value_count == 2


@pytest.mark.parametrize("again", [False, True], ids=["gone", "created-again"])
async def test_a_replay_on_a_deleted_run_finds_nothing(store: Store, *, again: bool) -> None:
    await made(store, create(A))
    command = put(A, idempotency_key=KEY)
    await done(store, command, delete(A))
    if again:
        await done(store, create(A), put(A, "key", "another"))
    assert await do(store, command) == NotFound("Run", A)

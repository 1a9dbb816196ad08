import asyncio
import hashlib
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from runindex.commands.outcomes import EventsAppended
from runindex.domain import json_text
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.json_text import JsonValue
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import ConstraintReason, IdempotencyConflict, InvalidInput, NotFound, ProblemError
from runindex.domain.records.events import Event
from runindex.ports.queries import Window
from runindex.ports.record_lists import Equals
from runindex.ports.store import Store
from tests.support.clock import START, StandingClock
from tests.support.commands import A, B, create, delete, move
from tests.support.records import append, assert_refused, counted_of, done, everything, gained, listed_of, totals_of
from tests.support.stores import apply, do, get, log_of, made

pytestmark = pytest.mark.asyncio

CLOSED = (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.ARCHIVED)
MIB = 1024 * 1024
KEY = "key-1"


async def appended(store: Store, run: str, *events: tuple[str, JsonValue], **fields: Any) -> tuple[Event, ...]:  # noqa: ANN401 - as in commands
    """Append events and return them."""
    return (await gained(store, append(run, *events, **fields), EventsAppended)).events


def assert_chained(events: list[Event]) -> None:
    """Recompute the chain from nothing but what a reader sees."""
    previous = bytes(32)
    for number, event in enumerate(events):
        stream = event.stream.encode()
        payload = json.dumps(json.loads(event.payload), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        body = payload.encode()
        previous = hashlib.sha256(
            number.to_bytes(8, "little")
            + len(stream).to_bytes(4, "little")
            + stream
            + event.at.to_bytes(8, "little")
            + len(body).to_bytes(4, "little")
            + body
            + previous
        ).digest()
        assert (event.sequence, event.hash) == (number, previous.hex())


PAYLOADS: dict[str, JsonValue] = {
    "empty": {},
    "key-order": {"b": 1, "a": {"d": [{"z": 1, "y": 2}], "c": None}},
    "unicode": {"ünï": "☃ 🛷 \u2028", "\uffff": 1, "🛷": 2},
    "escapes": {"text": '"quoted" \\ / \n\t\x01\x7f'},
    "numbers": {"i": 2**53 + 1, "f": 1.5, "e": 1e300, "n": -0.0, "s": 5e-324},
    "long": {"text": "x" * 70_000},
}


@pytest.mark.parametrize("name", PAYLOADS)
async def test_an_event_comes_back_and_its_hash_can_be_recomputed(
    store: Store, clock: StandingClock, name: str
) -> None:
    await made(store, create(A))
    now = clock.advance(0.000007)
    (event,) = await appended(store, A, ("ünï 🛷", PAYLOADS[name]))
    assert (event.sequence, event.stream, event.at) == (0, "ünï 🛷", now)
    assert event.payload == json_text.dumps(PAYLOADS[name])
    assert await listed_of(store, A, Event) == [event]
    assert_chained([event])
    assert (await totals_of(store, A)).event_hash == event.hash


async def test_a_known_chain(store: Store) -> None:
    """Worked out by hand, so that neither side's code is the measure."""
    await made(store, create(A))
    first, second = await appended(store, A, ("s", {}), ("log", {"b": "é", "a": 1}))
    assert START == 4102747200000000
    zeros = "00" * 32
    assert (
        first.hash
        == hashlib.sha256(
            bytes.fromhex("0000000000000000" + "01000000" + "73" + "009075456d930e00" + "02000000" + "7b7d" + zeros)
        ).hexdigest()
    )
    body = '{"a":1,"b":"é"}'.encode().hex()
    assert (
        second.hash
        == hashlib.sha256(
            bytes.fromhex(
                "0100000000000000" + "03000000" + "6c6f67" + "009075456d930e00" + "10000000" + body + first.hash
            )
        ).hexdigest()
    )


async def test_digits_that_no_float_holds_are_hashed_as_they_are_stored(store: Store) -> None:
    await made(store, create(A))
    (event,) = await appended(store, A, ("s", {"b": Decimal("0.10000000000000000000001"), "a": 1}))
    assert event.payload == '{"b":0.10000000000000000000001,"a":1}'
    body = b'{"a":1,"b":0.10000000000000000000001}'
    head = bytes(8) + b"\1\0\0\0s" + START.to_bytes(8, "little") + len(body).to_bytes(4, "little")
    assert event.hash == hashlib.sha256(head + body + bytes(32)).hexdigest()


async def test_one_gapless_sequence_over_all_streams_and_calls(store: Store, clock: StandingClock) -> None:
    await done(store, create(A), create(B))
    for number in range(4):
        clock.advance()
        await appended(store, A, *((stream, {"n": number}) for stream in "abc"[: number + 1]))
        await appended(store, B, ("b", {"n": number}))
    events = await listed_of(store, A, Event)
    assert len(events) == 9
    assert_chained(events)
    assert_chained(await listed_of(store, B, Event))
    assert (await totals_of(store, A)).event_seq == 9


async def test_the_events_of_a_call_are_consecutive(store: Store) -> None:
    await made(store, create(A))
    await appended(store, A, ("a", {}))
    events = await appended(store, A, ("b", {}), ("a", {}), ("b", {}))
    assert [(event.sequence, event.stream) for event in events] == [(1, "b"), (2, "a"), (3, "b")]
    outcomes = await apply(store, append(A, ("a", {})), append(A, ("a", {}), ("b", {})))
    assert [
        [event.sequence for event in outcome.events] for outcome in outcomes if isinstance(outcome, EventsAppended)
    ] == [[4], [5, 6]]
    assert_chained(await listed_of(store, A, Event))


async def test_racing_calls_leave_one_chain(store: Store) -> None:
    await made(store, create(A))
    await asyncio.gather(
        *(apply(store, append(A, *((f"s{number}", {"n": place}) for place in range(3)))) for number in range(8))
    )
    events = await listed_of(store, A, Event)
    assert len(events) == 24
    assert_chained(events)
    for start in range(0, 24, 3):
        assert len({event.stream for event in events[start : start + 3]}) == 1


async def test_a_call_is_all_or_nothing(store: Store) -> None:
    await made(store, create(A))
    await appended(store, A, ("a", {}))
    before = await everything(store)
    assert_refused(
        await do(store, append(A, ("a", {}), ("a", {"k": "x" * MIB}), ("a", {}))), ConstraintReason.LIMIT_EXCEEDED
    )
    assert await everything(store) == before
    (event,) = await appended(store, A, ("a", {}))
    assert event.sequence == 1


MISFORMED: dict[str, tuple[list[tuple[str, JsonValue]], str]] = {
    "list": ([("s", [])], "events.0.payload"),
    "text": ([("s", {}), ("s", "x")], "events.1.payload"),
    "null": ([("s", None)], "events.0.payload"),
    "number": ([("s", 1)], "events.0.payload"),
    "nul-inside": ([("s", {"a": ["\0"]})], "events.0.payload"),
    "lone-surrogate-key": ([("s", {"\ud800": 1})], "events.0.payload"),
    "no-stream": ([("", {})], "events.0.stream"),
    "long-stream": ([("s", {}), ("x" * 257, {})], "events.1.stream"),
    "nul-in-stream": ([("a\0", {})], "events.0.stream"),
    "nothing": ([], "events"),
}


@pytest.mark.parametrize("name", MISFORMED)
async def test_what_is_no_event_is_refused(name: str) -> None:
    events, path = MISFORMED[name]
    with pytest.raises(ProblemError) as refusal:
        append(A, *events)
    assert isinstance(refusal.value.problem, InvalidInput)
    assert refusal.value.problem.field == path


@pytest.mark.parametrize("stream", ["x", "x" * 256, "🛷" * 256, " ", "a%_\\"])
async def test_a_stream_is_any_text(store: Store, stream: str) -> None:
    await made(store, create(A))
    await appended(store, A, (stream, {}), ("other", {}))
    assert [event.stream for event in await listed_of(store, A, Event, Equals("stream", stream))] == [stream]


@pytest.mark.parametrize(
    ("payload", "fits"),
    [
        ({"k": "x" * (MIB - 8)}, True),
        ({"k": "x" * (MIB - 7)}, False),
        (json_text.loads('{"k":' + "[" * 63 + "]" * 63 + "}"), True),
        (json_text.loads('{"k":' + "[" * 64 + "]" * 64 + "}"), False),
    ],
    ids=["largest", "too-large", "deepest", "too-deep"],
)
async def test_payloads_have_limits(store: Store, payload: JsonValue, *, fits: bool) -> None:
    await made(store, create(A))
    outcome = await do(store, append(A, ("s", payload)))
    if fits:
        assert isinstance(outcome, EventsAppended)
        assert_chained(await listed_of(store, A, Event))
    else:
        assert_refused(outcome, ConstraintReason.LIMIT_EXCEEDED)


async def test_a_thousand_events_a_call_and_no_more(store: Store) -> None:
    await made(store, create(A))
    events = [(f"s{number % 3}", {"n": number}) for number in range(1001)]
    assert_refused(await do(store, append(A, *events)), ConstraintReason.LIMIT_EXCEEDED)
    assert (await totals_of(store, A)).event_seq == 0
    assert len(await appended(store, A, *events[1:])) == 1000
    listed = await listed_of(store, A, Event)
    assert_chained(listed)
    assert [json.loads(event.payload)["n"] for event in listed] == list(range(1, 1001))


async def test_events_are_listed_by_sequence_and_stream(store: Store) -> None:
    await made(store, create(A))
    await appended(store, A, *(("ab"[number % 2], {"n": number}) for number in range(10)))
    for window, sequences in (
        (Window(3), [0, 1, 2]),
        (Window(3, (6,)), [7, 8, 9]),
        (Window(2, before=(5,), backward=True), [3, 4]),
        (Window(9, (2,), (5,)), [3, 4]),
    ):
        assert [event.sequence for event in await listed_of(store, A, Event, window=window)] == sequences
    odd = Equals("stream", "b")
    assert [event.sequence for event in await listed_of(store, A, Event, odd)] == [1, 3, 5, 7, 9]
    assert [event.sequence for event in await listed_of(store, A, Event, odd, window=Window(2, (3,)))] == [5, 7]
    assert [await counted_of(store, A, Event), await counted_of(store, A, Event, odd)] == [10, 5]
    assert await listed_of(store, A, Event, Equals("stream", "B")) == []


@pytest.mark.parametrize("status", CLOSED)
async def test_a_closed_run_takes_no_events(store: Store, status: RunStatus) -> None:
    await made(store, create(A))
    await appended(store, A, ("s", {}))
    await made(store, move(A, status))
    before = await everything(store)
    assert_refused(await do(store, append(A, ("s", {}))), ConstraintReason.RUN_CLOSED)
    assert await everything(store) == before


async def test_events_need_a_run_and_leave_it_as_it_is(store: Store, clock: StandingClock) -> None:
    assert await do(store, append(A, ("s", {}))) == NotFound("Run", A)
    run = await made(store, create(A))
    log = await log_of(store)
    clock.advance()
    await appended(store, A, ("s", {}))
    assert (await get(store, A), await log_of(store)) == (run, log)
    assert len(await appended(store, DEFAULT_RUN, ("s", {}))) == 1


async def test_a_key_appends_once(store: Store) -> None:
    await made(store, create(A))
    command = append(A, ("s", {"n": 1}), ("s", {"n": 2}), idempotency_key=KEY)
    first = await gained(store, command, EventsAppended)
    await appended(store, A, ("s", {}))
    before = await everything(store)
    for outcome in [await do(store, command), *await apply(store, command, command)]:
        assert outcome == replace(first, replayed=True)
    assert await do(store, append(A, ("s", {"n": 1}), idempotency_key=KEY)) == IdempotencyConflict(KEY)
    assert await everything(store) == before


@pytest.mark.parametrize("again", [False, True], ids=["gone", "created-again"])
async def test_a_replay_on_a_deleted_run_finds_nothing(store: Store, *, again: bool) -> None:
    await made(store, create(A))
    command = append(A, ("s", {}), idempotency_key=KEY)
    await done(store, command, delete(A))
    if again:
        await done(store, create(A), append(A, ("s", {"other": 1})))
    assert await do(store, command) == NotFound("Run", A)

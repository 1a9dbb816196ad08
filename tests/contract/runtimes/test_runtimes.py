import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runindex.commands import AnyCommand
from runindex.commands.outcomes import BoundaryApplied, RuntimeSaved
from runindex.commands.runtimes import MAX_SEQUENCE
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.json_text import JsonValue
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import ConstraintReason, IdempotencyConflict, InvalidInput, NotFound, ProblemError
from runindex.domain.records.runtimes import (
    InputDurability,
    InputState,
    Receipt,
    RunBoundary,
    Runtime,
    RuntimeInput,
    RuntimeState,
)
from runindex.domain.runs.changes import RunChangeKind
from runindex.ports.queries import Window
from runindex.ports.record_lists import Equals
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import A, B, Field, create, delete, move, start
from tests.support.drawn.effort import tries
from tests.support.records import (
    all_of,
    apply_receipt,
    assert_refused,
    commit,
    commit_lifecycle,
    done,
    everything,
    find_record,
    gained,
    listed_of,
    persist,
    totals_of,
    update,
)
from tests.support.stores import apply, do, get, history_of, log_of, made

pytestmark = pytest.mark.asyncio

CLOSED = (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.ARCHIVED)
KEY = "key-1"
NAME = "agent ünï 🛷"


async def committed(store: Store, command: AnyCommand) -> BoundaryApplied:
    """Apply a boundary and return the outcome, which is a success."""
    return await gained(store, command, BoundaryApplied)


async def runtime_of(store: Store, name: str = NAME) -> Runtime | None:
    """Return a runtime, or None."""
    return await find_record(store, Runtime, name)


async def inputs_of(store: Store, name: str = NAME) -> list[RuntimeInput]:
    """Return a runtime's inputs in the order first persisted."""
    return await all_of(store, RuntimeInput, Equals("runtime_id", name))


async def input_of(store: Store, input_id: str, name: str = NAME) -> RuntimeInput:
    """Return an input that exists."""
    found = await find_record(store, RuntimeInput, name, input_id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("messages", "digest"),
    [
        ("[]", "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"),
        ('[{"role":"user","content":"hi"}]', "b03d228fdf33e7c81a9a7ea3eadadcf2cdcb98823fe93c669b8f0db42e0fa8a0"),
        ('[{"role":"user","content":"hé"}]', "8953fe197ebb7799d786a27debcbae538bb3720f08d04756d54e7cbcd80e0874"),
    ],
    ids=["none", "ascii", "accented"],
)
@pytest.mark.parametrize("form", ['{"messages":%s}', ' {"other": [1], "messages" :\n %s , "z": null}'])
async def test_the_digest_of_a_session(store: Store, messages: str, digest: str, form: str) -> None:
    await made(store, create(A))
    spaced = messages.replace(",", " , ").replace("é", "\\u00e9") if "other" in form else messages
    receipt = (await committed(store, commit(NAME, A, snapshot=(form % spaced).encode()))).receipt
    assert (receipt.conversation_digest, receipt.message_count) == (digest, len(json.loads(messages)))


async def test_the_digest_keeps_the_order_of_keys(store: Store) -> None:
    await made(store, create(A))
    messages = '[{"b":1,"a":{"z":"🛷\\n","y":[1.5,null,true]}},7]'
    receipt = (await committed(store, commit(NAME, A, snapshot=f'{{"messages":{messages}}}'.encode()))).receipt
    assert receipt.conversation_digest == hashlib.sha256(messages.encode()).hexdigest()
    assert receipt.message_count == 2


NUMBER = r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?"


@tries(50)
@given(st.lists(st.from_regex(NUMBER, fullmatch=True), min_size=1), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
async def test_the_digest_is_made_of_the_digits_sent(store: Store, numbers: list[str], encoding: str) -> None:
    await do(store, create(A))
    messages = f"[{','.join(numbers)}]"
    snapshot = f'{{"messages": {messages.replace(",", " , ")} }}'.encode(encoding)
    receipt = (await committed(store, commit(NAME, A, snapshot=snapshot))).receipt
    assert receipt.conversation_digest == hashlib.sha256(messages.encode()).hexdigest()
    assert receipt.message_count == len(numbers)


@pytest.mark.parametrize(
    "snapshot",
    [
        b"",
        b"not json",
        b"null",
        b"[]",
        b"[1]",
        b'"messages"',
        b"7",
        b"{}",
        b'{"messages":null}',
        b'{"messages":{}}',
        b'{"messages":"[]"}',
        b'{"Messages":[]}',
        b'{"messages":[]',
        b'{"messages":[]} x',
        b"{'messages':[]}",
        b'{"messages":[NaN]}',
        b'{"messages":[1e999]}',
        b'{"messages":[],"other":{"n":-1e999}}',
        b'{"messages":[1e-16384]}',
        b'{"messages":[0e99999999999]}',
        b'{"messages":[' + b"9" * 4000 + b"]}",
        '{"messages":[1e999]}'.encode("utf-16"),
        b'{"messages":["\xff"]}',
        b'{"messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=range(24),
)
async def test_a_bad_snapshot_changes_nothing_and_uses_no_sequence(store: Store, snapshot: bytes) -> None:
    await done(store, create(A), create(B), commit(NAME, A, update("i"), snapshot=b'{"messages":[1]}'))
    before = await everything(store)
    bad = commit(NAME, A, update("i", InputState.CONSUMED), update("new"), snapshot=snapshot)
    for command in (bad, replace(bad, run_id=B), replace(bad, runtime_id="fresh"), replace(bad, idempotency_key=KEY)):
        assert_refused(await do(store, command), ConstraintReason.BAD_SNAPSHOT)
    assert await everything(store) == before
    assert (await committed(store, commit(NAME, A))).receipt.sequence == 1
    assert (await committed(store, commit(NAME, B))).receipt.sequence == 0


async def test_a_commit_is_one_step(store: Store, clock: StandingClock) -> None:
    await made(store, create(A))
    now = clock.advance()
    snapshot = b'{"messages":[{"role":"user"}]}'
    outcome = await committed(
        store,
        commit(
            NAME,
            A,
            update("i1", InputState.APPLIED, durability=InputDurability.DURABLE, attempt_count=2),
            update("i2"),
            snapshot=snapshot,
            boundary=RunBoundary.RUN_START,
            contributing=("i1", "ünï", "i1"),
        ),
    )
    owner = (await get(store, A)).incarnation
    assert outcome.receipt == Receipt(
        runtime_id=NAME,
        owner=owner,
        sequence=0,
        run_id=A,
        boundary=RunBoundary.RUN_START,
        contributing_input_ids='["i1","ünï","i1"]',
        conversation_digest=hashlib.sha256(b'[{"role":"user"}]').hexdigest(),
        message_count=1,
        created_at=now,
    )
    assert outcome.runtime == Runtime(NAME, None, snapshot, 2)
    assert await listed_of(store, A, Receipt) == [outcome.receipt]
    assert await runtime_of(store) == outcome.runtime
    assert await inputs_of(store) == [
        RuntimeInput(NAME, "i1", 0, InputState.APPLIED, InputDurability.DURABLE, None, 2, 0, None, A, 0, now, now),
        RuntimeInput(NAME, "i2", 1, InputState.ACCEPTED, None, None, 0, 0, None, A, 0, now, now),
    ]
    assert (await totals_of(store, A)).receipt_count == 1


async def test_sequences_count_by_runtime_and_run(store: Store) -> None:
    await done(store, create(A), create(B))
    sequences = [
        (await committed(store, commit(name, run))).receipt.sequence
        for name, run in (("r", A), ("r", A), ("r", B), ("R", A), ("r", A), ("r", DEFAULT_RUN), ("r", B))
    ]
    assert sequences == [0, 1, 0, 0, 2, 0, 1]
    assert (await totals_of(store, A)).receipt_count == 4


async def test_twenty_commits_at_once_have_twenty_sequences(store: Store) -> None:
    await made(store, create(A))
    outcomes = await asyncio.gather(*(apply(store, commit(NAME, A, update(f"i{n}"))) for n in range(20)))
    sequences = [outcome.receipt.sequence for (outcome,) in outcomes if isinstance(outcome, BoundaryApplied)]
    assert sorted(sequences) == list(range(20))
    assert sorted(receipt.sequence for receipt in await listed_of(store, A, Receipt)) == list(range(20))
    inputs = await inputs_of(store)
    assert [each.position for each in inputs] == list(range(20))
    assert {each.last_boundary_sequence for each in inputs} == set(range(20))


async def test_twenty_commits_in_a_batch_have_twenty_sequences(store: Store) -> None:
    await made(store, create(A))
    outcomes = await apply(store, *(commit(NAME, A, update(f"i{n % 3}")) for n in range(20)))
    assert [outcome.receipt.sequence for outcome in outcomes if isinstance(outcome, BoundaryApplied)] == list(range(20))
    assert [each.last_boundary_sequence for each in await inputs_of(store)] == [18, 19, 17]
    assert (await history_of(store, A))[-1].run.version == 2


async def test_the_first_receipt_starts_the_run(store: Store, clock: StandingClock) -> None:
    for run, make in ((A, lambda: commit(NAME, A, reason="r", actor="ann")), (B, lambda: apply_receipt(NAME, B, 5))):
        await made(store, create(run))
        now = clock.advance()
        await committed(store, make())
        started = await get(store, run)
        assert (started.version, started.started_at, started.updated_at) == (2, now, now)
        assert (await log_of(store))[-1].kind is RunChangeKind.STARTED
        clock.advance()
        await committed(store, commit(NAME, run))
        assert await get(store, run) == started
    assert [(change.reason, change.actor) for change in await history_of(store, A)][-1] == ("r", "ann")


async def test_a_run_that_was_started_is_not_changed(store: Store) -> None:
    run = await made(store, create(A), start(A), move(A, RunStatus.PAUSED))
    await done(store, commit(NAME, A), apply_receipt(NAME, A, 7))
    assert await get(store, A) == run


@pytest.mark.parametrize("status", CLOSED)
async def test_a_closed_run_takes_no_boundary(store: Store, status: RunStatus) -> None:
    await done(store, create(A), commit(NAME, A, update("i")))
    await made(store, move(A, status))
    before = await everything(store)
    commands: list[AnyCommand] = [
        commit(NAME, A, update("i", InputState.CONSUMED)),
        commit(NAME, A, snapshot=b"bad"),
        apply_receipt(NAME, A, 9, update("j")),
        apply_receipt(NAME, A, 0),
    ]
    for command in commands:
        assert_refused(await do(store, command), ConstraintReason.RUN_CLOSED)
    assert await everything(store) == before


async def test_a_boundary_needs_its_run(store: Store) -> None:
    before = await everything(store)
    commands: list[AnyCommand] = [commit(NAME, A, update("i")), apply_receipt(NAME, A, 0, update("i"))]
    for command in commands:
        assert await do(store, command) == NotFound("Run", A)
    assert await everything(store) == before


SNAPSHOTS = {
    "utf-8": '{"messages":["ünï 🛷"], "pad":"é"}'.encode(),
    "utf-16": '{"messages":[]}'.encode("utf-16"),
    "spaces": b' \r\n\t{ "messages" : [ ] }\n\n',
    "duplicate-keys": b'{"messages":[1],"messages":[]}',
    "escapes": b'{"messages":["\\u0000\\ud83d\\udef7\\u00e9"]}',
    "large": b'{"messages":["' + b"x" * 3_000_000 + b'"]}',
}


@pytest.mark.parametrize("name", SNAPSHOTS)
async def test_a_session_comes_back_byte_for_byte(store: Store, name: str) -> None:
    await made(store, create(A))
    outcome = await committed(store, commit(NAME, A, snapshot=SNAPSHOTS[name]))
    assert outcome.runtime.snapshot == SNAPSHOTS[name]
    stored = await runtime_of(store)
    assert stored is not None
    assert stored.snapshot == SNAPSHOTS[name]


@pytest.mark.parametrize("size", [0, 1, 255, 4096, 1_000_003])
async def test_opaque_bytes_come_back_byte_for_byte(store: Store, size: int) -> None:
    await made(store, create(A))
    for number in range(3):
        snapshot = Random(number).randbytes(size)
        outcome = await committed(store, apply_receipt(NAME, A, number, snapshot=snapshot))
        assert outcome.runtime.snapshot == snapshot
        stored = await runtime_of(store)
        assert stored is not None
        assert stored.snapshot == snapshot


async def test_a_snapshot_has_a_limit() -> None:
    for make in (
        lambda snapshot: commit(NAME, A, snapshot=snapshot),
        lambda snapshot: apply_receipt(NAME, A, 0, snapshot=snapshot),
    ):
        make(b"x" * (16 * 1024 * 1024))
        with pytest.raises(ProblemError) as refusal:
            make(b"x" * (16 * 1024 * 1024 + 1))
        assert isinstance(refusal.value.problem, InvalidInput)
        assert refusal.value.problem.field == "snapshot"


async def test_a_receipt_of_the_callers_own_is_kept_as_it_is(store: Store, clock: StandingClock) -> None:
    await made(store, create(A))
    now = clock.advance()
    outcome = await committed(
        store,
        apply_receipt(
            NAME,
            A,
            41,
            boundary=RunBoundary.RUN_CHECKPOINT,
            contributing_input_ids=("b", "a"),
            conversation_digest="whatever ünï",
            message_count=2**31 - 2,
            snapshot=b"\x00opaque\xff",
        ),
    )
    assert outcome.receipt == Receipt(
        runtime_id=NAME,
        owner=(await get(store, A)).incarnation,
        sequence=41,
        run_id=A,
        boundary=RunBoundary.RUN_CHECKPOINT,
        contributing_input_ids='["b","a"]',
        conversation_digest="whatever ünï",
        message_count=2**31 - 2,
        created_at=now,
    )
    assert await listed_of(store, A, Receipt) == [outcome.receipt]


async def test_a_sequence_leaves_room_for_those_after_it(store: Store) -> None:
    await made(store, create(A))
    with pytest.raises(ProblemError):
        apply_receipt(NAME, A, MAX_SEQUENCE + 1)
    await done(store, apply_receipt(NAME, A, MAX_SEQUENCE))
    assert (await committed(store, commit(NAME, A))).receipt.sequence == MAX_SEQUENCE + 1


async def test_a_commit_counts_on_from_the_largest_sequence(store: Store) -> None:
    await done(store, create(A), apply_receipt(NAME, A, 4), apply_receipt(NAME, A, 2))
    assert (await committed(store, commit(NAME, A))).receipt.sequence == 5
    await done(store, apply_receipt(NAME, A, 3), apply_receipt(NAME, A, 9))
    outcomes = await apply(store, commit(NAME, A), apply_receipt(NAME, A, 20), commit(NAME, A), commit("other", A))
    sequences = [outcome.receipt.sequence for outcome in outcomes if isinstance(outcome, BoundaryApplied)]
    assert sequences == [10, 20, 21, 0]
    assert (await totals_of(store, A)).receipt_count == 9


async def test_a_receipt_that_exists_changes_nothing(store: Store) -> None:
    await done(store, create(A), create(B), commit(NAME, A, update("i")), apply_receipt(NAME, A, 7, snapshot=b"kept"))
    before = await everything(store)
    for sequence in (0, 7):
        again = apply_receipt(NAME, A, sequence, update("i", InputState.CONSUMED), update("new"), snapshot=b"other")
        for command in (again, replace(again, idempotency_key=KEY)):
            assert_refused(await do(store, command), ConstraintReason.DUPLICATE_RECEIPT)
        outcomes = await apply(store, again, again)
        for outcome in outcomes:
            assert_refused(outcome, ConstraintReason.DUPLICATE_RECEIPT)
    assert await everything(store) == before
    # Another runtime's, another run's, and the next one are no duplicates.
    await done(store, apply_receipt("other", A, 7), apply_receipt(NAME, B, 7), apply_receipt(NAME, A, 8))
    assert (await committed(store, commit(NAME, A))).receipt.sequence == 9


async def test_a_snapshot_of_null_keeps_the_one_there_is(store: Store) -> None:
    await done(store, create(A), commit(NAME, A, snapshot=b'{"messages":[1]}'))
    outcome = await committed(store, apply_receipt(NAME, A, 1, update("i"), snapshot=None))
    assert outcome.runtime == Runtime(NAME, None, b'{"messages":[1]}', 1)
    fresh = await committed(store, apply_receipt("fresh", A, 0, snapshot=None))
    assert fresh.runtime == Runtime("fresh")
    emptied = await committed(store, apply_receipt(NAME, A, 2, snapshot=b""))
    assert emptied.runtime.snapshot == b""
    assert await runtime_of(store) == emptied.runtime


async def test_the_callers_receipts_stamp_no_inputs(store: Store) -> None:
    await done(store, create(A), apply_receipt(NAME, A, 3, update("i")))
    assert (await input_of(store, "i")).last_run_id is None
    await done(store, commit(NAME, A, update("i"), update("j")))
    await done(store, apply_receipt(NAME, A, 9, update("i", InputState.CONSUMED)))
    stamped = await input_of(store, "i")
    assert (stamped.last_run_id, stamped.last_boundary_sequence, stamped.state) == (A, 4, InputState.CONSUMED)
    await done(store, persist(NAME, update("i")), commit_lifecycle(NAME, RuntimeState.IDLE, update("j")))
    assert (await input_of(store, "i")).last_boundary_sequence == 4
    assert (await input_of(store, "j")).last_boundary_sequence == 4


DETAILS: dict[str, JsonValue] = {
    "durability": InputDurability.DERIVED,
    "idempotency_key": "ünï",
    "attempt_count": 3,
    "recovery_count": 4,
    "detail": {"b": 1, "a": [None]},
}


def persisting() -> dict[str, Any]:
    """Return what persists updates, by the name of the mutation; one of them needs a sequence number."""
    return {
        "persist": lambda _, *updates: persist(NAME, *updates),
        "lifecycle": lambda _, *updates: commit_lifecycle(NAME, RuntimeState.RUNNING, *updates),
        "commit": lambda _, *updates: commit(NAME, A, *updates),
        "apply": lambda sequence, *updates: apply_receipt(NAME, A, sequence, *updates),
    }


@pytest.mark.parametrize("name", persisting())
async def test_fields_that_an_update_leaves_out_keep_their_values(
    store: Store, clock: StandingClock, name: str
) -> None:
    await done(store, create(A), persist(NAME, update("first")))
    whole: dict[str, Field] = {
        "durability": InputDurability.EPHEMERAL,
        "idempotency_key": "other",
        "attempt_count": 0,
        "recovery_count": 9,
        "detail": [1],
    }
    for position, left_out in enumerate((None, *DETAILS), start=1):
        await done(store, persist(NAME, update(f"i{position}", InputState.QUEUED, **DETAILS)))
        before = await input_of(store, f"i{position}")
        now = clock.advance()
        given = {field: value for field, value in whole.items() if field != left_out}
        await done(store, persisting()[name](position, update(f"i{position}", InputState.APPLIED, **given)))
        stored = given | ({"detail": "[1]"} if "detail" in given else {})
        expected = replace(before, state=InputState.APPLIED, updated_at=now, **stored)
        if name == "commit":
            expected = replace(expected, last_run_id=A, last_boundary_sequence=position - 1)
        assert (before.detail, before.attempt_count, before.durability) == ('{"b":1,"a":[null]}', 3, "DERIVED")
        assert (before.position, await input_of(store, f"i{position}")) == (position, expected)


async def test_fields_given_as_null_are_null(store: Store) -> None:
    await done(store, persist(NAME, update("i", **DETAILS)))
    nothing: dict[str, Field] = {"durability": None, "idempotency_key": None, "detail": None}
    await done(store, persist(NAME, update("i", **nothing)))
    after = await input_of(store, "i")
    assert (after.durability, after.idempotency_key, after.detail) == (None, None, None)
    assert (after.attempt_count, after.recovery_count) == (3, 4)


async def test_positions_are_of_the_first_time(store: Store) -> None:
    await done(store, persist(NAME, update("b")), persist(NAME, update("a")), persist("other", update("x")))
    await done(store, commit_lifecycle(NAME, RuntimeState.IDLE, update("c"), update("a"), update("d"), update("c")))
    await done(store, persist(NAME, update("b", InputState.ABANDONED)))
    assert [(each.input_id, each.position) for each in await inputs_of(store)] == [
        ("b", 0),
        ("a", 1),
        ("c", 2),
        ("d", 3),
    ]
    runtime = await runtime_of(store)
    assert runtime is not None
    assert runtime.inputs == 4


async def test_an_input_named_twice_takes_both_updates_in_order(store: Store) -> None:
    await done(
        store, persist(NAME, update("i", attempt_count=1, detail={"a": 1}), update("i", InputState.STAGED, detail=None))
    )
    after = await input_of(store, "i")
    assert (after.position, after.state, after.attempt_count, after.detail) == (0, InputState.STAGED, 1, None)


async def test_a_lifecycle_commit_records_any_state_after_any(store: Store) -> None:
    await done(store, create(A), commit(NAME, A))
    for former in RuntimeState:
        for state in RuntimeState:
            expected = Runtime(NAME, state, b'{"messages":[]}', 0)
            outcomes = await apply(store, commit_lifecycle(NAME, former), commit_lifecycle(NAME, state))
            assert outcomes[1] == RuntimeSaved(expected)
            assert await runtime_of(store) == expected
    assert (await committed(store, commit(NAME, A))).runtime.state == RuntimeState.DESTROYED


async def test_an_input_may_come_in_any_state_and_move_to_any(store: Store) -> None:
    pairs = [(f"{former} {state}", former, state) for former in InputState for state in InputState]
    await done(store, commit_lifecycle(NAME, RuntimeState.IDLE, *(update(name, former) for name, former, _ in pairs)))
    assert [each.state for each in await inputs_of(store)] == [former for _, former, _ in pairs]
    await done(store, commit_lifecycle(NAME, RuntimeState.IDLE, *(update(name, state) for name, _, state in pairs)))
    assert [each.state for each in await inputs_of(store)] == [state for _, _, state in pairs]


async def test_a_runtime_is_there_with_what_it_has(store: Store) -> None:
    assert await runtime_of(store) is None
    await done(store, persist("a", update("i")), commit_lifecycle("b", RuntimeState.STOPPED), create(A), commit("c", A))
    assert [await runtime_of(store, name) for name in "abcd"] == [
        Runtime("a", inputs=1),
        Runtime("b", RuntimeState.STOPPED),
        Runtime("c", snapshot=b'{"messages":[]}'),
        None,
    ]


async def test_a_detail_that_is_too_large_changes_nothing(store: Store) -> None:
    await done(store, create(A), persist(NAME, update("i")))
    before = await everything(store)
    large = update("i", InputState.CONSUMED, detail="x" * 1024 * 1024)
    for make in persisting().values():
        assert_refused(await do(store, make(50, update("new"), large)), ConstraintReason.LIMIT_EXCEEDED)
    assert await everything(store) == before


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: commit("", A), "runtime_id"),
        (lambda: commit("x" * 513, A), "runtime_id"),
        (lambda: persist("a\0", update("i")), "runtime_id"),
        (lambda: commit(NAME, "junk"), "run_id"),
        (lambda: apply_receipt(NAME, "junk", 0), "receipt.run_id"),
        (lambda: apply_receipt(NAME, A, -1), "receipt.sequence"),
        (lambda: apply_receipt(NAME, A, 0, message_count=-1), "receipt.message_count"),
        (lambda: apply_receipt(NAME, A, 0, conversation_digest="\0"), "receipt.conversation_digest"),
        (lambda: apply_receipt(NAME, A, 0, contributing_input_ids=("a", "")), "receipt.contributing_input_ids.1"),
        (lambda: commit(NAME, A, contributing=("",)), "contributing_input_ids.0"),
        (lambda: commit(NAME, A, update("i"), update("")), "input_updates.1.input_id"),
        (lambda: commit(NAME, A, update("i", attempt_count=-1)), "input_updates.0.attempt_count"),
        (lambda: apply_receipt(NAME, A, 0, update("i", recovery_count=-1)), "input_updates.0.recovery_count"),
        (lambda: persist(NAME, update("i", detail="\0")), "input.detail"),
        (
            lambda: commit_lifecycle(NAME, RuntimeState.IDLE, update("i", idempotency_key="\0")),
            "inputs.0.idempotency_key",
        ),
    ],
    ids=range(15),
)
async def test_what_makes_no_sense_is_refused(make: Any, path: str) -> None:  # noqa: ANN401 - one of several functions
    with pytest.raises(ProblemError) as refusal:
        make()
    assert isinstance(refusal.value.problem, InvalidInput)
    assert refusal.value.problem.field == path


async def test_receipts_are_listed_of_a_run_and_of_a_runtime(store: Store, clock: StandingClock) -> None:
    await done(store, create(A), create(B))
    for name, run in (("r", A), ("s", A), ("r", B), ("r", A), ("s", B)):
        clock.advance()
        await done(store, commit(name, run))

    def told(receipts: Sequence[Receipt]) -> list[tuple[str, str, int]]:
        return [(receipt.runtime_id, receipt.run_id, receipt.sequence) for receipt in receipts]

    assert told(await listed_of(store, A, Receipt)) == [("r", A, 0), ("s", A, 0), ("r", A, 1)]
    assert told(await listed_of(store, A, Receipt, Equals("runtime_id", "r"))) == [("r", A, 0), ("r", A, 1)]
    assert told(await all_of(store, Receipt, Equals("runtime_id", "r"))) == [("r", A, 0), ("r", B, 0), ("r", A, 1)]
    assert told(await all_of(store, Receipt, Equals("runtime_id", "s"), window=Window(1))) == [("s", A, 0)]
    await done(store, delete(A))
    assert told(await all_of(store, Receipt)) == [("r", B, 0), ("s", B, 0)]


async def test_sequences_begin_anew_with_a_run_created_anew(store: Store) -> None:
    await done(store, create(A), commit(NAME, A, update("i")), commit(NAME, A), delete(A), create(A))
    # What the runtime has is its own: it stays.
    runtime = await runtime_of(store)
    assert runtime is not None
    assert runtime.inputs == 1
    assert (await input_of(store, "i")).last_run_id == A
    assert await listed_of(store, A, Receipt) == []
    assert (await committed(store, commit(NAME, A))).receipt.sequence == 0
    assert isinstance(await do(store, apply_receipt(NAME, A, 1)), BoundaryApplied)


async def test_keys_commit_once(store: Store) -> None:
    await made(store, create(A))
    commands: list[AnyCommand] = [
        commit(NAME, A, update("i"), idempotency_key=KEY),
        apply_receipt(NAME, A, 5, snapshot=b"5", idempotency_key=KEY),
        persist(NAME, update("j"), idempotency_key=KEY),
        commit_lifecycle(NAME, RuntimeState.RUNNING, update("k"), idempotency_key=KEY),
    ]
    answers = [await do(store, command) for command in commands]
    runtime = await runtime_of(store)
    before = await everything(store)
    for command, answer in zip(commands, answers, strict=True):
        # Receipts never change; the runtime is shown as it is now.
        assert await do(store, command) == replace(answer, runtime=runtime, replayed=True)  # type: ignore[arg-type]
    assert await do(store, commit(NAME, A, update("x"), idempotency_key=KEY)) == IdempotencyConflict(KEY)
    assert await do(store, persist(NAME, update("j", attempt_count=0), idempotency_key=KEY)) == IdempotencyConflict(KEY)
    assert await everything(store) == before


@pytest.mark.parametrize("again", [False, True], ids=["gone", "created-again"])
async def test_a_replay_on_a_deleted_run_finds_nothing(store: Store, *, again: bool) -> None:
    await made(store, create(A))
    command = commit(NAME, A, idempotency_key=KEY)
    await done(store, command, delete(A))
    if again:
        await done(store, create(A), commit(NAME, A))
    assert await do(store, command) == NotFound("Run", A)

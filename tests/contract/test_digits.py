"""Numbers come back as they were spelled, wherever JSON is kept, and are compared by value."""

import hashlib
import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runindex.commands.outcomes import JobSaved, PlanSaved, PlanStarted
from runindex.domain.json_text import JsonText, dumps, loads
from runindex.domain.problems import ConstraintReason, IdempotencyConflict
from runindex.domain.records.events import Event
from runindex.domain.records.run_data import Cell, Document, Value, ValueVersion
from runindex.domain.records.runtimes import RuntimeInput
from runindex.ports.maintenance import Storage
from runindex.ports.record_lists import Equals
from tests.support.commands import A, B, create, delete, patch_metadata, replace_metadata
from tests.support.data.maintenance import export, faults
from tests.support.drawn.effort import tries
from tests.support.records import (
    all_of,
    append,
    apply_receipt,
    assert_refused,
    done,
    enqueue,
    gained,
    listed_of,
    patch,
    persist,
    plan,
    put,
    record,
    recorded,
    set_cell,
    start_plan,
    update,
    write,
)
from tests.support.stores import do, get, history_of, made

pytestmark = pytest.mark.asyncio

SPELLED = '{"z":-0,"a":[1e-7,1E5,1e+05,1.0,-0.0,0.10,10,-0e0],"m":{"b":1.50E-3,"a":9007199254740993}}'
# By value the same.
RESPELLED = '{"a":[0.0000001,100000,1e5,1,0,0.1,1E1,0],"m":{"a":9007199254740993.0,"b":15e-4},"z":0}'
NUMBER = r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?"
texts = st.dictionaries(st.text("ab", max_size=2), st.from_regex(NUMBER, fullmatch=True), max_size=5).map(
    lambda numbers: "{" + ",".join(f'"{key}":[{number}]' for key, number in numbers.items()) + "}"
)


async def kept(storage: Storage, text: JsonText) -> set[JsonText | None]:
    """Send a JSON object wherever one is taken, and return what comes back."""
    value = loads(text)
    run = await made(storage, create(A, metadata=value))
    await done(
        storage,
        put(A, "key", value),
        put(A, "key", value),
        append(A, ("stream", value)),
        set_cell(A, "cell", value),
        write(A, "replaced", value),
        patch(A, "patched", value),
        apply_receipt("runtime", A, 0),
        persist("runtime", update("input", detail=value)),
    )
    result = (await recorded(storage, record(A, input=value, output=value, expected_output=value))).result
    saved = (await gained(storage, plan(spec=value), PlanSaved)).plan
    started = await gained(storage, start_plan(saved.id, metadata=value), PlanStarted)
    found = {run.metadata, (await get(storage, A)).metadata, started.run.metadata}
    found |= {(await gained(storage, enqueue(value), JobSaved)).job.data, saved.spec}
    found |= {change.run.metadata for change in await history_of(storage, A)}
    found |= {result.input, result.output, result.expected_output}
    found |= {stored.value for stored in await listed_of(storage, A, Value)}
    found |= {stored.value for stored in await listed_of(storage, A, ValueVersion)}
    found |= {stored.value for stored in await listed_of(storage, A, Cell)}
    found |= {stored.content for stored in await listed_of(storage, A, Document)}
    found |= {stored.payload for stored in await listed_of(storage, A, Event)}
    found |= {stored.detail for stored in await all_of(storage, RuntimeInput, Equals("runtime_id", "runtime"))}
    await done(storage, delete(started.run.id))
    return found


@tries(25)
@given(texts)
async def test_every_number_comes_back_as_it_was_sent(storage: Storage, text: str) -> None:
    try:
        assert await kept(storage, text) == {text}
        assert await faults(storage) == []
    finally:
        await done(storage, delete(A))


async def test_numbers_survive_a_patch_and_an_export(storage: Storage) -> None:
    assert await kept(storage, SPELLED) == {SPELLED}
    patched = await made(storage, patch_metadata(A, loads('{"n":-0}')))
    assert patched.metadata == SPELLED[:-1] + ',"n":-0}'
    assert SPELLED.replace('"', '\\"').encode() in await export(storage)


async def test_values_are_compared_however_they_are_spelled(storage: Storage) -> None:
    await done(storage, create(A))
    first = await recorded(storage, record(A, input=loads(SPELLED)))
    assert await recorded(storage, record(A, input=loads(RESPELLED))) == replace(first, replayed=True)
    other = record(A, input=loads(RESPELLED.replace("0.1,", "0.1000000000000000000001,")))
    assert_refused(await do(storage, other), ConstraintReason.DUPLICATE_RESULT)

    keyed = await made(storage, replace_metadata(A, loads(SPELLED), idempotency_key="k"))
    again = await made(storage, replace_metadata(A, loads(RESPELLED), idempotency_key="k"))
    assert (again.version, again.metadata) == (keyed.version, SPELLED)
    conflict = await do(storage, replace_metadata(A, loads("{}"), idempotency_key="k"))
    assert isinstance(conflict, IdempotencyConflict)


async def test_an_event_is_hashed_with_the_digits_it_is_kept_with(storage: Storage) -> None:
    await done(storage, create(B), append(B, ("s", loads('{"b":-0,"a":[1e-7,1E5]}'))))
    (event,) = await listed_of(storage, B, Event)
    assert event.payload == '{"b":-0,"a":[1e-7,1E5]}'
    body = b'{"a":[1e-7,1E5],"b":-0}'
    head = struct.pack("<QI", 0, 1) + b"s" + struct.pack("<QI", event.at, len(body))
    assert event.hash == hashlib.sha256(head + body + bytes(32)).hexdigest()
    assert dumps(loads(event.payload)) == event.payload
    assert await faults(storage) == []

from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

import pytest

from runindex.commands import AnyCommand, SetCell, WriteDocument
from runindex.commands.outcomes import CellSet, DocumentWritten
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
from runindex.domain.records.run_data import Cell, Document
from runindex.ports.queries import Window
from runindex.ports.record_lists import StartsWith
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import A, B, Field, create, delete, move
from tests.support.records import (
    assert_refused,
    counted_of,
    done,
    everything,
    find_record,
    gained,
    listed_of,
    patch,
    set_cell,
    totals_of,
    write,
)
from tests.support.stores import apply, do, get, log_of, made

pytestmark = pytest.mark.asyncio

CLOSED = (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.ARCHIVED)
MIB = 1024 * 1024
KEY = "key-1"
Kind: TypeAlias = str

VALUES: dict[str, JsonValue] = {
    "null": None,
    "false": False,
    "large-integer": -(2**64) - 1,
    "digits": Decimal("0.1000000000000000000000001"),
    "text": "ünï 🛷 \n",
    "empty-list": [],
    "key-order": {"b": [1, {}], "a": None},
}


def placed(kind: Kind, run: str = A, name: str = "x", value: JsonValue = 1, **fields: Field) -> SetCell | WriteDocument:
    """Make what sets a cell or replaces a document."""
    return set_cell(run, name, value, **fields) if kind == "cell" else write(run, name, value, **fields)


async def version_after(store: Store, command: AnyCommand) -> int:
    """Apply a command that sets a cell or writes a document, and return its version."""
    outcome = await do(store, command)
    assert isinstance(outcome, CellSet | DocumentWritten), outcome
    return outcome.cell.version if isinstance(outcome, CellSet) else outcome.document.version


@pytest.mark.parametrize("name", VALUES)
async def test_a_cell_comes_back_as_it_was_set(store: Store, clock: StandingClock, name: str) -> None:
    await made(store, create(A))
    now = clock.advance()
    outcome = await gained(store, set_cell(A, "ünï 🛷", VALUES[name]), CellSet)
    owner = (await get(store, A)).incarnation
    assert outcome.cell == Cell(owner, "ünï 🛷", json_text.dumps(VALUES[name]), 1, now)
    assert await find_record(store, Cell, owner, "ünï 🛷") == outcome.cell


@pytest.mark.parametrize("name", VALUES)
async def test_a_document_comes_back_as_it_was_written(store: Store, clock: StandingClock, name: str) -> None:
    await made(store, create(A))
    now = clock.advance()
    outcome = await gained(store, write(A, "ünï 🛷", VALUES[name]), DocumentWritten)
    owner = (await get(store, A)).incarnation
    assert outcome.document == Document(owner, "ünï 🛷", json_text.dumps(VALUES[name]), 1, now)
    assert await find_record(store, Document, owner, "ünï 🛷") == outcome.document


@pytest.mark.parametrize("kind", ["cell", "document"])
async def test_each_write_counts_one_also_of_the_same(store: Store, kind: Kind) -> None:
    await made(store, create(A))
    versions = [await version_after(store, placed(kind, value=value)) for value in (1, 1, None, 2)]
    assert versions == [1, 2, 3, 4]
    assert await version_after(store, placed(kind, name="other")) == 1
    totals = await totals_of(store, A)
    assert (totals.cell_count, totals.document_count) == ((2, 0) if kind == "cell" else (0, 2))


@pytest.mark.parametrize("kind", ["cell", "document"])
@pytest.mark.parametrize(
    ("writes", "expected", "actual"),
    [(0, 0, None), (0, 1, 0), (1, 1, None), (1, 0, 1), (1, 2, 1), (3, 3, None), (3, 0, 3), (0, -1, 0)],
)
async def test_an_expected_version_is_its_own(
    store: Store, kind: Kind, writes: int, expected: int, actual: int | None
) -> None:
    await done(store, create(A), placed(kind, name="other"), *(placed(kind) for _ in range(writes)))
    before = await everything(store)
    command = placed(kind, value="new", expected_version=expected)
    if actual is None:
        assert await version_after(store, command) == writes + 1
    else:
        assert await do(store, command) == VersionConflict(expected, actual)
        assert await everything(store) == before


@pytest.mark.parametrize("kind", ["cell", "document"])
async def test_a_batch_is_judged_in_order(store: Store, kind: Kind) -> None:
    await made(store, create(A))
    outcomes = await apply(
        store,
        placed(kind, value=1, expected_version=0),
        placed(kind, value=2, expected_version=0),
        placed(kind, value=3, expected_version=1),
        placed(kind, B, value=4),
    )
    assert outcomes[1] == VersionConflict(0, 1)
    assert outcomes[3] == NotFound("Run", B)
    assert await version_after(store, placed(kind)) == 3


@pytest.mark.parametrize("kind", ["cell", "document"])
@pytest.mark.parametrize("status", CLOSED)
async def test_a_closed_run_keeps_what_it_has(store: Store, kind: Kind, status: RunStatus) -> None:
    await done(store, create(A), placed(kind))
    await made(store, move(A, status))
    before = await everything(store)
    for command in (placed(kind, value=2), placed(kind, name="new"), placed(kind, value=2, expected_version=7)):
        assert_refused(await do(store, command), ConstraintReason.RUN_CLOSED)
    assert_refused(await do(store, patch(A, "x", {})), ConstraintReason.RUN_CLOSED)
    assert await everything(store) == before


@pytest.mark.parametrize("kind", ["cell", "document"])
async def test_cells_and_documents_need_a_run_and_leave_it_as_it_is(
    store: Store, clock: StandingClock, kind: Kind
) -> None:
    assert await do(store, placed(kind)) == NotFound("Run", A)
    run = await made(store, create(A))
    log = await log_of(store)
    clock.advance()
    await done(store, placed(kind), placed(kind, DEFAULT_RUN))
    assert (await get(store, A), await log_of(store)) == (run, log)


@pytest.mark.parametrize("kind", ["cell", "document"])
@pytest.mark.parametrize("name", ["", "x" * 513, "a\0", "\ud800"], ids=["empty", "long", "nul", "lone"])
async def test_a_name_that_no_storage_keeps_is_refused(kind: Kind, name: str) -> None:
    with pytest.raises(ProblemError) as refusal:
        placed(kind, name=name)
    assert isinstance(refusal.value.problem, InvalidInput)
    assert refusal.value.problem.field == ("name" if kind == "cell" else "key")


@pytest.mark.parametrize("kind", ["cell", "document"])
@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("x" * (MIB - 2), True),
        ("x" * (MIB - 1), False),
        ("ü" * (MIB // 2), False),
        (json_text.loads("[" * 64 + "]" * 64), True),
        (json_text.loads("[" * 65 + "]" * 65), False),
    ],
    ids=["largest", "too-large", "too-many-bytes", "deepest", "too-deep"],
)
async def test_cells_and_documents_have_limits(store: Store, kind: Kind, value: JsonValue, *, fits: bool) -> None:
    await made(store, create(A))
    before = await everything(store)
    outcome = await do(store, placed(kind, value=value))
    if fits:
        assert await version_after(store, placed(kind)) == 2
    else:
        assert_refused(outcome, ConstraintReason.LIMIT_EXCEEDED)
        assert await everything(store) == before


async def test_cells_and_documents_are_listed_by_name(store: Store) -> None:
    names = ["b", "B", "a_", "ab", "a", "ä", "🛷", "\uffff"]
    await done(store, create(A), create(B), *(set_cell(A, name) for name in names), set_cell(B, "other"))
    await done(store, *(write(A, name, {}) for name in names), write(B, "ab", {}))
    ordered = ["B", "a", "a_", "ab", "b", "ä", "\uffff", "🛷"]
    assert [cell.name for cell in await listed_of(store, A, Cell)] == ordered
    assert [document.key_name for document in await listed_of(store, A, Document)] == ordered
    for prefix in ("a", "a_", "🛷", "z"):
        chosen = [name for name in ordered if name.startswith(prefix)]
        condition = StartsWith("key_name", prefix)
        assert [document.key_name for document in await listed_of(store, A, Document, condition)] == chosen
        assert await counted_of(store, A, Document, condition) == len(chosen)
    page = await listed_of(store, A, Document, window=Window(2, ("a_",)))
    assert [document.key_name for document in page] == ["ab", "b"]


# The examples of RFC 7396's appendix, and what an empty patch does.
PATCHES: list[tuple[JsonValue, JsonValue, JsonValue]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ({"b": 1, "a": {"z": 1, "y": 2}}, {"a": {"z": 3}, "c": 0}, {"b": 1, "a": {"z": 3, "y": 2}, "c": 0}),
    ({"n": 2**53 + 1, "d": Decimal("0.10000000000000000000001")}, {}, None),
]


@pytest.mark.parametrize("place", range(len(PATCHES)))
async def test_a_patch_is_a_merge_patch(store: Store, place: int) -> None:
    before, change, after = PATCHES[place]
    if place == len(PATCHES) - 1:
        after = before
    await done(store, create(A), write(A, "doc", before))
    outcome = await gained(store, patch(A, "doc", change), DocumentWritten)
    assert (outcome.document.content, outcome.document.version) == (json_text.dumps(after), 2)
    assert await listed_of(store, A, Document) == [outcome.document]


@pytest.mark.parametrize(
    ("change", "content"),
    [({"a": {"b": None, "c": 1}}, '{"a":{"c":1}}'), ({}, "{}"), ([1], "[1]"), (None, "null"), ({"a": None}, "{}")],
    ids=["object", "empty", "list", "null", "removal"],
)
async def test_a_patch_of_a_missing_document_patches_an_empty_one(
    store: Store, change: JsonValue, content: str
) -> None:
    await made(store, create(A))
    assert await do(store, patch(A, "doc", change, expected_version=1)) == VersionConflict(1, 0)
    outcome = await gained(store, patch(A, "doc", change, expected_version=0), DocumentWritten)
    assert (outcome.document.content, outcome.document.version) == (content, 1)
    assert (await totals_of(store, A)).document_count == 1


async def test_patches_within_a_batch_build_on_each_other(store: Store) -> None:
    await made(store, create(A))
    await apply(store, patch(A, "d", {"a": 1}), patch(A, "d", {"b": 2}), write(A, "d", [1]), patch(A, "d", {"c": 3}))
    (document,) = await listed_of(store, A, Document)
    assert (document.content, document.version) == ('{"c":3}', 4)


async def test_a_patch_that_makes_a_document_too_large_is_refused(store: Store) -> None:
    half = "x" * (MIB * 6 // 10)
    await done(store, create(A), write(A, "doc", {"a": half}))
    before = await everything(store)
    assert_refused(await do(store, patch(A, "doc", {"b": half})), ConstraintReason.LIMIT_EXCEEDED)
    assert await everything(store) == before
    assert await version_after(store, patch(A, "doc", {"a": None, "b": half})) == 2


@pytest.mark.parametrize("kind", ["cell", "document"])
async def test_a_key_writes_once(store: Store, kind: Kind) -> None:
    await made(store, create(A))
    command = placed(kind, value=1, idempotency_key=KEY)
    first = await do(store, command)
    assert isinstance(first, CellSet | DocumentWritten)
    assert await do(store, command) == replace(first, replayed=True)
    assert await version_after(store, placed(kind, value=2)) == 2
    # The version then is not kept: a replay shows the thing as it is now.
    replayed = await do(store, command)
    assert isinstance(replayed, CellSet | DocumentWritten)
    assert replayed.replayed
    assert await version_after(store, command) == 2
    assert await do(store, placed(kind, value=2, idempotency_key=KEY)) == IdempotencyConflict(KEY)
    await done(store, delete(A), create(A), placed(kind, value=9))
    assert await do(store, command) == NotFound("Run", A)

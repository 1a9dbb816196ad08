"""Views: kept, changed, made the default, deleted, and carried along by exports."""

from decimal import Decimal
from uuid import UUID

import pytest

from runindex.commands.outcomes import ViewDeleted, ViewSaved
from runindex.domain import json_text
from runindex.domain.errors import BadRequestError
from runindex.domain.json_text import JsonValue
from runindex.domain.problems import (
    ConstraintReason,
    IdempotencyConflict,
    NotFound,
    ProblemError,
    VersionConflict,
)
from runindex.domain.records.views import (
    MAX_BYTES,
    MAX_COLUMNS,
    ONLY,
    DefaultView,
    View,
    ViewColumn,
    decode_columns,
    encode_columns,
)
from runindex.maintenance.transfer.import_lines import import_lines
from runindex.ports.maintenance import Storage
from runindex.ports.store import Store
from tests.support.backends import Opener
from tests.support.clock import StandingClock
from tests.support.commands import A, Field, create
from tests.support.data.maintenance import export, faults, lines_of
from tests.support.records import (
    all_of,
    assert_refused,
    delete_view,
    done,
    find_record,
    gained,
    update_view,
    view,
)
from tests.support.stores import do

pytestmark = pytest.mark.asyncio

COLUMNS = (ViewColumn("status"), ViewColumn("name", 240), ViewColumn("metadata.ü"))


async def kept(store: Store, name: str = "view", **fields: Field) -> View:
    """Create a view and return it."""
    return (await gained(store, view(name, **fields), ViewSaved)).view


async def default_of(store: Store) -> str | None:
    found = await find_record(store, DefaultView, ONLY)
    return None if found is None else found.view_id


async def test_a_view_comes_back_as_it_was_created(store: Store, clock: StandingClock) -> None:
    now = clock.advance()
    run_filter: JsonValue = {"metadata": [{"path": "a", "value": Decimal("0.10")}], "status": ["FAILED"]}
    run_order = {"field": "NAME"}
    created = await kept(store, "Ä view 🛷", run_filter=run_filter, run_order=run_order, columns=COLUMNS)
    assert created == View(
        created.id,
        "Ä view 🛷",
        json_text.dumps(run_filter),
        json_text.dumps(run_order),
        encode_columns(COLUMNS),
        now,
        now,
    )
    assert UUID(created.id).version == 7
    assert await find_record(store, View, created.id) == created
    assert decode_columns(created.run_columns) == COLUMNS
    assert await default_of(store) is None
    bare = await kept(store, "bare")
    assert (bare.run_filter, bare.run_order, bare.run_columns) == (None, None, "[]")


async def test_only_what_is_given_changes(store: Store, clock: StandingClock) -> None:
    created = await kept(store, run_filter={"a": 1}, run_order={"b": 2}, columns=COLUMNS)
    later = clock.advance()
    renamed = (await gained(store, update_view(created.id, name="renamed"), ViewSaved)).view
    assert (renamed.name, renamed.version, renamed.created_at, renamed.updated_at) == (
        "renamed",
        2,
        created.created_at,
        later,
    )
    assert (renamed.run_filter, renamed.run_order, renamed.run_columns) == (
        created.run_filter,
        created.run_order,
        created.run_columns,
    )
    cleared = (await gained(store, update_view(created.id, clears_filter=True, columns=()), ViewSaved)).view
    assert (cleared.run_filter, cleared.run_order, cleared.run_columns) == (None, created.run_order, "[]")
    filled = (await gained(store, update_view(created.id, run_filter={"c": 3}, clears_order=True), ViewSaved)).view
    assert (filled.run_filter, filled.run_order, filled.version) == ('{"c":3}', None, 4)
    assert await find_record(store, View, created.id) == filled


async def test_one_view_may_be_the_default(store: Store) -> None:
    first, second = await kept(store, "1", is_default=True), await kept(store, "2")
    assert await default_of(store) == first.id
    await done(store, update_view(second.id, is_default=True))
    assert await default_of(store) == second.id
    # One that is not the default cannot give it up for another.
    await done(store, update_view(first.id, is_default=False), update_view(second.id, name="still"))
    assert await default_of(store) == second.id
    await done(store, update_view(second.id, is_default=False))
    assert await default_of(store) is None
    third = await kept(store, "3", is_default=True)
    fourth = await kept(store, "4", is_default=True)
    await done(store, delete_view(third.id))
    assert await default_of(store) == fourth.id
    await done(store, delete_view(fourth.id))
    assert await default_of(store) is None


async def test_views_are_listed_by_name(store: Store) -> None:
    names = ["b", "a", "B", "ä", "a"]
    made = [await kept(store, name) for name in names]
    found = await all_of(store, View)
    assert found == sorted(made, key=lambda each: (each.name, each.id))


async def test_a_view_that_is_not_there_is_not_found(store: Store) -> None:
    created = await kept(store)
    assert await do(store, delete_view(created.id)) == ViewDeleted(created.id)
    for command in (update_view(created.id, name="x"), delete_view(created.id), update_view(A, is_default=True)):
        assert await do(store, command) == NotFound("View", command.id)
    assert await default_of(store) is None


async def test_a_view_has_the_version_expected_or_stays(store: Store) -> None:
    created = await kept(store)
    assert await do(store, update_view(created.id, name="x", expected_version=2)) == VersionConflict(2, 1)
    assert (await gained(store, update_view(created.id, name="x", expected_version=1), ViewSaved)).view.version == 2


async def test_a_key_answers_what_was_done(store: Store) -> None:
    created = await kept(store, "one", idempotency_key="k")
    again = await gained(store, view("one", idempotency_key="k"), ViewSaved)
    assert (again.view, again.replayed) == (created, True)
    assert await do(store, view("another", idempotency_key="k")) == IdempotencyConflict("k")
    await done(store, delete_view(created.id))
    assert await do(store, view("one", idempotency_key="k")) == NotFound("View", created.id)
    assert await all_of(store, View) == []


async def test_the_id_of_a_view_is_no_runs(store: Store) -> None:
    created = await kept(store)
    assert_refused(await do(store, create(created.id)), ConstraintReason.ALREADY_EXISTS)
    await done(store, delete_view(created.id), create(created.id))


async def test_what_is_too_large_is_refused(store: Store) -> None:
    created = await kept(store)
    large = {"nameContains": "x" * MAX_BYTES}
    for command in (view(run_filter=large), view(run_order=large), update_view(created.id, run_filter=large)):
        assert_refused(await do(store, command), ConstraintReason.LIMIT_EXCEEDED)
    assert await all_of(store, View) == [created]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 257}, "name"),
        ({"columns": (ViewColumn("a"), ViewColumn(""))}, "columns.1.name"),
        ({"columns": (ViewColumn("a"), ViewColumn("a"))}, "columns.1.name"),
        ({"columns": (ViewColumn("a", 0),)}, "columns.0.width"),
        ({"columns": (ViewColumn("a", 10_001),)}, "columns.0.width"),
        ({"columns": tuple(ViewColumn(str(number)) for number in range(MAX_COLUMNS + 1))}, "columns"),
        ({"run_filter": {"a": "\0"}}, "filter"),
    ],
    ids=str,
)
async def test_what_a_view_cannot_be_is_refused(fields: dict[str, Field], field: str) -> None:
    for make in (lambda: view(**{"name": "x"} | fields), lambda: update_view(A, **fields)):
        with pytest.raises(ProblemError) as refusal:
            make()
        assert refusal.value.problem.field == field  # type: ignore[union-attr]


async def test_views_outlive_an_export(storage: Storage, open_store: Opener, clock: StandingClock) -> None:
    await kept(storage, "one", run_filter={"status": ["FAILED"]}, columns=COLUMNS)
    default = await kept(storage, "two", run_order={"field": "DURATION"}, is_default=True)
    lines = lines_of(await export(storage))
    async with open_store(clock) as opened:
        await import_lines(opened, lines)  # type: ignore[arg-type]  # each store has its maintenance
        assert await all_of(opened, View) == await all_of(storage, View)
        assert await default_of(opened) == default.id
        assert lines_of(await export(opened)) == lines  # type: ignore[arg-type]
        assert await faults(opened) == []  # type: ignore[arg-type]
        imported = await import_lines(opened, lines)  # type: ignore[arg-type]
        assert imported.records_there == 3


async def test_an_index_keeps_its_default_when_it_imports_another(
    storage: Storage, open_store: Opener, clock: StandingClock
) -> None:
    await kept(storage, "theirs", is_default=True)
    lines = lines_of(await export(storage))
    async with open_store(clock) as opened:
        mine = await kept(opened, "mine", is_default=True)
        await import_lines(opened, lines)  # type: ignore[arg-type]
        assert [each.name for each in await all_of(opened, View)] == ["mine", "theirs"]
        assert await default_of(opened) == mine.id


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        (b'"run_filter":"{}"', b'"run_filter":"[]"'),
        (b'"run_columns":"[]"', b'"run_columns":"{}"'),
        (b'"name":"x"', b'"name":" "'),
        (b'"slot":0', b'"slot":1'),
    ],
    ids=["filter", "columns", "name", "slot"],
)
async def test_what_no_mutation_makes_is_not_imported(
    storage: Storage, open_store: Opener, clock: StandingClock, written: bytes, instead: bytes
) -> None:
    await kept(storage, "x", run_filter={}, is_default=True)
    exported = await export(storage)
    assert written in exported
    async with open_store(clock) as opened:
        with pytest.raises(BadRequestError, match="not as an export has it"):
            await import_lines(opened, lines_of(exported.replace(written, instead)))  # type: ignore[arg-type]

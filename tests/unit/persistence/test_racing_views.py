"""Two processes change the views of one index at once: the default is always one of them."""

import asyncio

import pytest

from runindex.commands.outcomes import ViewDeleted, ViewSaved
from runindex.domain.problems import NotFound, VersionConflict
from runindex.domain.records.views import ONLY, DefaultView, View
from runindex.ports.store import Store
from tests.support.commands import Field
from tests.support.records import all_of, delete_view, find_record, gained, update_view, view
from tests.support.stores import apply

Stores = tuple[Store, Store]
ROUNDS = 12

pytestmark = pytest.mark.asyncio


async def kept(store: Store, **fields: Field) -> View:
    """Create a view and return it."""
    return (await gained(store, view("view", **fields), ViewSaved)).view


async def default_of(store: Store) -> str | None:
    found = await find_record(store, DefaultView, ONLY)
    return None if found is None else found.view_id


async def test_of_many_that_become_the_default_one_is(stores: Stores) -> None:
    outcomes = await asyncio.gather(
        *(apply(stores[number % 2], view(f"{number}", is_default=True)) for number in range(ROUNDS))
    )
    created = {outcome.view.id for (outcome,) in outcomes if isinstance(outcome, ViewSaved)}
    assert len(created) == ROUNDS
    assert {found.id for found in await all_of(stores[0], View)} == created
    assert len(await all_of(stores[0], DefaultView)) == 1
    assert await default_of(stores[1]) in created


async def test_of_two_that_become_the_first_default_one_is(stores: Stores) -> None:
    for _ in range(ROUNDS):
        views = [await kept(store) for store in stores]
        outcomes = await asyncio.gather(
            *(apply(store, update_view(each.id, is_default=True)) for store, each in zip(stores, views, strict=True))
        )
        assert {type(outcome) for (outcome,) in outcomes} == {ViewSaved}
        chosen = await default_of(stores[0])
        assert chosen in {each.id for each in views}
        await gained(stores[1], update_view(chosen, is_default=False), ViewSaved)


async def test_a_view_that_is_deleted_meanwhile_is_no_default(stores: Stores) -> None:
    for _ in range(ROUNDS):
        chosen = await kept(stores[0])
        (named,), (deleted,) = await asyncio.gather(
            apply(stores[0], update_view(chosen.id, is_default=True)), apply(stores[1], delete_view(chosen.id))
        )
        assert isinstance(named, ViewSaved | NotFound)
        assert isinstance(deleted, ViewDeleted)
        assert await default_of(stores[0]) is None


async def test_the_default_that_is_deleted_leaves_its_place_to_another(stores: Stores) -> None:
    for _ in range(ROUNDS):
        former, following = await kept(stores[0], is_default=True), await kept(stores[1])
        await asyncio.gather(
            apply(stores[0], delete_view(former.id)), apply(stores[1], update_view(following.id, is_default=True))
        )
        assert await default_of(stores[0]) == following.id


async def test_of_two_changes_of_one_version_one_is_made(stores: Stores) -> None:
    for _ in range(ROUNDS):
        changed = await kept(stores[0])
        outcomes = await asyncio.gather(
            *(
                apply(store, update_view(changed.id, name=name, expected_version=1))
                for store, name in zip(stores, "ab", strict=True)
            )
        )
        assert {type(outcome) for (outcome,) in outcomes} == {ViewSaved, VersionConflict}

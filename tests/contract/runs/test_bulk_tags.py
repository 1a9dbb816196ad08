"""Tags of many runs at once."""

import pytest

from runindex.commands import MAX_BULK, BulkMode
from runindex.commands.outcomes import RunApplied
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import ConstraintReason, ConstraintViolation, InvalidInput, NotFound
from runindex.domain.runs.changes import RunChangeKind
from runindex.domain.runs.filters import RunFilter, TagFilter
from runindex.domain.runs.tags import MAX_TAGS
from runindex.ports.store import Store
from tests.support.commands import A, B, C, D, create, move, run_id, tag_all, untag_all
from tests.support.stores import apply, bulk, do, get, listed_ids, log_of

pytestmark = pytest.mark.asyncio


async def tags_of(store: Store, *run_ids: str) -> list[tuple[str, ...]]:
    return [(await get(store, each)).tags for each in run_ids]


async def test_each_run_gets_the_tags_it_has_not(store: Store) -> None:
    await apply(store, create(A, tags=("b",)), create(B), move(B, RunStatus.ARCHIVED))
    outcome = await bulk(store, tag_all([A, D, "junk", B, DEFAULT_RUN], "a", "b", reason="r", actor="ann"))
    assert [type(entry) for entry in outcome.outcomes] == [RunApplied, NotFound, InvalidInput, RunApplied, RunApplied]
    assert await tags_of(store, A, B, DEFAULT_RUN) == [("b", "a"), ("a", "b"), ("a", "b")]
    assert [(entry.kind, entry.reason, entry.actor) for entry in await log_of(store, after=4)] == [
        (RunChangeKind.TAGS, "r", "ann")
    ] * 3
    assert await store.list_tags("", 9) == [("a", 2), ("b", 2)]


async def test_each_run_loses_the_tags_it_has(store: Store) -> None:
    await apply(store, create(A, tags=("a", "b", "c")), create(B, tags=("c",)), create(C))
    assert (await bulk(store, untag_all([A, B, C], "a", "c"))).succeeded == 3
    assert await tags_of(store, A, B, C) == [("b",), (), ()]
    assert await store.list_tags("", 9) == [("b", 1)]


async def test_runs_are_chosen_by_filter(store: Store) -> None:
    await apply(store, create(A, tags=("t",)), create(B), create(C, tags=("t",)))
    tagged = RunFilter(tags=TagFilter(all=("t",)))
    assert (await bulk(store, tag_all(tagged, "new"))).succeeded == 2
    assert await listed_ids(store, RunFilter(tags=TagFilter(all=("new",)))) == [C, A]
    # The tag that chooses them may be the one that goes.
    assert (await bulk(store, untag_all(tagged, "t"))).succeeded == 2
    assert await listed_ids(store, tagged) == []


@pytest.mark.parametrize("spoiler", [D, "junk", C], ids=["unknown", "malformed", "full"])
async def test_in_atomic_mode_all_or_none_get_them(store: Store, spoiler: str) -> None:
    full = tuple(f"t{number}" for number in range(MAX_TAGS))
    await apply(store, create(A), create(B), create(C, tags=full))
    before = await store.log_state()
    outcome = await bulk(store, tag_all([A, spoiler, B], "x", mode=BulkMode.ATOMIC))
    assert (outcome.succeeded, len(set(outcome.outcomes))) == (0, 1)
    assert await store.log_state() == before
    assert await tags_of(store, A, B) == [(), ()]
    assert (await bulk(store, tag_all([A, spoiler, B], "x"))).succeeded == 2


async def test_a_key_answers_them_again(store: Store) -> None:
    await apply(store, create(A))
    first = await bulk(store, tag_all([A], "x", idempotency_key="k"))
    again = await bulk(store, tag_all([A], "x", idempotency_key="k"))
    assert (first.replayed, again.replayed, again.outcomes[0].version) == (False, True, 2)  # type: ignore[union-attr]
    assert (await get(store, A)).version == 2


async def test_a_thousand_runs_are_tagged_and_no_more(store: Store) -> None:
    ids = [run_id(number) for number in range(1, MAX_BULK + 2)]
    await apply(store, *(create(new_id, tags=("t",)) for new_id in ids))
    for command in (tag_all(ids, "x"), untag_all(RunFilter(tags=TagFilter(all=("t",))), "t")):
        outcome = await do(store, command)
        assert isinstance(outcome, ConstraintViolation)
        assert outcome.reason is ConstraintReason.LIMIT_EXCEEDED
    assert (await bulk(store, tag_all(ids[1:], "x"))).succeeded == MAX_BULK

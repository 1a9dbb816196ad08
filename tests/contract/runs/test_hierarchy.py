import pytest

from runindex.commands.outcomes import RunApplied
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import ConstraintViolation, InvalidInput, NotFound
from runindex.domain.runs.filters import EVERYTHING, UNARCHIVED, RunFilter
from runindex.domain.runs.retention import KEEP_ALL, keep_latest
from runindex.ports.queries import ALL_COLUMNS, OrderDirection, RunOrder, RunQuery, Window
from runindex.ports.store import DescendantQuery, Store
from tests.support.clock import StandingClock
from tests.support.commands import A, B, C, D, E, F, create, delete, move, run_id
from tests.support.stores import PLENTY, apply, do, find, get, listed_ids, made

pytestmark = pytest.mark.asyncio

ARCHIVED = RunStatus.ARCHIVED
OLDEST_FIRST = RunOrder(direction=OrderDirection.ASC)


async def children_of(store: Store, *parents: str, **options: Window | RunFilter | RunOrder) -> dict[str, list[str]]:
    query = RunQuery(**{"filter": EVERYTHING, "window": Window(PLENTY), "columns": ALL_COLUMNS} | options)  # type: ignore[arg-type]
    found = await store.list_children(parents, query)
    return {parent: [row["id"] for row in found.get(parent, ())] for parent in parents}


async def ancestors_of(store: Store, *run_ids: str) -> dict[str, list[str]]:
    found = await store.list_ancestors(run_ids, ALL_COLUMNS)
    return {text: [row["id"] for row in found.get(text, ())] for text in run_ids}


async def roots_of(store: Store, *run_ids: str) -> dict[str, str]:
    return {text: row["id"] for text, row in (await store.find_roots(run_ids, ALL_COLUMNS)).items()}


async def below(
    store: Store, top: str, run_filter: RunFilter = EVERYTHING, window: Window | None = None, depth: int | None = None
) -> list[tuple[int, str]]:
    query = DescendantQuery(run_filter, window or Window(PLENTY), ALL_COLUMNS, depth)
    return [(row["depth"], row["id"]) for row in (await store.list_descendants([top], query)).get(top, ())]


async def grow(store: Store, clock: StandingClock, **parents: str | None) -> None:
    """Make the runs named by a letter in turn, a second apart, each below its parent."""
    letters = {"a": A, "b": B, "c": C, "d": D, "e": E, "f": F}
    for letter, parent in parents.items():
        clock.advance()
        await made(store, create(letters[letter], parent_id=parent))


@pytest.mark.parametrize("status", list(RunStatus))
async def test_a_parent_may_be_in_any_status(store: Store, status: RunStatus) -> None:
    await made(store, create(A), *([] if status is RunStatus.ACTIVE else [move(A, status)]))
    before = await get(store, A)
    child = await made(store, create(B, parent_id=A))
    assert (child.parent_id, child.status) == (A, RunStatus.ACTIVE)
    assert await get(store, A) == before


async def test_a_parent_must_exist(store: Store) -> None:
    for parent in (A, B):
        assert await do(store, create(A, parent_id=parent)) == NotFound("Run", parent)
    assert await find(store, A) is None
    await made(store, create(B))
    await do(store, delete(B))
    assert await do(store, create(A, parent_id=B)) == NotFound("Run", B)


async def test_a_parent_may_be_made_and_deleted_in_the_same_batch(store: Store) -> None:
    outcomes = await apply(
        store, create(B, parent_id=A), create(A), create(B, parent_id=A), delete(A), create(C, parent_id=A)
    )
    assert outcomes[0] == outcomes[4] == NotFound("Run", A)
    assert (await get(store, B)).parent_id == A


async def test_nothing_is_inherited_and_no_state_flows(store: Store) -> None:
    await made(store, create(A, name="n", tags=("t",), metadata={"a": 1}, retention=keep_latest(1)))
    child = await made(store, create(B, parent_id=A))
    assert (child.name, child.tags, child.metadata, child.retention) == (None, (), None, KEEP_ALL)
    await made(store, move(A, RunStatus.COMPLETED), move(A, ARCHIVED))
    assert await get(store, B) == child
    parent = await get(store, A)
    await made(store, move(B, RunStatus.FAILED))
    assert await get(store, A) == parent


async def test_deleting_a_parent_leaves_its_children(store: Store, clock: StandingClock) -> None:
    await grow(store, clock, a=None, b=A, c=B)
    child = await get(store, B)
    await do(store, delete(A))
    assert await get(store, B) == child
    assert await listed_ids(store, RunFilter(parent_id=A)) == [B]
    assert await ancestors_of(store, B, C) == {B: [], C: [B]}
    assert await roots_of(store, B, C) == {B: B, C: B}
    await do(store, delete(C))
    assert await children_of(store, B) == {B: []}


async def test_a_parent_made_again_has_its_children_back(store: Store, clock: StandingClock) -> None:
    await grow(store, clock, a=None, b=A, c=B)
    await do(store, delete(A))
    await made(store, create(A))
    assert await ancestors_of(store, C) == {C: [B, A]}
    assert await below(store, A) == [(1, B), (2, C)]


@pytest.mark.parametrize(("gone", "parent"), [(A, B), (A, C), (A, D), (B, C), (B, D), (C, D)])
async def test_no_run_is_made_again_below_its_own_descendants(
    store: Store, clock: StandingClock, gone: str, parent: str
) -> None:
    await grow(store, clock, a=None, b=A, c=B, d=C, e=None)
    await do(store, delete(gone))
    outcome = await do(store, create(gone, parent_id=parent))
    assert isinstance(outcome, InvalidInput)
    assert outcome.field == "parent_id"
    assert await find(store, gone) is None
    assert isinstance(await do(store, create(gone, parent_id=E)), RunApplied)


async def test_no_circle_is_closed_within_a_batch(store: Store, clock: StandingClock) -> None:
    await grow(store, clock, a=None, b=A)
    outcomes = await apply(store, delete(A), create(C, parent_id=B), create(A, parent_id=C), create(A, parent_id=B))
    assert [type(outcome) for outcome in outcomes[2:]] == [InvalidInput, InvalidInput]
    # Once B is gone too, nothing leads back to A.
    outcomes = await apply(store, delete(B), create(A, parent_id=C))
    assert isinstance(outcomes[1], RunApplied)
    assert await ancestors_of(store, A) == {A: [C]}


async def test_a_circle_of_runs_all_made_in_one_batch_is_refused(store: Store) -> None:
    outcomes = await apply(
        store, create(A), create(B, parent_id=A), create(C, parent_id=B), delete(A), create(A, parent_id=C)
    )
    assert isinstance(outcomes[-1], InvalidInput)
    assert await roots_of(store, C) == {C: B}


async def test_a_refused_run_closes_no_circle(store: Store, clock: StandingClock) -> None:
    await grow(store, clock, a=None, b=A, d=None)
    refused, _, again, made_again = await apply(
        store, create(D, parent_id=B), delete(A), create(A, parent_id=B), create(A, parent_id=D)
    )
    assert isinstance(refused, ConstraintViolation)
    assert isinstance(again, InvalidInput)
    assert isinstance(made_again, RunApplied)


async def test_children_come_newest_first_for_each_parent(store: Store, clock: StandingClock) -> None:
    await grow(store, clock, a=None, b=A, c=A, d=B, e=A, f=DEFAULT_RUN)
    assert await children_of(store, A, B, C, DEFAULT_RUN) == {A: [E, C, B], B: [D], C: [], DEFAULT_RUN: [F]}
    assert await children_of(store, A, B, order=OLDEST_FIRST) == {A: [B, C, E], B: [D]}
    assert await children_of(store) == {}
    assert await store.count_children([A, B], EVERYTHING) == {A: 3, B: 1}
    assert (await store.count_children([C], EVERYTHING)).get(C, 0) == 0


async def test_children_are_filtered_and_paged_for_each_parent(store: Store, clock: StandingClock) -> None:
    await grow(store, clock, a=None, b=A, c=A, d=B, e=A, f=B)
    await made(store, move(C, ARCHIVED))
    assert await children_of(store, A, B, filter=UNARCHIVED) == {A: [E, B], B: [F, D]}
    assert await store.count_children([A, B], UNARCHIVED) == {A: 2, B: 2}
    assert await children_of(store, A, B, window=Window(1)) == {A: [E], B: [F]}
    assert await children_of(store, A, B, window=Window(1, backward=True)) == {A: [B], B: [D]}
    position = ((await get(store, C)).created_at, C)
    assert await children_of(store, A, window=Window(9, after=position)) == {A: [B]}
    assert await children_of(store, A, window=Window(9, before=position)) == {A: [E]}


@pytest.mark.parametrize("direction", OrderDirection)
@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
async def test_children_are_walked_page_by_page(
    store: Store, clock: StandingClock, direction: OrderDirection, size: int, *, backward: bool
) -> None:
    await made(store, create(A))
    children = [run_id(number) for number in (5, 3, 1, 4, 2, 6)]
    for place, child in enumerate(children):
        clock.advance(place % 2)
        await made(store, create(child, parent_id=A))
    key = {text: ((await get(store, text)).created_at, text) for text in children}
    expected = sorted(children, key=key.__getitem__, reverse=direction is OrderDirection.DESC)
    walked: list[str] = []
    order = RunOrder(direction=direction)
    while True:
        edge = key[walked[0 if backward else -1]] if walked else None
        window = Window(size, before=edge, backward=True) if backward else Window(size, after=edge)
        page = (await children_of(store, A, window=window, order=order))[A]
        if not page:
            break
        walked = page + walked if backward else walked + page
    assert walked == expected


async def test_ancestors_come_nearest_first(store: Store, clock: StandingClock) -> None:
    await grow(store, clock, a=None, b=A, c=B, d=C, e=B, f=DEFAULT_RUN)
    assert await ancestors_of(store, A, D, E, F) == {A: [], D: [C, B, A], E: [B, A], F: [DEFAULT_RUN]}
    assert await roots_of(store, A, D, E, F, run_id(99)) == {A: A, D: A, E: A, F: DEFAULT_RUN}
    assert await ancestors_of(store, run_id(99)) == {run_id(99): []}


async def test_descendants_come_by_depth_then_newest_first(store: Store, clock: StandingClock) -> None:
    await grow(store, clock, a=None, b=A, c=A, d=B, e=C, f=D)
    await made(store, move(B, ARCHIVED), move(D, RunStatus.COMPLETED), move(F, ARCHIVED))
    every = [(1, C), (1, B), (2, E), (2, D), (3, F)]
    assert await below(store, A) == every
    # A filter hides runs, not what is below them.
    assert await below(store, A, UNARCHIVED) == [(1, C), (2, E), (2, D)]
    assert await below(store, A, RunFilter(ids=(F,))) == [(3, F)]
    assert [await below(store, A, depth=depth) for depth in (0, 1, 2, 9)] == [[], every[:2], every[:4], every]
    assert await below(store, F) == await below(store, run_id(99)) == []
    assert await store.count_descendants([A, B]) == {
        A: [("ACTIVE", 2), ("COMPLETED", 1), ("ARCHIVED", 2)],
        B: [("COMPLETED", 1), ("ARCHIVED", 1)],
    }
    assert list((await store.count_descendants([F])).get(F, ())) == []


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6])
async def test_descendants_are_walked_page_by_page(store: Store, clock: StandingClock, size: int) -> None:
    await grow(store, clock, a=None, b=A, c=A, d=B, e=C, f=D)
    walked: list[tuple[int, str]] = []
    window = Window(size)
    while page := await below(store, A, window=window):
        assert len(page) <= size
        walked += page
        depth, last = page[-1]
        window = Window(size, after=(depth, (await get(store, last)).created_at, last))
    assert walked == await below(store, A) == [(1, C), (1, B), (2, E), (2, D), (3, F)]


async def test_descendants_of_several_runs_at_once(store: Store, clock: StandingClock) -> None:
    await grow(store, clock, a=None, b=A, c=B, d=None, e=D)
    found = await store.list_descendants([A, B, D], DescendantQuery(EVERYTHING, Window(1), ALL_COLUMNS))
    assert {top: [(row["depth"], row["id"]) for row in rows] for top, rows in found.items()} == {
        A: [(1, B)],
        B: [(1, C)],
        D: [(1, E)],
    }


async def test_runs_below_another_can_be_listed_and_counted(store: Store, clock: StandingClock) -> None:
    await grow(store, clock, a=None, b=A, c=B, d=C, e=None)
    assert await listed_ids(store, RunFilter(ancestor_id=A)) == [D, C, B]
    assert await store.count_runs(RunFilter(ancestor_id=A, not_=RunFilter(ancestor_id=B))) == 1
    assert await listed_ids(store, RunFilter(or_=(RunFilter(ancestor_id=C), RunFilter(ids=(E,))))) == [E, D]
    await do(store, delete(B))
    assert await listed_ids(store, RunFilter(ancestor_id=A)) == []
    assert await listed_ids(store, RunFilter(ancestor_id=B)) == [D, C]


async def test_ten_thousand_levels_are_one_question(store: Store) -> None:
    chain = [run_id(number) for number in range(1, 10_001)]
    for begin in range(0, len(chain), 500):
        batch = [
            create(new_id, parent_id=chain[begin + place - 1] if begin + place else None)
            for place, new_id in enumerate(chain[begin : begin + 500])
        ]
        await apply(store, *batch)
    top, bottom = chain[0], chain[-1]
    assert await ancestors_of(store, bottom) == {bottom: chain[-2::-1]}
    assert await roots_of(store, bottom) == {bottom: top}
    assert await store.count_descendants([top]) == {top: [("ACTIVE", 9_999)]}
    assert await below(store, top, window=Window(2)) == [(1, chain[1]), (2, chain[2])]
    assert (await below(store, top, RunFilter(ids=(bottom,))))[0] == (9_999, bottom)
    assert await store.count_runs(RunFilter(ancestor_id=top)) == 9_999
    await do(store, delete(top))
    assert isinstance(await do(store, create(top, parent_id=bottom)), InvalidInput)


@pytest.mark.parametrize(
    "nothing", [RunFilter(status=()), RunFilter(ids=()), RunFilter(or_=())], ids=["status", "ids", "or"]
)
async def test_a_filter_that_holds_for_no_run_shows_nothing_below(store: Store, nothing: RunFilter) -> None:
    await made(store, create(A), create(B, parent_id=A))
    assert await below(store, A, nothing) == []
    assert await children_of(store, A, filter=nothing) == {A: []}

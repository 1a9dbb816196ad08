import pytest

from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import ConstraintReason, ConstraintViolation, NotFound, VersionConflict
from runindex.ports.store import Store
from tests.support.commands import A, B, C, add_tags, create, delete, move, remove_tags
from tests.support.stores import apply, do, get, history_of, made

pytestmark = pytest.mark.asyncio

MANY = tuple(f"tag {number:04}" for number in range(1000))


@pytest.mark.parametrize(
    ("present", "added", "expected"),
    [
        ("", "a b c", "a b c"),
        ("c a", "b a c d", "c a b d"),
        ("a", "a a", "a"),
        ("a", "", "a"),
        ("", "", ""),
        ("a", "A ä Ä", "a A ä Ä"),
    ],
    ids=["first", "some-there", "all-there", "none-to-a", "none-to-none", "cases"],
)
async def test_adding_keeps_first_seen_order(store: Store, present: str, added: str, expected: str) -> None:
    await made(store, create(A, tags=tuple(present.split())))
    run = await made(store, add_tags(A, *added.split()))
    assert run == await get(store, A)
    assert (run.tags, run.version) == (tuple(expected.split()), 2)


@pytest.mark.parametrize(
    ("removed", "expected"),
    [("b", "a c"), ("c a", "b"), ("x", "a b c"), ("", "a b c"), ("a b c", ""), ("A", "a b c")],
    ids=["one", "some", "absent", "none", "all", "case"],
)
async def test_removing_ignores_what_is_absent(store: Store, removed: str, expected: str) -> None:
    await made(store, create(A, tags=("a", "b", "c")))
    run = await made(store, remove_tags(A, *removed.split()))
    assert run == await get(store, A)
    assert (run.tags, run.version) == (tuple(expected.split()), 2)


@pytest.mark.parametrize("tag", [" ", " a ", "\t", "x" * 256, "☃" * 256, '"', "\\", "[]", "a,b", "%", "_", "'", "🛷"])
async def test_a_tag_is_kept_as_it_is(store: Store, tag: str) -> None:
    await made(store, create(A, tags=(tag,)))
    assert (await get(store, A)).tags == (tag,)
    assert await store.list_tags(tag, 10) == [(tag, 1)]
    assert (await made(store, remove_tags(A, tag))).tags == ()
    assert await store.list_tags("", 10) == []


async def test_a_run_has_at_most_a_thousand_tags(store: Store) -> None:
    run = await made(store, create(A, tags=MANY))
    assert run.tags == (await get(store, A)).tags == MANY
    assert (await made(store, add_tags(A, *MANY[:10]))).tags == MANY
    for command in (add_tags(A, "one more"), create(B, tags=(*MANY, "one more"))):
        outcome = await do(store, command)
        assert isinstance(outcome, ConstraintViolation)
        assert outcome.reason is ConstraintReason.LIMIT_EXCEEDED
    assert len((await made(store, remove_tags(A, MANY[0]), add_tags(A, "one more"))).tags) == 1000


@pytest.mark.parametrize("status", list(RunStatus))
async def test_tags_change_in_every_status(store: Store, status: RunStatus) -> None:
    await made(store, create(A, tags=("a",)), *([] if status is RunStatus.ACTIVE else [move(A, status)]))
    run = await made(store, add_tags(A, "b"), remove_tags(A, "a"))
    assert (run.tags, run.status) == (("b",), status)


async def test_tags_obey_existence_and_version(store: Store) -> None:
    assert await do(store, add_tags(A, "a")) == NotFound("Run", A)
    assert await do(store, remove_tags(A, "a")) == NotFound("Run", A)
    await made(store, create(A))
    assert await do(store, add_tags(A, "a", expected_version=2)) == VersionConflict(2, 1)
    assert await do(store, remove_tags(A, "a", expected_version=2)) == VersionConflict(2, 1)
    assert (await made(store, add_tags(A, "a", expected_version=1))).version == 2


async def test_each_of_many_changes_in_a_batch_is_logged(store: Store) -> None:
    await apply(store, create(A), add_tags(A, "a"), add_tags(A, "b"), remove_tags(A, "a"), add_tags(A, "a"))
    history = await history_of(store, A)
    assert [change.run.tags for change in history] == [(), ("a",), ("a", "b"), ("b",), ("b", "a")]
    assert [change.former and change.former.tags for change in history] == [None, (), ("a",), ("a", "b"), ("b",)]


async def test_tag_counts_leave_archived_runs_out(store: Store) -> None:
    await apply(store, create(A, tags=("x", "y")), create(B, tags=("y", "z")), create(C, tags=("z",)))
    assert await store.list_tags("", 10) == [("x", 1), ("y", 2), ("z", 2)]
    await apply(store, move(A, RunStatus.ARCHIVED), move(C, RunStatus.COMPLETED))
    assert await store.list_tags("", 10) == [("y", 1), ("z", 2)]
    # An archived run's tags may change and still do not count.
    await apply(store, add_tags(A, "w"), remove_tags(A, "y"), delete(B))
    assert await store.list_tags("", 10) == [("z", 1)]


async def test_tags_are_listed_in_code_point_order_by_prefix(store: Store) -> None:
    tags = ("b", "B", "a", "ab", "a_c", "aXc", "a%", "ä", "z", "🛷", "\uffff", "é", "e\u0301", "")
    await made(store, create(A, tags=tuple(filter(None, tags))))
    every = sorted(filter(None, tags))
    for prefix in ("", "a", "a_", "a%", "A", "ab", "abc", "ä", "🛷", "\uffff", "e"):
        expected = [(tag, 1) for tag in every if tag.startswith(prefix)]
        assert await store.list_tags(prefix, 100) == expected
        assert await store.list_tags(prefix, 1) == expected[:1]

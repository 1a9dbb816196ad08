"""Any key of metadata can be asked for, whatever it is made of, as a parent and as a leaf."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runindex.domain.json_text import JsonValue
from runindex.domain.runs.filters import MetadataFilter, MetadataOperator, RunFilter, parse_path
from runindex.ports.store import Store
from tests.support.commands import create, delete
from tests.support.drawn.effort import tries
from tests.support.drawn.filters import path_text
from tests.support.stores import apply, listed_ids, made

pytestmark = pytest.mark.asyncio

EQ, NE, *_, EXISTS, MISSING = MetadataOperator

# Keys that a path must not take apart, that differ in case alone, that look like numbers, and none at all.
KEYS = (
    "",
    "a",
    "A",
    "a.b",
    ".",
    "..",
    "\\",
    "\\.",
    "\\\\",
    'a"b',
    '"',
    "'",
    "0",
    "-1",
    "1.0",
    "$",
    "$.a",
    "[0]",
    "*",
    "\n",
    "ключ",
    "🛷",
)
keys = st.sampled_from(KEYS) | st.text(st.sampled_from('aA.\\"0$'), max_size=4)
trees = st.recursive(
    st.integers(0, 2),
    lambda inner: st.dictionaries(keys, inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=8,
)


def value_at(tree: JsonValue, path: tuple[str, ...]) -> tuple[JsonValue, ...]:
    """Return the value below these keys, alone, or nothing: the plain way to look one up."""
    for key in path:
        if not isinstance(tree, dict) or key not in tree:
            return ()
        tree = tree[key]
    return (tree,)


def paths_in(tree: JsonValue) -> Iterator[tuple[str, ...]]:
    """Yield the path to each value within objects."""
    for key, value in tree.items() if isinstance(tree, dict) else ():
        yield from ((key, *path) for path in ((), *paths_in(value)))


@tries(60)
@given(st.lists(st.dictionaries(keys, trees, min_size=1, max_size=3), min_size=2, max_size=4), st.data())
async def test_any_key_can_be_asked_for(store: Store, held: list[dict[str, JsonValue]], data: st.DataObject) -> None:
    ids = [(await made(store, create(metadata=tree))).id for tree in held]
    try:
        for _ in range(4):
            asked = data.draw(st.sampled_from([path for tree in held for path in paths_in(tree)]))
            (wanted,) = next(found for tree in held if (found := value_at(tree, asked)))
            for op, value in ((EXISTS, None), (EQ, wanted), (NE, wanted), (MISSING, None)):
                matching = [
                    run_id
                    for run_id, tree in zip(ids, held, strict=True)
                    if (op is MISSING) is not bool(found := value_at(tree, asked))
                    and (op not in {EQ, NE} or (found == (wanted,)) is (op is EQ))
                ]
                condition = MetadataFilter(parse_path(path_text(asked)), op, value)
                assert sorted(await listed_ids(store, RunFilter(ids=tuple(ids), metadata=(condition,)))) == sorted(
                    matching
                )
    finally:
        await apply(store, *map(delete, ids))

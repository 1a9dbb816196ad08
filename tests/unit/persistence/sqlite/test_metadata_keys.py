"""SQLite's own way through metadata leads where the domain's does, whatever the keys and the values."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import bindparam, select

from persistence.sql.queries.keyset import path_key, path_values
from persistence.sqlite import connection as sqlite_connection
from persistence.sqlite.statements import SqliteDialect
from runindex.domain.json_text import JsonValue, dumps
from runindex.domain.runs.sort_keys import metadata_key
from tests.support.drawn.effort import tries

KEYS = st.text(st.sampled_from("ab.\"'\\[]#$ é🛷\x01\x7f\u2028/0"), max_size=3)
SCALARS: st.SearchStrategy[JsonValue] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e100, max_value=1e100),
    st.text(st.sampled_from('ab"\\\n🛷é\x01'), max_size=4),
    st.just("x" * 300),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6
)
STATEMENT = select(path_key(bindparam("metadata")).label("key"))


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    path: Path = tmp_path_factory.mktemp("keys") / "empty.db"
    path.touch()
    with closing(sqlite_connection.connect(path, seconds=5)) as opened:
        yield opened


@tries(1000)
@given(metadata=st.dictionaries(KEYS, VALUES, min_size=1, max_size=3), data=st.data())
def test_a_key_is_what_the_domain_says(connection: Connection, metadata: dict[str, Any], data: st.DataObject) -> None:
    path: list[str] = []
    found: JsonValue = metadata
    while isinstance(found, dict) and found and (not path or data.draw(st.booleans())):
        path.append(data.draw(st.sampled_from(sorted(found)) | KEYS))
        found = found.get(path[-1])
    text = dumps(metadata)
    statement = SqliteDialect().query(STATEMENT, {"metadata": text} | path_values(tuple(path)))
    ((key,),) = connection.execute(statement.text, statement.arguments)
    assert key == metadata_key(text, tuple(path))

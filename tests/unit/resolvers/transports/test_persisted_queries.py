"""Queries by their hashes: only so many are kept, and what was forgotten can be sent again."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.transports.requests.persisted_queries import PersistedQueries
from resolvers.transports.requests.refusals import RefusedRequestError

MOST, MOST_BYTES, LONGEST = 4, 40, 16


def hashed(query: str) -> str:
    return sha256(query.encode()).hexdigest()


def named(query: str, version: object = 1) -> dict[str, object]:
    return {"persistedQuery": {"version": version, "sha256Hash": hashed(query)}}


def refusal(queries: PersistedQueries, query: str | None, extensions: dict[str, object] | None) -> tuple[int, str, str]:
    with pytest.raises(RefusedRequestError) as refused:
        queries.query_of(query, extensions)
    return refused.value.status_code, refused.value.code, refused.value.reason


def test_a_query_is_known_once_it_was_sent_with_its_hash() -> None:
    queries = PersistedQueries()
    not_found = (200, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
    assert refusal(queries, None, named("{ a }")) == not_found
    assert queries.query_of("{ a }", None) == "{ a }"
    assert refusal(queries, "", named("{ a }")) == not_found
    assert queries.query_of("{ a }", named("{ a }")) == "{ a }"
    assert queries.query_of(None, named("{ a }")) == "{ a }"
    assert queries.query_of("", named("{ a }")) == "{ a }"


def test_a_hash_of_something_else_keeps_nothing() -> None:
    queries = PersistedQueries()
    mismatch = (400, "BAD_USER_INPUT", "provided sha does not match query")
    for query in ("{ b }", "{ a } ", "\ud800"):
        assert refusal(queries, query, named("{ a }")) == mismatch
    assert len(queries) == 0


@pytest.mark.parametrize(
    "persisted",
    [
        5,
        [],
        "x",
        {},
        {"version": 1},
        {"version": 2, "sha256Hash": hashed("{ a }")},
        {"version": "1", "sha256Hash": hashed("{ a }")},
        {"version": 1, "sha256Hash": 5},
        {"version": 1, "sha256Hash": ""},
    ],
)
@pytest.mark.parametrize("query", [None, "{ a }"])
def test_an_extension_that_cannot_be_read_is_refused(persisted: object, query: str | None) -> None:
    status, code, _ = refusal(PersistedQueries(), query, {"persistedQuery": persisted})
    assert (status, code) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize("extensions", [None, {}, {"persistedQuery": None}, {"tracing": True}])
def test_a_request_without_a_hash_is_what_it_was(extensions: dict[str, object] | None) -> None:
    queries = PersistedQueries()
    assert queries.query_of("{ a }", extensions) == "{ a }"
    assert queries.query_of("", extensions) is queries.query_of(None, extensions) is None
    assert len(queries) == 0


@given(st.lists(st.tuples(st.text("aé漢", min_size=1, max_size=8), st.booleans()), max_size=40))
def test_the_queries_used_last_are_kept_within_bounds(requests: list[tuple[str, bool]]) -> None:
    """The cache is a list of texts, newest last, that never has too many of them, or of their bytes."""
    queries, known = PersistedQueries(MOST, MOST_BYTES, LONGEST), list[str]()
    for query, is_sent in requests:
        size = len(query.encode())
        if is_sent:
            assert queries.query_of(query, named(query)) == query
        elif query in known:
            assert queries.query_of(None, named(query)) == query
        else:
            assert refusal(queries, None, named(query))[1] == "PERSISTED_QUERY_NOT_FOUND"
            continue
        if size <= LONGEST:
            known = [*(other for other in known if other != query), query]
        while len(known) > MOST or sum(len(text.encode()) for text in known) > MOST_BYTES:
            known.pop(0)
        assert len(queries) == len(known)

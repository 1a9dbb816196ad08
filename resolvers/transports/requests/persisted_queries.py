"""Automatic persisted queries, as Apollo's protocol has them: a request names its query by a hash.

A request with the hash alone is executed if the server knows the query, and else told to send both. Whatever was
forgotten, or is known to another server only, costs one request more.
"""

from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from resolvers.execution.errors import ErrorCode
from resolvers.transports.requests.refusals import RefusedRequestError

EXTENSION: Final = "persistedQuery"
MOST_QUERIES: Final = 1000
MOST_BYTES: Final = 8 * 1024 * 1024
LONGEST_QUERY: Final = 128 * 1024  # bytes
VERSION: Final = 1
# Otherwise a cache would go on telling a client that a query which was sent meanwhile is not known.
NOT_CACHED: Final = {"Cache-Control": "private, no-cache, must-revalidate"}


class PersistedQueries:
    """The queries that were used last, by the SHA-256 of their texts; bounded in number and in bytes."""

    def __init__(self, most: int = MOST_QUERIES, most_bytes: int = MOST_BYTES, longest: int = LONGEST_QUERY) -> None:
        """Keep at most `most` queries of at most `longest` bytes, and of `most_bytes` together."""
        self._most = most
        self._most_bytes = most_bytes
        self._longest = longest
        self._bytes = 0
        self._queries: OrderedDict[str, bytes] = OrderedDict()

    def __len__(self) -> int:
        """Return the number of queries."""
        return len(self._queries)

    def query_of(self, query: str | None, extensions: Mapping[str, object] | None) -> str | None:
        """Return the query of a request, by its hash if it is not sent; None for a request with neither.

        A query that is sent with its hash is kept. Raise RefusedRequestError for a hash that is malformed, not that of
        the query, or not known.
        """
        persisted = (extensions or {}).get(EXTENSION)
        if persisted is None:
            return query or None
        expected = _hash_in(persisted)
        if not query:
            return self._find(expected)
        text = query.encode("utf-8", "surrogatepass")
        if sha256(text).hexdigest() != expected:
            raise RefusedRequestError("provided sha does not match query")
        self._keep(expected, text)
        return query

    def _find(self, key: str) -> str:
        text = self._queries.get(key)
        if text is None:
            raise RefusedRequestError(
                "PersistedQueryNotFound", HTTPStatus.OK, ErrorCode.PERSISTED_QUERY_NOT_FOUND, NOT_CACHED
            )
        self._queries.move_to_end(key)
        return text.decode("utf-8", "surrogatepass")

    def _keep(self, key: str, text: bytes) -> None:
        if len(text) > self._longest:
            return
        if key not in self._queries:
            self._queries[key] = text
            self._bytes += len(text)
        self._queries.move_to_end(key)
        while len(self._queries) > self._most or self._bytes > self._most_bytes:
            _, oldest = self._queries.popitem(last=False)
            self._bytes -= len(oldest)


def _hash_in(persisted: object) -> str:
    """Return the hash that the extension names, in lower case."""
    if not isinstance(persisted, dict):
        raise RefusedRequestError(f"`extensions.{EXTENSION}` must be an object")
    if persisted.get("version") != VERSION:
        raise RefusedRequestError("Unsupported persisted query version")
    found = persisted.get("sha256Hash")
    if not isinstance(found, str) or not found:
        raise RefusedRequestError(f"`extensions.{EXTENSION}.sha256Hash` must be a string")
    return found.lower()

"""What any answer must be, whatever was asked."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

Value: TypeAlias = Any
# 501 and 505 are of HTTP itself: a transfer coding and a version that the server does not know.
STATUSES: Final = frozenset(
    {100, 200, 204, 307, 400, 401, 403, 404, 405, 408, 413, 414, 415, 417, 421, 426, 429, 431, 501, 503, 505}
)
CODES: Final = frozenset(
    {
        "BAD_USER_INPUT",
        "LIMIT_EXCEEDED",
        "NOT_FOUND",
        "CURSOR_EXPIRED",
        "TIMEOUT",
        "UNAVAILABLE",
        "OUTCOME_UNKNOWN",
        "PERSISTED_QUERY_NOT_FOUND",
        "UNAUTHENTICATED",
        "FORBIDDEN",
    }
)
# What a busy machine may answer: no difference between storages.
FLEETING: Final = frozenset({"TIMEOUT", "UNAVAILABLE"})
INNER: Final = re.compile(
    r"traceback|sqlalchemy|sqlite|postgres|asyncpg|alembic|strawberry|starlette|uvicorn|httptools|orjson|uvloop|"
    r"site-packages|\.py\b|/tmp|/usr|/home|/dev/|object at 0x|<class|NoneType|Exception|SELECT |INSERT |UPDATE |"
    r"internal error|KeyError|TypeError|ValueError|codec can't|Errno|localhost:5432"
)


class FoundError(AssertionError):
    """An answer, or a state of the server, that must not be."""


def judge(status: int, body: bytes) -> Value:
    """Return an answer's JSON, None if it has none; raise FoundError unless it is one that may be."""
    if status not in STATUSES:
        raise FoundError(f"status {status}: {body[:500]!r}")
    text = body.decode()
    if found := INNER.search(text):
        raise FoundError(f"{found.group()!r} is told: {text[max(0, found.start() - 200) : found.end() + 200]}")
    if not text.startswith("{"):
        return None
    answer = json.loads(text)
    for code in codes(answer):
        if code not in CODES:
            raise FoundError(f"the code {code}: {text[:500]}")
    return answer


def codes(answer: Value) -> Iterator[Value]:
    """Yield the code of each error of an answer."""
    for error in answer.get("errors") or ():
        yield (error.get("extensions") or {}).get("code")

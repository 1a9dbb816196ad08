"""An operation answered both ways: by its plan, and by graphql-core."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from starlette.types import ASGIApp

from resolvers.roots.schema import schema
from runindex.domain.errors import UnavailableError
from runindex.index import RunIndex
from runindex.ports.store import Store
from runindex.settings.settings import Compilation
from tests.equality.documents import furnished
from tests.fuzz.callers import post
from tests.fuzz.documents import CURSOR, Request
from tests.fuzz.sessions import are_equal, difference
from tests.fuzz.verdicts import FLEETING, FoundError, codes

KEPT: Final = 8  # cursors
# Where one field has failed, graphql-core drops what it has prepared of the others, as it does in a server.
DROPPED: Final = pytest.mark.filterwarnings(
    "ignore:coroutine '.*' was never awaited:RuntimeWarning",
    "ignore:Exception ignored in. <coroutine object:pytest.PytestUnraisableExceptionWarning",
)
_PLACEHOLDER: Final = re.compile(CURSOR + r"(\d)")
_CURSOR: Final = re.compile('"(A[Q-Za-f][A-Za-z0-9_-]{12,})"')


@contextmanager
def compiling(mode: Compilation) -> Iterator[None]:
    """Compile operations so for a while."""
    former, schema.compiled.mode = schema.compiled.mode, mode
    try:
        yield
    finally:
        schema.compiled.mode = former


class FailingStore:
    """Passes every call on to a store but those of the methods in `failing`, which raise UnavailableError."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.failing: frozenset[str] = frozenset()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in self.failing:
            return _fail
        method: Callable[..., Any] = getattr(self._store, name)
        return method


async def _fail(*_: object) -> None:
    raise UnavailableError("the storage does not answer")


@dataclass(slots=True)
class BothWays:
    """Sends operations to one application both ways, and compares the bytes of the answers."""

    app: ASGIApp
    store: FailingStore
    index: RunIndex
    cursors: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    async def ask(self, request: Request) -> None:
        """Execute a query both ways; raise FoundError when the answers differ."""
        body = _PLACEHOLDER.sub(self._cursor, furnished(json.dumps(request.body()))).encode()
        left, refused = schema.compiled.left, sum(schema.compiled.refused.values())
        compiled, interpreted = await self.answers(body)
        status, text = interpreted
        is_left = schema.compiled.left > left and sum(schema.compiled.refused.values()) == refused
        self.cursors = [*self.cursors, *_CURSOR.findall(text.decode())][-KEPT:]
        self._count(status, text)
        if is_left and b'"errors":' not in text and await self._is_left(body):
            raise FoundError(f"a plan left to graphql-core what has no error:\n{body.decode()}")
        if compiled != interpreted:
            self._judge(body, compiled, interpreted)

    async def _is_left(self, body: bytes) -> bool:
        """Tell whether a plan leaves an operation to graphql-core again, though the machine be less busy."""
        left = schema.compiled.left
        await self.answers(body)
        return schema.compiled.left > left

    async def answers(self, body: bytes) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
        """Return the status and body of the compiled way, and of graphql-core's."""
        answered = schema.compiled.answered
        with compiling(Compilation.FORCED):
            compiled = await post(self.app, body)
        self.counts["compiled"] += schema.compiled.answered - answered
        with compiling(Compilation.OFF):
            return compiled, await post(self.app, body)

    def _cursor(self, found: re.Match[str]) -> str:
        place = int(found.group(1))
        return self.cursors[-1 - place] if place < len(self.cursors) else found.group()

    def _count(self, status: int, text: bytes) -> None:
        answer = json.loads(text)
        self.counts["asked"] += 1
        self.counts[str(status)] += 1
        self.counts["data" if answer.get("data") else "no data"] += 1
        self.counts["errors"] += "errors" in answer
        if not self.store.failing and "TIMEOUT" in codes(answer):
            self.counts["slow"] += 1

    def _judge(self, body: bytes, compiled: tuple[int, bytes], interpreted: tuple[int, bytes]) -> None:
        one, other = (compiled[0], json.loads(compiled[1])), (interpreted[0], json.loads(interpreted[1]))
        found = {*codes(one[1]), *codes(other[1])}
        if found & FLEETING and not self.store.failing:  # the machine was too busy
            return
        # Which of several fields fails first is not said.
        if found and are_equal(one, other):
            return
        where = difference(one, other) or f"{compiled[1]!r}\n  and {interpreted[1]!r}"
        failing = ", ".join(self.store.failing)
        raise FoundError(f"compiled and interpreted differ: {where}\nfailing: {failing}\n{body.decode()}")

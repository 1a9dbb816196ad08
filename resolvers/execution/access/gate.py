"""The gate: lets callers with a good token in, and sends those away whose token has stopped to count."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from resolvers.execution.access.issuer import Issuer, looks_issued
from resolvers.execution.access.rights import ANYBODY, Caller
from runindex.domain.errors import RunIndexError, UnavailableError
from runindex.domain.instants import Micros
from runindex.domain.tokens import Token, hash_of
from runindex.ports.clock import SystemClock
from runindex.ports.tokens import Tokens
from runindex.settings.issuer import IssuerSettings

PERIOD_SECONDS: Final = 1.5
# A token that is not known may have been made a moment ago; whoever guesses cannot ask the storage more often.
RETRY_SECONDS: Final = 0.2
# What was read longer ago no longer tells who is revoked.
STALE_SECONDS: Final = 4.5
READ_SECONDS: Final = 1.5  # a read that hangs keeps no stream open
SCHEME: Final = "bearer"
_NOT_GOOD: Final = "the token is not known, has expired, or is revoked"
log: Final = logging.getLogger(__name__)
_NOW: Final = SystemClock().now


class UnauthenticatedError(RunIndexError):
    """The caller has no good token."""

    code = "UNAUTHENTICATED"


class Gate:
    """Knows the tokens of a storage, of a setting and of an issuer; open, for anybody, until there is the first.

    Tokens that are revoked or expired close it too: a server does not open because the last one has expired.
    """

    def __init__(
        self, given: Sequence[Token] = (), issuer: IssuerSettings | None = None, now: Callable[[], Micros] = _NOW
    ) -> None:
        """Know the tokens of a setting, and whose other tokens to believe."""
        self._given = given
        self._now = now
        self._known: Mapping[str, Token] = {token.hash: token for token in given}
        self._issuer = None if issuer is None else Issuer(issuer, now)
        self._store: Tokens | None = None
        self._read_at = 0.0
        self._reading = asyncio.Lock()
        self._streams: dict[asyncio.Future[None], Caller] = {}

    @property
    def is_open(self) -> bool:
        """Tell whether anybody is let in."""
        return not self._known and self._issuer is None

    @asynccontextmanager
    async def watching(self, store: Tokens | None, period: float = PERIOD_SECONDS) -> AsyncIterator[None]:
        """Read the tokens of a storage again and again, for as long as the context lasts."""
        self._store = store
        await self._read()
        tasks = [asyncio.create_task(self._watch(period))]
        if self._issuer is not None:
            tasks.append(asyncio.create_task(self._issuer.keep()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def admit(self, authorization: str | None) -> Caller:
        """Return who an `Authorization` header names.

        Raise UnauthenticatedError, ForbiddenError for a token without any scope, or UnavailableError.
        """
        if self.is_open:
            return ANYBODY
        secret = _secret_of(authorization)
        if secret is None:
            raise UnauthenticatedError("a token is needed: `Authorization: Bearer …`")
        if self._issuer is not None and looks_issued(secret) and hash_of(secret) not in self._known:
            caller = await self._issuer.caller_of(secret)
            if caller is None:
                raise UnauthenticatedError(_NOT_GOOD)
            return caller
        return await self._admit_hash(hash_of(secret))

    def name_of(self, authorization: str | None) -> str | None:
        """Return the name of a token that is known and good, None for any other, without asking anybody."""
        secret = _secret_of(authorization) if self._known else None
        token = None if secret is None else self._known.get(hash_of(secret))
        return token.name if token is not None and token.is_good(self._now()) else None

    async def _admit_hash(self, hashed: str) -> Caller:
        if hashed not in self._known:
            await self._read_again(RETRY_SECONDS)
        elif self._age() > STALE_SECONDS:
            await self._read_again(STALE_SECONDS)
        if self._age() > STALE_SECONDS:
            raise UnavailableError("the storage does not answer")
        token = self._known.get(hashed)
        if token is None or not token.is_good(self._now()):
            raise UnauthenticatedError(_NOT_GOOD)
        return Caller(token.name, token.scope, hashed)

    @contextmanager
    def stream(self, caller: Caller) -> Iterator[asyncio.Future[None]]:
        """Give a future that is done when a caller is no longer let in."""
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._streams[ended] = caller
        try:
            yield ended
        finally:
            del self._streams[ended]

    def end_streams(self) -> None:
        """End the streams of callers who are no longer let in."""
        now = self._now()
        for ended, caller in self._streams.items():
            if not ended.done() and not self._is_good(caller, now):
                ended.set_result(None)

    def _is_good(self, caller: Caller, now: Micros) -> bool:
        if caller.hash is None:
            return self.is_open
        if caller.expires_at is not None:
            return self._issuer is not None and self._issuer.is_good(caller)
        token = self._known.get(caller.hash)
        return token is not None and token.is_good(now)

    def _age(self) -> float:
        return 0.0 if self._store is None else time.monotonic() - self._read_at

    async def _watch(self, period: float) -> None:
        while True:
            await asyncio.sleep(period)
            await self._read_again(0.0)
            self.end_streams()

    async def _read_again(self, age: float) -> None:
        """Read the tokens unless they were within so many seconds; keep what is known while the storage fails."""
        async with self._reading:
            if self._age() > age:
                try:
                    async with asyncio.timeout(READ_SECONDS):
                        await self._read()
                except (RunIndexError, TimeoutError):
                    return
                except Exception:
                    log.exception("the tokens cannot be read")

    async def _read(self) -> None:
        if self._store is None:
            return
        began = time.monotonic()
        found = await self._store.list_tokens()
        if found or self._given or not self._known:
            self._known = {token.hash: token for token in (*found, *self._given)}
        else:  # the storage was emptied or replaced: nobody is let in any more, rather than everybody
            self._known = {hashed: _revoked(token) for hashed, token in self._known.items()}
        self._read_at = began


def _revoked(token: Token) -> Token:
    return Token(token.id, token.name, token.scope, token.hash, token.created_at, token.expires_at, 0)


def _secret_of(authorization: str | None) -> str | None:
    scheme, _, secret = (authorization or "").partition(" ")
    return secret.strip() or None if scheme.lower() == SCHEME else None

"""Logging in to Postgres at an address that has any number of servers."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, cast

import asyncpg

from persistence.postgres.addresses.address import Address

if TYPE_CHECKING:
    from persistence.postgres.watchdog import Watchdog

    DriverConnection: TypeAlias = asyncpg.Connection[asyncpg.Record]
else:
    DriverConnection = asyncpg.Connection  # takes no parameter at run time

T = TypeVar("T")

APPLICATION: Final = "runindex"
# All that asyncpg raises: errors of the server, of itself and of the network, and one for the use of a connection that
# the server is closing.
DRIVER_ERRORS: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
# Seconds after which another try to connect begins beside one that is not answered: what was sent may be lost for good.
HEDGE_SECONDS: Final = 1.0
# A combined write of every kind at once is some 8,000 characters long; all texts stay prepared.
_LONGEST_PREPARED: Final = 100_000
# After these another server of the same address may do better; a wrong password is wrong with all.
_NEXT: Final = (OSError, asyncpg.CannotConnectNowError, asyncpg.exceptions.TargetServerAttributeNotMatched)


# The name is the driver's, whose class this extends; `schema` has a `Connection` of GraphQL.
class Connection(DriverConnection):
    """A connection to a server, or to a pooler that lends it a server's session for a transaction each."""

    # Sets what a transaction needs behind a pooler, where a session's settings would be left to others.
    local_settings: str | None = None
    watchdog: "Watchdog | None" = None

    @property
    def is_pooled(self) -> bool:
        """Tell whether a pooler is in between."""
        return self.local_settings is not None


async def log_in(
    url: str, seconds: float, *, application_name: str = APPLICATION, has_statement_cache: bool = True
) -> Connection:
    """Connect to the first server of an address that takes it, with the time limit for all of them together.

    Raise AddressError, or what the driver raises for the last one. Without a statement cache, statements are
    prepared without a name, and for one use.
    """
    address = Address.read(url)
    options: dict[str, Any] = {} if has_statement_cache else {"statement_cache_size": 0}
    failure: BaseException = ConnectionError("no server to connect to")
    for arguments in address.attempts():
        try:
            attempt = partial(
                asyncpg.connect,
                **arguments,
                **options,
                timeout=address.seconds_per_server(seconds),
                max_cacheable_statement_size=_LONGEST_PREPARED,
                server_settings={"application_name": application_name, **address.settings},
                connection_class=Connection,
            )
            # The driver's types do not say that the class is that of the result.
            return await hedged(cast("Callable[[], Awaitable[Connection]]", attempt), Connection.terminate)
        except _NEXT as error:
            failure = error
    raise failure


async def hedged(attempt: Callable[[], Awaitable[T]], discard: Callable[[T], object]) -> T:
    """Return the result of the first try that ends; another begins each second, and what others bring is discarded.

    Raise what the first one raises that fails.
    """
    tries: list[asyncio.Future[T]] = []
    first: asyncio.Future[T] | None = None
    try:
        while first is None:
            tries.append(asyncio.ensure_future(attempt()))
            done, _ = await asyncio.wait(tries, timeout=HEDGE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            first = next((each for each in tries if each in done), None)
        return first.result()
    finally:
        for each in tries:
            if each is not first:
                each.add_done_callback(partial(_discard, discard))
                each.cancel()


def _discard(discard: Callable[[T], object], ended: "asyncio.Future[T]") -> None:
    if not ended.cancelled() and ended.exception() is None:
        discard(ended.result())

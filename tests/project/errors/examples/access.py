"""Examples of callers who are not let in, or may not do what they ask for."""

from typing import Final

from resolvers.execution.costs.rates import Rates
from runindex.domain.errors import UnavailableError
from tests.project.errors.examples.sockets import INIT, closing
from tests.project.errors.server import Servers
from tests.project.errors.shown import Shown

COUNT: Final = {"query": "{ runCount }"}
CREATE: Final = {"query": "mutation { createRun(input: {}) { __typename } }"}


class Gone:
    """Tokens that cannot be read."""

    async def list_tokens(self) -> list[object]:
        raise UnavailableError("the storage cannot be reached")


async def no_token(servers: Servers) -> Shown:
    return await servers.guarded.send("POST", "/graphql", body=COUNT)


async def an_expired_token(servers: Servers) -> Shown:
    headers = {"Authorization": f"Bearer {servers.secrets['expired']}"}
    return await servers.guarded.send("POST", "/graphql", headers, COUNT)


async def a_token_to_read(servers: Servers) -> Shown:
    headers = {"Authorization": f"Bearer {servers.secrets['read']}"}
    return await servers.guarded.send("POST", "/graphql", headers, CREATE)


async def a_socket_without_token(servers: Servers) -> Shown:
    async with servers.guarded.socket() as socket:
        await socket.send(INIT)
        return await closing(socket, INIT)


async def tokens_that_cannot_be_read(servers: Servers) -> Shown:
    gate = servers.guarded.endpoint.gate
    store, gate._store, gate._read_at = gate._store, Gone(), 0.0  # type: ignore[assignment]  # noqa: SLF001
    message = '{"type": "connection_init", "payload": {"Authorization": "Bearer ' + servers.secrets["read"] + '"}}'
    try:
        async with servers.guarded.socket() as socket:
            await socket.send(message)
            return await closing(socket, message)
    finally:
        gate._store = store  # noqa: SLF001


async def too_much_in_a_minute(servers: Servers) -> Shown:
    headers = {"Authorization": f"Bearer {servers.secrets['fast']}"}
    asked = {"query": "{ runs(first: 100) { nodes { id } } }"}
    servers.guarded.endpoint._rates = Rates(100, lambda: 0.0)  # noqa: SLF001 - no time passes
    await servers.guarded.send("POST", "/graphql", headers, asked)
    return await servers.guarded.send("POST", "/graphql", headers, asked)

"""How the server stops."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Final

import pytest
from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportConnectionFailed
from gql.transport.websockets import WebsocketsTransport
from websockets.exceptions import ConnectionClosed

from tests.support.served import Served

CREATE: Final = 'mutation { createRun(input: {name: "run"}) { ... on RunPayload { cursor } } }'
CHANGES: Final = "subscription ($after: String) { runChanges(after: $after, bookmarks: true) { __typename cursor } }"


def listen(session: AsyncClientSession, after: str | None = None) -> AsyncGenerator[dict[str, Any], None]:
    return session.subscribe(GraphQLRequest(CHANGES, variable_values={"after": after}))


@pytest.mark.asyncio
async def test_streams_are_closed_as_going_away_and_go_on_from_their_cursor(served: Served) -> None:
    async with Client(transport=WebsocketsTransport(served.ws_url)) as session:
        changes = listen(session)
        assert (await anext(changes))["runChanges"]["__typename"] == "Bookmark"
        await asyncio.to_thread(served.execute, CREATE)
        cursor = (await anext(changes))["runChanges"]["cursor"]
        assert await asyncio.to_thread(served.stop) == 0
        with pytest.raises(TransportConnectionFailed) as failure:
            await anext(changes)
    closed = failure.value.__cause__
    assert isinstance(closed, ConnectionClosed)
    assert closed.rcvd is not None
    assert closed.rcvd.code == 1001
    await asyncio.to_thread(served.start)
    created = await asyncio.to_thread(served.execute, CREATE)
    # The client waits long for what its subscriptions do not let go of.
    async with (
        Client(transport=WebsocketsTransport(served.ws_url)) as session,
        aclosing(listen(session, cursor)) as changes,
    ):
        assert (await anext(changes))["runChanges"] == {"__typename": "Bookmark", "cursor": cursor}
        assert (await anext(changes))["runChanges"] == {
            "__typename": "RunChange",
            "cursor": created["createRun"]["cursor"],
        }

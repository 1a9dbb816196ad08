"""A client that leaves, with or without a good-bye, frees what was held for it."""

import asyncio
import json

import pytest

from tests.support.api import Api, until
from tests.support.programs.clients import Start

DOCUMENT = "subscription { runChanges(bookmarks: true) { __typename } }"


@pytest.mark.asyncio
@pytest.mark.parametrize("backend", ["memory"], indirect=True)
@pytest.mark.parametrize("polite", [True, False])
@pytest.mark.parametrize("client", ["graphql-ws", "graphql-sse", "apollo"])
async def test_a_client_that_leaves_is_let_go(api: Api, port: int, start: Start, client: str, *, polite: bool) -> None:
    tasks = len(asyncio.all_tasks())
    script = start("subscribe.mjs", client, f"http://127.0.0.1:{port}/graphql", DOCUMENT)
    told = await asyncio.to_thread(script.next)
    assert told["next"]["runChanges"]["__typename"] == "Bookmark", json.dumps(told)
    await until(lambda: api.index.tailer.watches == 1)
    if polite:
        script.say_goodbye()
    else:
        script.process.kill()
    await until(lambda: api.index.tailer.watches == 0)
    await until(lambda: len(asyncio.all_tasks()) <= tasks)

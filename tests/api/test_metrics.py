"""What is told to Prometheus."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
import websockets
from prometheus_client.parser import text_string_to_metric_families

from tests.support.api import Socket
from tests.support.servers.served import PATIENCE, Served, serving

CREATE = 'mutation { createRun(input: {tags: ["t"]}) { ... on RunPayload { run { id } } } }'
CLOSE = "mutation ($id: ID!) { closeRun(input: {id: $id}) { ... on Problem { code } } }"
CHANGES = "subscription { runChanges(bookmarks: true) { cursor } }"


def scraped(server: Served) -> dict[str, float]:
    """Return samples by name and labels."""
    text = httpx.get(f"{server.root}/metrics", timeout=PATIENCE).text
    return {
        " ".join((sample.name, *sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_server_tells_what_it_did(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        run_id = server.execute(CREATE)["createRun"]["run"]["id"]
        for _ in range(2):
            server.execute(CLOSE, id=run_id)
        server.execute('{ a: runCount b: runCount run(id: "default") { id } }')
        server.execute('{ ... { tags { tag } } ...F } fragment F on Query { runExists(id: "default") }')
        httpx.post(server.url, json={"query": "{ node(id: 7) { nothing } }"}, timeout=PATIENCE)
        told = scraped(server)
    assert told["runindex_log_head"] == 3
    assert told["runindex_operations_total createRun OK"] == 1
    assert told["runindex_operations_total closeRun OK"] == 1
    assert told["runindex_operations_total closeRun INVALID_TRANSITION"] == 1
    assert told["runindex_operations_total runCount OK"] == 2
    assert told["runindex_operations_total run OK"] == 1
    assert told["runindex_operations_total tags OK"] == told["runindex_operations_total runExists OK"] == 1
    assert told["runindex_batches_total"] == told["runindex_batched_mutations_total"] == 3
    assert (told["runindex_watches"], told["runindex_tail_lag"]) == (0, 0)
    assert not [name for name in told if "nothing" in name or "node" in name]


def sharing(told: Mapping[str, float]) -> tuple[float | None, ...]:
    return tuple(told.get(f"runindex_{name}") for name in ("watches", "channels", "channel_members"))


@pytest.mark.asyncio
async def test_a_server_tells_who_listens(tmp_path: Path) -> None:
    with serving(tmp_path, RUNINDEX_COMPILATION="on") as server:
        async with websockets.connect(
            server.ws_url, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]
        ) as connection:
            socket = await Socket.open(connection)
            for operation in ("1", "2"):
                await socket.subscribe(operation, CHANGES)
                await socket.next(operation)
            await asyncio.to_thread(server.execute, CREATE)
            await socket.next("1")
            for operation in ("3", "4", "5"):
                await socket.subscribe(operation, "subscription { runCounts { key count } }")
                await socket.next(operation)
            told: dict[str, float] = {}
            async with asyncio.timeout(PATIENCE):
                # Nothing tells when they have joined each other.
                while sharing(told) != (2, 2, 5):
                    told = await asyncio.to_thread(scraped, server)
    assert told["runindex_tail_lag"] == 0
    assert told["runindex_ring_hits_total"] > 0
    assert told["runindex_compiled_events_total"] > 0
    assert told["runindex_events_left_total"] == 0

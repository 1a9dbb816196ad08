"""Examples of each limit, on a server whose limits are small."""

import json
from typing import Final

from tests.project.errors.examples.sockets import INIT, subscribe
from tests.project.errors.server import MOST_OPERATIONS, Servers
from tests.project.errors.shown import Make, Shown, json_text

LIVE: Final = "subscription { runChanges { cursor } }"


def asking(document: str) -> Make:
    async def make(servers: Servers) -> Shown:
        return await servers.small.ask(document)

    return make


async def large_body(servers: Servers) -> Shown:
    head = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
    return await servers.small.wire(head.encode())


async def many_operations(servers: Servers) -> Shown:
    messages = [INIT, *(subscribe(str(number), LIVE) for number in range(1, MOST_OPERATIONS + 2))]
    async with servers.small.socket() as socket:
        for message in messages:
            await socket.send(message)
        answer = str(await socket.recv())
        while '"error"' not in answer:
            answer = str(await socket.recv())
    return Shown("\n".join(messages), json_text(json.loads(answer)), 0)


LIMITS: Final[dict[str, Make]] = {
    "tokens": asking("{ runCount(filter: {ids: [" + " ".join("1" * 60) + "]}) }"),
    "levels": asking("{ runs(first: 1) { nodes { parent { id } } } }"),
    "aliases": asking("{ a: runCount b: runCount c: runCount }"),
    "directives": asking("{ runCount @include(if: true) changeCursor @skip(if: false) }"),
    "fields at the root": asking("{ runCount changeCursor tags { tag } runs { totalCount } plans { totalCount } }"),
    "selections": asking(
        "query { runs(first: 1) { ...F } } "
        "fragment F on RunConnection { nodes { id name status tags version error traceId metadata } totalCount }"
    ),
    "names that are asked for too often": asking("{ run(id: 1) { id } plan(id: 1) { id } job(id: 1) { id id id } }"),
    "cost": asking(
        "{ runs(first: 500) { nodes { id } } plans(first: 500) { nodes { id } } jobs(first: 500) { nodes { id } } }"
    ),
    "the body": large_body,
    "the bytes of an answer": asking("{ changeCursor }"),
    "the fields of an answer": asking("{ a: lifecycle { b: isClosed } }"),
    "operations on a socket": many_operations,
}

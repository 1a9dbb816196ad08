"""Examples of `extensions.code`."""

import asyncio
import hashlib
from dataclasses import replace
from typing import Final

from runindex.domain.errors import OutcomeUnknownError, UnavailableError
from tests.project.errors.examples.access import a_token_to_read, an_expired_token, no_token
from tests.project.errors.examples.limits import LIMITS
from tests.project.errors.examples.sockets import events_of
from tests.project.errors.server import USUAL, Servers, serving
from tests.project.errors.shown import Code, Make, Shown

COUNT: Final = "{ runCount }"
NO_STORAGE: Final = "the storage cannot be reached"
LOST: Final = "the connection was lost in the commit and could not be restored"
COMPARE: Final = '{ compareRuns(ids: ["default", "0198c0de-0000-7000-8000-000000000000"]) { runs { id } } }'
CREATE: Final = 'mutation { createRun(input: {name: "nightly", idempotencyKey: "n-1"}) { __typename } }'


def asking(document: str, **variables: object) -> Make:
    async def make(servers: Servers) -> Shown:
        return await servers.usual.ask(document, variables)

    return make


def failing(method: str, error: Exception, document: str) -> Make:
    """Return an example of what is answered when a method of the storage fails."""

    async def broken(*_: object) -> None:
        raise error

    async def make(servers: Servers) -> Shown:
        with servers.usual.failing(method, broken):
            return await servers.usual.ask(document)

    return make


async def another_origin(servers: Servers) -> Shown:
    return await servers.usual.send("GET", "/graphql?query={runCount}", {"Origin": "https://elsewhere.example"})


async def another_host(servers: Servers) -> Shown:
    return await servers.usual.send("GET", "/graphql?query={runCount}", {"Host": "elsewhere.example"})


async def unknown_hash(servers: Servers) -> Shown:
    key = hashlib.sha256(b"{ runs { nodes { id } } }").hexdigest()
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": key}}
    return await servers.usual.send("POST", "/graphql", body={"extensions": extensions})


async def too_slow(servers: Servers) -> Shown:
    del servers
    async with serving(replace(USUAL, operation_seconds=0.05)) as server:

        async def slow(*_: object) -> None:
            await asyncio.Event().wait()

        with server.failing("count_runs", slow):
            return await server.ask(COUNT)


async def mistake_below(servers: Servers) -> Shown:
    return await servers.usual.ask(
        "mutation { createRun(input: {}) { ... on RunPayload { run { children(first: 0) { nodes { id } } } } } }"
    )


async def old_cursor(servers: Servers) -> Shown:
    cursor = (await servers.usual.http.post("/graphql", json={"query": "{ changeCursor }"})).json()
    async with serving(USUAL) as server:
        document = "subscription ($after: String) { runChanges(after: $after) { __typename } }"
        return await events_of(server, document, {"after": cursor["data"]["changeCursor"]})


CODES: Final = (
    Code(
        "BAD_USER_INPUT",
        "The request cannot be understood, or asks for something that makes no sense. Nothing was done. Correct it.",
        {
            "a document that is not valid": asking("{ nope }"),
            "a document that cannot be read": asking("{ runs("),
            "a value that its type does not have": asking(
                "query ($n: Int!) { runs(first: $n) { nodes { id } } }", n="x"
            ),
            "an argument beyond its range": asking("{ runs(first: 0) { nodes { id } } }"),
        },
    ),
    Code(
        "LIMIT_EXCEEDED",
        "The request is beyond a [limit](limits.md). Nothing was done. `limit` says what is allowed, `measured` what "
        "was asked for. Ask for less at a time. (The limits of these examples are small, so that they are short.)",
        LIMITS,
    ),
    Code("NOT_FOUND", "What a query names does not exist.", {"a run to compare": asking(COMPARE)}),
    Code(
        "CURSOR_EXPIRED",
        "The log does not hold what follows the cursor. Read the state anew, and go on from its cursor: see "
        "[streams](streams.md).",
        {"a cursor of another history": old_cursor},
    ),
    Code(
        "PERSISTED_QUERY_NOT_FOUND",
        "The server does not know the query of this hash. Send the query together with its hash.",
        {"a hash alone": unknown_hash},
    ),
    Code(
        "UNAUTHENTICATED",
        "The caller has no good token. Nothing was done. Send one that [counts](access.md).",
        {"no token": no_token, "a token that has expired": an_expired_token},
    ),
    Code(
        "FORBIDDEN",
        "The caller is known, and may not do this, or not from where it is. Nothing was done. The message names the "
        "scope of [token](access.md) or the [setting](network.md) that allows it.",
        {
            "a token that may only read": a_token_to_read,
            "a page of another origin": another_origin,
            "another host": another_host,
        },
    ),
    Code(
        "TIMEOUT",
        "The operation took longer than it may. Nothing was written. Ask for less, or send it again.",
        {"a query that takes too long": too_slow},
    ),
    Code(
        "UNAVAILABLE",
        "The storage or the server cannot serve now. Nothing was written. Send it again, after `Retry-After` if that "
        "is given.",
        {
            "a storage that cannot be reached": failing("count_runs", UnavailableError(NO_STORAGE), COUNT),
            "a server that is short of memory": failing("count_runs", MemoryError(), COUNT),
        },
    ),
    Code(
        "OUTCOME_UNKNOWN",
        "A mutation was begun, and it may have been carried out, or is known to be. Send it again with the same "
        "idempotency key: it is done once, and the answer tells which it was.",
        {
            "a connection that was lost in the commit": failing("apply", OutcomeUnknownError(LOST), CREATE),
            "a mutation that was broken off": failing("apply", MemoryError(), CREATE),
            "a mistake in what is read of a payload": mistake_below,
        },
    ),
    Code(
        "INTERNAL",
        "A fault of the server, which its log describes. Nothing was written. Please report it.",
        {"a fault in a query": failing("count_runs", ZeroDivisionError(), COUNT)},
    ),
)

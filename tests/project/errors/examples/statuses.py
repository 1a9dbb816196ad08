"""Examples of statuses."""

from collections.abc import Mapping
from typing import Any, Final

from tests.project.errors.examples.access import no_token, too_much_in_a_minute
from tests.project.errors.server import Servers
from tests.project.errors.shown import Code, Make, Shown

PLANS: Final = {"query": "{ plans { totalCount } }"}
JSON_HEAD: Final = "Host: localhost\r\nContent-Type: application/json\r\n"


def sending(
    method: str, path: str, headers: Mapping[str, str] | None = None, body: Mapping[str, Any] | str | None = None
) -> Make:
    async def make(servers: Servers) -> Shown:
        return await servers.usual.send(method, path, headers, body)

    return make


def writing(head: str, shown: str | None = None, *, small: bool = False) -> Make:
    async def make(servers: Servers) -> Shown:
        server = servers.small if small else servers.usual
        return await server.wire(head.encode("latin-1"), shown)

    return make


async def a_fault(servers: Servers) -> Shown:
    endpoint = servers.usual.endpoint

    async def broken(*_: object) -> None:
        del endpoint.__dict__["compiled"]
        raise ZeroDivisionError

    endpoint.__dict__["compiled"] = broken
    return await servers.usual.ask("{ runCount }")


async def no_storage(servers: Servers) -> Shown:
    async def broken(*_: object) -> None:
        raise ConnectionError

    health = servers.usual.app.state.health
    store, health._store = health._store, type("", (), {"check_writable": broken, "ping": broken})()  # noqa: SLF001
    health._stale_at = 0.0  # noqa: SLF001
    try:
        return await servers.usual.send("GET", "/readyz")
    finally:
        health._store, health._stale_at = store, 0.0  # noqa: SLF001


STATUSES: Final = (
    Code(
        "200",
        "The operation was executed; `errors` may say that parts of it were not.",
        {
            "a query": sending("POST", "/graphql", body=PLANS),
        },
    ),
    Code(
        "204",
        "The stream was over before: an `EventSource` must not open it again.",
        {
            "an event stream that is complete": sending(
                "GET",
                "/graphql?query=subscription{runCounts{count}}",
                {"Accept": "text/event-stream", "Last-Event-ID": "complete"},
            ),
        },
    ),
    Code(
        "400",
        "The request is not one of GraphQL over HTTP; or it was not executed, and its client prefers "
        "`application/graphql-response+json`.",
        {
            "a body that is not JSON": sending("POST", "/graphql", body="{"),
            "a document that is not valid": sending(
                "POST", "/graphql", {"Accept": "application/graphql-response+json"}, {"query": "{ nope }"}
            ),
            "a head that is no HTTP": writing("GET: /graphql\r\n\r\n"),
        },
    ),
    Code("401", "The caller has no good [token](access.md).", {"no token": no_token}),
    Code(
        "403",
        "The caller may not do this: its [token](access.md) is for less, or it is [another origin](network.md)'s page.",
        {
            "another origin": sending("GET", "/graphql?query={runCount}", {"Origin": "https://elsewhere.example"}),
        },
    ),
    Code("404", "There is nothing at this address.", {"another path": sending("GET", "/graph")}),
    Code(
        "405",
        "Mutations are sent by POST.",
        {
            "a mutation by GET": sending("GET", "/graphql?query=mutation{createRun(input:{}){__typename}}"),
        },
    ),
    Code(
        "408",
        "The request has not arrived within a minute.",
        {
            "half a request": writing("POST /graphql HTTP/1.1\r\nHost: localhost\r\n", small=True),
        },
    ),
    Code(
        "413",
        "The body is larger than it may be. Nothing more of it is read.",
        {
            "a large body": writing(f"POST /graphql HTTP/1.1\r\n{JSON_HEAD}Content-Length: 3000000\r\n\r\n"),
        },
    ),
    Code(
        "415",
        "The body is no JSON in UTF-8, or is compressed.",
        {
            "a form": sending(
                "POST", "/graphql", {"Content-Type": "application/x-www-form-urlencoded"}, "query={runCount}"
            ),
        },
    ),
    Code(
        "417",
        "The only expectation is `100-continue`.",
        {
            "another expectation": writing("POST /graphql HTTP/1.1\r\nHost: localhost\r\nExpect: a-miracle\r\n\r\n"),
        },
    ),
    Code(
        "421",
        "The server does not answer to this [host](network.md).",
        {
            "another host": sending("GET", "/graphql?query={runCount}", {"Host": "elsewhere.example"}),
        },
    ),
    Code(
        "422",
        "Some of the [events of OpenLineage](openlineage.md) are none; the others were taken.",
        {
            "an event without a run": sending("POST", "/api/v1/lineage", body={"eventType": "START"}),
        },
    ),
    Code(
        "426",
        "A proxy has removed the upgrade to a WebSocket.",
        {
            "half a handshake": sending("GET", "/graphql", {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}),
        },
    ),
    Code(
        "429",
        "The token has asked for too much in a minute. Send it again after `Retry-After`.",
        {"too much in a minute": too_much_in_a_minute},
    ),
    Code(
        "431",
        "The head is larger than 64 KiB.",
        {
            "a large cookie": writing(
                f"GET /graphql HTTP/1.1\r\nHost: localhost\r\nCookie: {'x' * 70_000}\r\n\r\n",
                "GET /graphql HTTP/1.1\nHost: localhost\nCookie: xxxxx… (70,000 bytes)",
            ),
        },
    ),
    Code(
        "500",
        "A fault of the server, which its log describes; nothing was written. Please report it.",
        {"a fault": a_fault},
    ),
    Code(
        "501",
        "The only `Transfer-Encoding` is `chunked`.",
        {
            "another coding": writing(
                "POST /graphql HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
            ),
        },
    ),
    Code(
        "503",
        "The server cannot serve now; nothing was written. Send it again after `Retry-After`.",
        {
            "a storage that does not answer": no_storage,
        },
    ),
    Code(
        "505",
        "The server speaks HTTP/1.1.",
        {"an old version": writing("GET /graphql\r\n\r\n")},
    ),
)

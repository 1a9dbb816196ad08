"""Requests as they are written on a connection, most of them a little wrong."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any, Final
from urllib.parse import quote

from tests.faults.frames import value
from tests.fuzz.mutations import mutated

DOCUMENTS: Final[Sequence[str]] = (
    "{ runCount }",
    "{ __typename }",
    "query A { runCount } query B { changeCursor }",
    "query ($id: ID!) { run(id: $id) { id status tags parent { id } } }",
    (
        '{ runs(first: 2, filter: {nameContains: "a", tags: {any: ["b"]}}) { nodes { id ...F } } } '
        "fragment F on Run { name }"
    ),
    '{ runs(filter: {metadata: [{path: "a.b", op: IN, value: [1, "x"]}]}) { totalCount pageInfo { endCursor } } }',
    '{ node(id: "default") { id ... on Run @include(if: true) { version } } }',
    'mutation { pauseRun(input: {id: "nope"}) { __typename } }',
    'mutation { renameRun(input: {id: "default", name: "x"}) { __typename ... on RunPayload { version } } }',
    "subscription { runCounts(groupBy: STATUS) { count } }",
    "{ lifecycle { status isTerminal } }",
    '{ compareRuns(ids: ["default", "b"]) { runs { id } } }',
    "{ __schema { queryType { name } } }",
)
METHODS: Final = ("POST", "POST", "POST", "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "CONNECT", "PRI", "post", "X")
PATHS: Final = ("/graphql",) * 8 + ("/livez", "/metrics", "/", "/graphql/", "//", "/graphql/assets/x", "*", "/%00")
TYPES: Final = ("application/json",) * 8 + (
    "application/json; charset=latin-1",
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/graphql",
    "application/x-www-form-urlencoded",
    "",
)
ACCEPTS: Final = (
    "*/*",
    "application/json",
    "application/graphql-response+json",
    "text/event-stream",
    'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json',
    "text/html",
    "q=;;,,",
)
EXTRAS: Final = (
    "Origin: http://evil.example",
    "Origin: null",
    "Sec-Fetch-Site: cross-site",
    "Host: evil.example",
    "Authorization: Bearer x",
    "Authorization: Basic",
    "Last-Event-ID: AdscBnqGwVsi",
    "Content-Encoding: gzip",
    "Expect: 100-continue",
    "Connection: close",
    "Connection: keep-alive",
    "Upgrade: h2c",
    "Connection: Upgrade",
    "Transfer-Encoding: gzip",
    "Content-Length: 3",
    "Content-Length: 99999999999",
    "Cookie: " + "a" * 300,
    "X-Forwarded-For: é",
    "Accept-Encoding: br;q=1.0, *;q=0",
    "If-None-Match: *",
    "Range: bytes=0-1",
)
MULTIPART: Final = (
    b'--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{"query":"{ runCount }"}\r\n'
    b'--x\r\nContent-Disposition: form-data; name="map"\r\n\r\n{}\r\n--x--\r\n'
)


def request(random: Random) -> bytes:
    """Return the bytes of a request; two of three are changed somewhere."""
    if random.random() < 0.6:
        return _usual(random)
    method = random.choice(METHODS)
    body = b"" if method in {"GET", "HEAD"} else _body(random)
    path = random.choice(PATHS)
    if method == "GET" or random.random() < 0.1:
        path += "?" + _parameters(random)
    headers = ["Host: localhost", f"Content-Type: {random.choice(TYPES)}", f"Accept: {random.choice(ACCEPTS)}"]
    headers += [random.choice(EXTRAS) for _ in range(random.choice((0, 0, 0, 1, 2)))]
    if random.random() < 0.2 and body:
        headers.append("Transfer-Encoding: chunked")
        body = _chunked(random, body)
    elif body:
        headers.append(f"Content-Length: {len(body)}")
    random.shuffle(headers)
    head = "\r\n".join([f"{method} {path} HTTP/{random.choice(('1.1',) * 8 + ('1.0', '2.0', '9'))}", *headers, "", ""])
    data = head.encode()
    match random.randrange(6):
        case 0:
            return mutated(random, data) + body
        case 1:
            return mutated(random, data + body)
        case 2:
            return random.randbytes(random.randrange(80)) if random.random() < 0.3 else data + mutated(random, body)
    return data + body


def _usual(random: Random) -> bytes:
    """Return a request that is right but for its body or its parameters."""
    accept = random.choice(ACCEPTS)
    if random.random() < 0.15:
        head = f"GET /graphql?{_parameters(random)} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\n\r\n"
        return head.encode()
    body = _body(random)
    head = f"POST /graphql HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\nContent-Type: application/json\r\n"
    if random.random() < 0.2 and body:
        return f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + _chunked(random, body)
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _body(random: Random) -> bytes:
    kind = random.random()
    if kind < 0.03:
        return MULTIPART if random.random() < 0.5 else mutated(random, MULTIPART)
    if kind < 0.08:
        return json.dumps(value(random, deep=3)).encode()
    text = json.dumps(operation(random), ensure_ascii=True).encode()
    return mutated(random, text) if kind < 0.5 else text


def operation(random: Random) -> dict[str, Any]:
    """Return an operation, its text or a part of it changed at times."""
    query = random.choice(DOCUMENTS)
    if random.random() < 0.6:
        query = mutated(random, query.encode()).decode("utf-8", "replace")
    made: dict[str, Any] = {"query": query}
    if random.random() < 0.4:
        made["variables"] = {"id": value(random)} if random.random() < 0.7 else value(random)
    if random.random() < 0.1:
        made["operationName"] = random.choice(("A", "B", "", None, 5, "\ud800"))
    if random.random() < 0.1:
        made["extensions"] = random.choice(
            (
                {"cost": True},
                {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}},
                {"persistedQuery": value(random)},
                value(random),
            )
        )
    return made


def _parameters(random: Random) -> str:
    parts = [f"query={quote(random.choice(DOCUMENTS))}"] if random.random() < 0.8 else []
    if random.random() < 0.3:
        parts.append(f"variables={quote(json.dumps(value(random)))}")
    if random.random() < 0.2:
        parts.append(random.choice(("query=a", "operationName=A", "extensions={}", "%", "=", "&&", "a=%ff")))
    return "&".join(parts)


def _chunked(random: Random, body: bytes) -> bytes:
    parts = []
    while body:
        size = random.randrange(1, len(body) + 1)
        parts.append(b"%x%s\r\n%s\r\n" % (size, random.choice((b"", b"", b";a=b", b" ")), body[:size]))
        body = body[size:]
    written = b"".join([*parts, b"0\r\n", random.choice((b"", b"", b"X: y\r\n")), b"\r\n"])
    return written if random.random() < 0.6 else mutated(random, written)

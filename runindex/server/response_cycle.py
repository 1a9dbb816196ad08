"""uvicorn's answer to one request, framed as the request's version has it, and the checks of a request's head.

Written for uvicorn 0.54, of which it overrides internals: each override says why.
"""

import asyncio
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Final, cast

from starlette.responses import JSONResponse, PlainTextResponse
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

HTTP_1_0: Final = "1.0"
VERSIONS: Final = frozenset({HTTP_1_0, "1.1"})
_CLOSE: Final = {"Connection": "close"}


class _Lingering:
    """A connection whose client still sends a body that nobody wants: it is closed on our side first."""

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._flow: Any = cycle.flow
        self._transport = cycle.transport

    def close(self) -> None:
        if not self._transport.is_closing():
            self._flow.end()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the transport's
        return getattr(self._transport, name)


class ResponseCycle(RequestResponseCycle):
    """Ends a body of unknown length with the connection where a client knows no chunks (RFC 9112, 6.3)."""

    _ends_with_connection = False

    # uvicorn checks each header of each answer, and writes twice.
    async def send_whole(self, headers: Sequence[tuple[bytes, bytes]], media_type: bytes, text: bytes) -> None:
        """Send a whole answer of status 200 to a request that was received in full."""
        while self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        self.response_started = self.response_complete = True
        lines = [b"%s: %s\r\n" % line for line in (*self.default_headers, *headers)]
        if not self.keep_alive:
            lines.append(b"connection: close\r\n")
        rest = b"content-length: %d\r\ncontent-type: %s\r\n\r\n" % (len(text), media_type)
        self.transport.write(b"".join((STATUS_LINE[HTTPStatus.OK], *lines, rest, text)))
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()

    # uvicorn sends chunks whatever the version, and keeps a connection on which a body may or may not follow.
    async def send(self, message: ASGISendEvent) -> None:
        """Send a part of the answer."""
        while self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        # From here on nothing waits: no other part of the answer comes in between.
        if message["type"] == "http.response.start":
            if self.scope["http_version"] == HTTP_1_0 and not _has_length(message["headers"]):
                self.chunked_encoding, self._ends_with_connection = False, True
            if self.waiting_for_100_continue and self.more_body:
                self.keep_alive = False
        elif message["type"] == "http.response.body" and self._ends_with_connection:
            self.expected_content_length = len(message.get("body", b""))
        if message["type"] == "http.response.body" and self.more_body and not self.keep_alive:
            self.transport = cast("asyncio.Transport", _Lingering(self))
        await super().send(message)


def _has_length(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(name.lower() == b"content-length" for name, _ in headers)


def refusal_of_head(version: str, headers: Sequence[tuple[bytes, bytes]], longest: int) -> Any | None:  # noqa: ANN401
    """Return the application that refuses a request for its head, None if nothing is wrong with that."""
    if sum(len(name) + len(value) for name, value in headers) > longest:
        return too_long(longest)
    return _refusal_of_version(version, headers)


def _refusal_of_version(version: str, headers: Sequence[tuple[bytes, bytes]]) -> Any | None:  # noqa: ANN401
    if version not in VERSIONS:
        return _refusing(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "this server speaks HTTP/1.1")
    hosts, codings, expected = (_values(headers, name) for name in (b"host", b"transfer-encoding", b"expect"))
    if len(hosts) > 1 or (version != HTTP_1_0 and not hosts):
        return _refusing(HTTPStatus.BAD_REQUEST, "a request has one Host header")
    if codings and version == HTTP_1_0:
        return _refusing(HTTPStatus.BAD_REQUEST, "HTTP/1.0 has no Transfer-Encoding")
    if codings and codings != [b"chunked"]:
        return _refusing(HTTPStatus.NOT_IMPLEMENTED, "the only Transfer-Encoding is chunked")
    if version != HTTP_1_0 and any(value != b"100-continue" for value in expected):
        return _refusing(HTTPStatus.EXPECTATION_FAILED, "the only expectation is 100-continue")
    return None


def too_long(most: int) -> JSONResponse:
    """Return the answer to a request whose head has more than so many bytes."""
    error = {
        "message": f"the head of a request has at most {most} bytes (RUNINDEX_MAX_HEAD)",
        "extensions": {"code": "LIMIT_EXCEEDED"},
    }
    return JSONResponse({"errors": [error]}, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, _CLOSE)


def without_upgrade(method: bytes, url: bytes, version: str, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the head of a request that offers no other protocol than its own."""
    lines = [b"%s %s HTTP/%s" % (method, url, version.encode())]
    for name, value in headers:
        if name == b"connection":
            options = (option.strip() for option in value.split(b","))
            lines.append(b"Connection: " + b", ".join(option for option in options if option.lower() != b"upgrade"))
        elif name != b"upgrade":
            lines.append(b"%s: %s" % (name, value))
    return b"\r\n".join([*lines, b"", b""])


def _values(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> list[bytes]:
    return [value.strip().lower() for key, value in headers if key == name]


def _refusing(status: HTTPStatus, message: str) -> PlainTextResponse:
    # What would come next on this connection is anybody's guess.
    return PlainTextResponse(message, status, _CLOSE)

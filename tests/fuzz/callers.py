"""A caller of an application without a network, as fast as one can be."""

import json
import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.types import ASGIApp, Message

from runindex.index import RunIndex
from tests.fuzz.documents import CURSOR, Request
from tests.fuzz.verdicts import Value, judge

KEPT: Final = 8  # cursors
_PLACEHOLDER: Final = re.compile(CURSOR + r"(\d)")
_EPOCH: Final = re.compile(r"[0-9a-f]{32}")
_CURSOR: Final = re.compile("A[Q-Za-f][A-Za-z0-9_-]{12,}")
HEADERS: Final = ((b"host", b"localhost"), (b"content-type", b"application/json"))


@dataclass(slots=True)
class Caller:
    """Calls one application, and has its cursors, which other storages do not know."""

    name: str
    index: RunIndex
    app: ASGIApp
    cursors: list[str] = field(default_factory=list)

    async def answer(self, request: Request) -> tuple[int, Value]:
        """Return the status and the JSON of an answer, its cursors made comparable."""
        text = _PLACEHOLDER.sub(self._cursor, json.dumps(request.body()))
        status, body = await post(self.app, text.encode())
        return status, self._comparable(judge(status, body))

    def _cursor(self, found: re.Match[str]) -> str:
        place = int(found.group(1))
        return self.cursors[-1 - place] if place < len(self.cursors) else found.group()

    def _comparable(self, value: Value) -> Value:
        if isinstance(value, dict):
            return {name: self._comparable(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._comparable(each) for each in value]
        if isinstance(value, float):
            return round(value, 9)
        if isinstance(value, str) and _CURSOR.fullmatch(value):
            self.cursors = [*self.cursors[1 - KEPT :], value]
            return _position(value)
        return value


def _position(cursor: str) -> str:
    """Return what is in a cursor, without what names the storage."""
    sealed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    return "cursor " + _EPOCH.sub("", sealed[7:].decode("utf-8", "replace"))


async def post(app: ASGIApp, body: bytes) -> tuple[int, bytes]:
    """Post a request; return the answer's status and body."""
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "root_path": "",
        "headers": [*HEADERS, (b"content-length", str(len(body)).encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    status, parts = 0, []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return status, b"".join(parts)

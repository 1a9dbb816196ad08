"""The bodies of requests that bring events: JSON, as it is or compressed by gzip, of one event or a list of them."""

import zlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from resolvers.execution.errors import ErrorCode
from resolvers.transports.requests.bodies import Body
from resolvers.transports.requests.reading import check_coding
from resolvers.transports.requests.refusals import RefusedRequestError
from runindex.domain import json_text
from runindex.domain.json_text import JsonValue

MAX_EVENTS: Final = 1000
GZIP: Final = "gzip"
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS


def is_compressed(headers: Mapping[str, str]) -> bool:
    """Tell whether a body is compressed by gzip; raise RefusedRequestError for one that cannot be read."""
    coding = headers.get("content-encoding", "").strip().lower()
    if coding in {GZIP, f"x-{GZIP}"}:
        check_coding({"content-type": headers.get("content-type", "")})
        return True
    check_coding(headers)
    return False


def inflated(content: bytes, body: Body, largest: int) -> bytes:
    """Return a compressed body as it was; its bytes count as those of the request do."""
    text, rest, is_whole = b"", content, False
    while not is_whole and len(text) <= largest:
        stream = zlib.decompressobj(_GZIP_WINDOW)
        try:
            text += stream.decompress(rest, largest + 1 - len(text))
        except zlib.error:
            raise RefusedRequestError("the body cannot be read: it is not gzip") from None
        if not stream.eof and len(text) <= largest:
            raise RefusedRequestError("the body cannot be read: its gzip ends early")
        # Several may stand one behind the other.
        rest, is_whole = stream.unused_data, stream.eof and not stream.unused_data
    body.hold(len(content) + len(text) if len(text) <= largest else len(text))
    return text


def events_in(text: bytes) -> tuple[list[JsonValue], bool]:
    """Return the events of a body, and whether they came as a list."""
    try:
        content = json_text.loads(text)
    except json_text.JsonError as error:
        raise RefusedRequestError(f"the body cannot be read: {error}") from error
    if isinstance(content, dict):
        return [content], False
    if not isinstance(content, list):
        raise RefusedRequestError("the body must be an event or a list of events")
    if len(content) > MAX_EVENTS:
        raise RefusedRequestError(
            f"more than {MAX_EVENTS} events in one request",
            HTTPStatus.BAD_REQUEST,
            ErrorCode.LIMIT_EXCEEDED,
            limit=MAX_EVENTS,
        )
    return content, True

"""The framings of streams over HTTP: server-sent events (graphql-sse, distinct connections) and Apollo's multipart 1.0.

Strawberry's SSETransport and MultipartSubscriptionTransport have no words for a server that stops, and take results as
objects one by one: here a channel encodes an item once for all its subscribers.
"""

from collections.abc import Mapping
from typing import Final, Protocol

import orjson
from starlette.datastructures import Headers
from strawberry.types.graphql import OperationType

from resolvers.transports.requests.negotiation import ANY_JSON, PRIVATE, MediaRange, media_ranges
from runindex.domain.errors import UnavailableError

STOPPING: Final = "the server stops: connect again and go on from the last cursor"
# The id of an event stream's last event; no cursor is like it.
COMPLETED: Final = "complete"
_STREAMED: Final[Mapping[str, str]] = {
    **PRIVATE,
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",  # a proxy must not collect items
}


class StreamFraming(Protocol):
    """How results are framed: `opening`, then items and heartbeats, then `complete`, or `shutdown_notice` at a stop.

    `broken_off` is for a stream that may be resumed although it ended with an error. A heartbeat only shows that the
    connection lives.
    """

    headers: Mapping[str, str]
    opening: bytes
    heartbeat: bytes
    complete: bytes
    broken_off: bytes
    shutdown_notice: bytes

    def accepts(self, media_range: MediaRange) -> bool:
        """Tell whether a media range names this framing."""
        ...

    def encode_next(self, payload: bytes, cursor: str = "") -> bytes:
        """Frame a result, which is JSON without line breaks, with its cursor if the framing has a place for it."""
        ...

    def encode_cursor(self, cursor: str) -> bytes:
        """Frame a cursor without a result; nothing if the framing has no place for it."""
        ...


class EventStream:
    """Events `next`, then `complete`; a stream that ends without it is resumed by the client from its cursor.

    An event's id is its cursor, which an `EventSource` sends as `Last-Event-ID` when it connects again. It does so
    after every end, but for one: it gets the id of `complete` back to be told that there is nothing more.
    """

    headers: Mapping[str, str] = {"Content-Type": "text/event-stream; charset=utf-8", **_STREAMED}
    opening = b":\n\n"
    heartbeat = b":\n\n"
    broken_off = b"event: complete\ndata: \n\n"  # browsers discard an event without data
    complete = f"event: complete\nid: {COMPLETED}\ndata: \n\n".encode()
    shutdown_notice = f": {STOPPING}\n\n".encode()

    def accepts(self, media_range: MediaRange) -> bool:
        """Tell whether a media range names this framing."""
        return media_range.name == "text/event-stream"

    def encode_next(self, payload: bytes, cursor: str = "") -> bytes:
        """Frame a result as an event."""
        if cursor:
            return b"event: next\nid: " + cursor.encode() + b"\ndata: " + payload + b"\n\n"
        return b"event: next\ndata: " + payload + b"\n\n"

    def encode_cursor(self, cursor: str) -> bytes:
        """Frame a cursor as an event without data, of which a reader only keeps the id."""
        return b"id: " + cursor.encode() + b"\n\n"


# With its line break even at the start: Apollo Client does not recognise it otherwise.
_BOUNDARY: Final = b"\r\n--graphql"
_PART_HEAD: Final = b"\r\nContent-Type: application/json\r\n\r\n"


def _part(body: bytes) -> bytes:
    # A part is complete for its reader only when the next boundary has come.
    return _PART_HEAD + body + _BOUNDARY


class Multipart:
    """Parts with one result each: errors of the operation are in its `payload`, those of the transport beside it."""

    headers: Mapping[str, str] = {
        "Content-Type": 'multipart/mixed; boundary="graphql"; subscriptionSpec=1.0',
        **_STREAMED,
    }
    opening = _BOUNDARY
    heartbeat = _part(b"{}")
    complete = broken_off = b"--\r\n"
    shutdown_notice = (
        _part(
            orjson.dumps(
                {"payload": None, "errors": [{"message": STOPPING, "extensions": {"code": UnavailableError.code}}]}
            )
        )
        + complete
    )

    def accepts(self, media_range: MediaRange) -> bool:
        """Tell whether a media range names this framing; multipart bodies of other kinds have other rules."""
        return media_range.name == "multipart/mixed" and media_range.parameters.get("subscriptionspec") == "1.0"

    def encode_next(self, payload: bytes, cursor: str = "") -> bytes:
        """Frame a result as a part."""
        del cursor
        return _part(b'{"payload":' + payload + b"}")

    def encode_cursor(self, cursor: str) -> bytes:
        """Frame nothing."""
        del cursor
        return b""


EVENT_STREAM: Final[StreamFraming] = EventStream()
MULTIPART: Final[StreamFraming] = Multipart()


def may_stream(headers: Headers) -> bool:
    """Tell whether any framing is accepted."""
    return wanted_framing(headers, OperationType.SUBSCRIPTION) is not None


def wanted_framing(headers: Headers, operation: OperationType | None) -> StreamFraming | None:
    """Return the framing of an operation's results that the caller prefers, None for a plain response.

    A subscription takes any framing that is accepted at all. Events carry other operations too, if they are preferred
    to JSON.
    """
    is_subscription = operation is OperationType.SUBSCRIPTION
    for media_range in media_ranges(headers):
        if EVENT_STREAM.accepts(media_range):
            return EVENT_STREAM
        if is_subscription and MULTIPART.accepts(media_range):
            return MULTIPART
        if not is_subscription and media_range.name in ANY_JSON:
            return None
    return None


def last_event_id_of(headers: Headers) -> str | None:
    """Return the id that an `EventSource` received last, None for any other client and before the first."""
    is_event_stream = wanted_framing(headers, OperationType.SUBSCRIPTION) is EVENT_STREAM
    return (headers.get("last-event-id") or None) if is_event_stream else None

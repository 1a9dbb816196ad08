"""Server-sent events: the protocol graphql-sse in its mode of distinct connections."""

from collections.abc import Mapping

from resolvers.transports.negotiation import VARY, MediaRange


class EventStream:
    """A stream of events `next`, closed by `complete`.

    One that ends without `complete` was not completed: the server stops, and the client goes on from its cursor.
    """

    headers: Mapping[str, str] = {
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-cache, no-transform",
        "X-Accel-Buffering": "no",  # a proxy must not collect events
        **VARY,
    }
    opening = b":\n\n"
    beat = b":\n\n"
    completion = b"event: complete\ndata: \n\n"  # browsers leave out an event without data
    farewell = b": the server stops: connect again and go on from the last cursor\n\n"

    def is_named(self, media_range: MediaRange) -> bool:
        """Tell whether a caller accepts this form by name."""
        return media_range.name == "text/event-stream"

    def item(self, payload: bytes) -> bytes:
        """Frame a result, which is JSON without line breaks."""
        return b"event: next\ndata: " + payload + b"\n\n"

"""Multipart subscriptions over HTTP, version 1.0 of Apollo's protocol."""

from collections.abc import Mapping
from typing import Final

import orjson

from resolvers.transports.negotiation import VARY, MediaRange
from runindex.domain.errors import UnavailableError

BOUNDARY: Final = b"\r\n--graphql"  # with its line break even at the start: Apollo Client knows it by no other look
HEAD: Final = b"\r\nContent-Type: application/json\r\n\r\n"
GOING_AWAY: Final = {
    "message": "the server stops: connect again and go on from the last cursor",
    "extensions": {"code": UnavailableError.code},
}


def _part(body: bytes) -> bytes:
    # A part is complete for its reader only when the next boundary has come.
    return HEAD + body + BOUNDARY


class Multipart:
    """A body of parts, each with one result.

    What goes wrong in the operation is told in a `payload`; `errors` beside it tell what became of the transport.
    """

    headers: Mapping[str, str] = {
        "Content-Type": 'multipart/mixed; boundary="graphql"; subscriptionSpec=1.0',
        "Cache-Control": "no-cache, no-transform",
        "X-Accel-Buffering": "no",  # a proxy must not collect parts
        **VARY,
    }
    opening = BOUNDARY
    beat = _part(b"{}")
    completion = b"--\r\n"
    farewell = _part(orjson.dumps({"payload": None, "errors": [GOING_AWAY]})) + completion

    def is_named(self, media_range: MediaRange) -> bool:
        """Tell whether a caller accepts this form by name; other bodies of many parts have other rules."""
        return media_range.name == "multipart/mixed" and media_range.parameters.get("subscriptionspec") == "1.0"

    def item(self, payload: bytes) -> bytes:
        """Frame a result."""
        return _part(b'{"payload":' + payload + b"}")

"""The heads of usual requests: posted JSON of a length that is announced, from whoever is let in, for one answer."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, TypeAlias

from starlette.datastructures import Headers
from starlette.types import Scope

from resolvers.transports.framing import may_stream
from resolvers.transports.requests.negotiation import wanted_media_type
from resolvers.transports.requests.reading import check_coding
from resolvers.transports.requests.refusals import RefusedRequestError
from runindex.server.doors.doors import Doors

# What decides whether a request is let in, and how it is answered: clients send the same again and again.
DECISIVE: Final = frozenset(
    {b"host", b"origin", b"accept", b"content-type", b"sec-fetch-site", b"sec-fetch-mode", b"sec-fetch-dest"}
)
UNUSUAL: Final = frozenset({b"transfer-encoding", b"content-encoding", b"expect"})
MOST_HEADS: Final = 512
LONGEST_HEAD: Final = 1024  # bytes
_Head: TypeAlias = tuple[bytes, ...]


@dataclass(slots=True)
class UsualHead:
    """What the head of a usual request says: the body's length in bytes, who asks, and the answer's media type."""

    length: int
    authorization: str | None
    media_type: str


class Heads:
    """Reads heads; what the doors and the negotiation say of one is kept, for those that came last."""

    def __init__(self, doors: Doors) -> None:
        """Let in whom these doors let in."""
        self._doors = doors
        self._known: OrderedDict[_Head, str | None] = OrderedDict()

    def read(self, scope: Scope) -> UsualHead | None:
        """Return what the head of a usual request says, None for any other."""
        decisive, length, authorization = [scope["scheme"].encode()], b"", None
        for name, value in scope["headers"]:
            if name in DECISIVE:
                decisive += name, value
            elif name == b"content-length" and not length:
                length = value
            elif name == b"authorization" and authorization is None:
                authorization = value.decode("latin-1")
            elif name in UNUSUAL or name in {b"content-length", b"authorization"}:
                return None
        media_type = self._media_type(tuple(decisive), scope)
        if media_type is None or not length.isdigit() or len(length) > len(str(2**63)):
            return None
        return UsualHead(int(length), authorization, media_type)

    def _media_type(self, head: _Head, scope: Scope) -> str | None:
        """Return the media type of the one answer that a request awaits, None for one that is not usual."""
        if head in self._known:
            self._known.move_to_end(head)
            return self._known[head]
        media_type = self._judge(scope)
        if sum(map(len, head)) <= LONGEST_HEAD:
            self._known[head] = media_type
            if len(self._known) > MOST_HEADS:
                self._known.popitem(last=False)
        return media_type

    def _judge(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        if may_stream(headers) or not self._doors.lets_in(scope):
            return None
        try:
            check_coding(headers)
        except RefusedRequestError:
            return None
        return wanted_media_type(headers)

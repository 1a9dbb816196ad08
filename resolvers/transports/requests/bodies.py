"""The bodies of requests: bounded each, and all that are held at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from resolvers.execution.errors import ErrorCode
from resolvers.transports.requests.refusals import RefusedRequestError
from runindex.domain.errors import UnavailableError


class Bodies:
    """Counts the bytes of the bodies that requests bring, from their announcement to their answer."""

    def __init__(self, largest: int, together: int) -> None:
        """Take bodies of at most `largest` bytes, and at most `together` bytes at a time."""
        self.largest = largest
        self.together = together
        self.held = 0

    def has_room(self, size: int) -> bool:
        """Tell whether a body of an announced size is within the bounds at present."""
        return size <= self.largest and self.held + size <= self.together

    @contextmanager
    def receiving(self, scope: Scope, receive: Receive) -> Iterator["Body"]:
        """Receive a request's body within the bounds; its bytes count until the context ends."""
        body = Body(self, Headers(scope=scope).get("content-length", ""), receive)
        try:
            yield body
        finally:
            self.held -= body.held


class Body:
    """The `receive` of one request. It raises RefusedRequestError beyond a bound, before it reads on."""

    def __init__(self, bodies: Bodies, announced: str, receive: Receive) -> None:
        """Receive a body that announces its length, or none."""
        self._bodies = bodies
        self._receive = receive
        self._announced = int(announced) if announced.isascii() and announced.isdigit() else 0
        self._received = 0
        self.held = 0

    async def __call__(self) -> Message:
        """Return the next part of the body."""
        self.hold(self._announced)
        message = await self._receive()
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            self.hold(self._received)
        return message

    def hold(self, size: int) -> None:
        """Count so many bytes as the request's; raise RefusedRequestError beyond a bound."""
        if size <= self.held:
            return
        bodies = self._bodies
        if size > bodies.largest:
            raise RefusedRequestError(
                f"the body is larger than {bodies.largest} bytes",
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                ErrorCode.LIMIT_EXCEEDED,
                headers={"Connection": "close"},
                limit=bodies.largest,
            )
        if bodies.held + size - self.held > bodies.together:
            raise RefusedRequestError(
                "too much is being sent to this server at a time",
                HTTPStatus.SERVICE_UNAVAILABLE,
                UnavailableError.code,
                headers={"Connection": "close", "Retry-After": "1"},
            )
        bodies.held += size - self.held
        self.held = size

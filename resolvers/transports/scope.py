"""The keys of a connection's ASGI scope by which the server offers more than ASGI does."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, Final, Protocol, TypeAlias

from resolvers.streams.sink import FlowControl

# Of any connection: its flow control.
FLOW: Final = "runindex.flow"
# Of a connection over HTTP: a set of functions that the server calls when the client hangs up.
GONE: Final = "runindex.gone"
# Of a connection over HTTP: a function that sends a whole answer of status 200 at once.
SEND_WHOLE: Final = "runindex.send_whole"
# Of a WebSocket: a function that sends a text at once, and a list of functions that return the pending operations which
# the server waits for before it stops.
WRITE_TEXT: Final = "runindex.write_text"
PENDING: Final = "runindex.pending"
# Of a WebSocket: its part in the server's admission.
ADMISSION: Final = "runindex.admission"
# Of a request: its caller, once let in.
CALLER: Final = "runindex.caller"
# Of a request that has its turn: a function that lets the next of its caller begin.
MAKE_ROOM: Final = "runindex.make_room"
# Of a request: the context of its operation, once made.
CONTEXT: Final = "runindex.context"
SendWhole: TypeAlias = Callable[[Sequence[tuple[bytes, bytes]], bytes, bytes], Awaitable[None]]
WriteText: TypeAlias = Callable[[bytes], None]
Pending: TypeAlias = Callable[[], Collection[asyncio.Task[Any]]]


def flow_of(scope: Mapping[str, Any]) -> FlowControl | None:
    """Return a connection's flow control, if its server offers one."""
    flow: FlowControl | None = scope.get(FLOW)
    return flow


class OperationAdmission(Protocol):
    """A WebSocket's part in the server's admission."""

    @property
    def refusal(self) -> str | None:
        """Return why no further operation may be opened, None while one may."""
        ...

    async def pace(self) -> None:
        """Return once the socket may begin another operation: so many a second."""
        ...

    def operation(self, *, lasts: bool) -> AbstractAsyncContextManager[None]:
        """Count an operation while the context lasts, and enter it when its turn comes."""
        ...


class FreeAdmission:
    """Admits everything at once, as a server without admission does."""

    refusal = None

    async def pace(self) -> None:
        """Return at once."""

    def operation(self, *, lasts: bool) -> AbstractAsyncContextManager[None]:
        """Return a context of nothing."""
        del lasts
        return nullcontext()


FREE: Final = FreeAdmission()


def admission_of(scope: Mapping[str, Any]) -> OperationAdmission:
    """Return a socket's part in the server's admission."""
    admission: OperationAdmission = scope.get(ADMISSION, FREE)
    return admission

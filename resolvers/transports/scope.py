"""The keys of a connection's ASGI scope by which the server offers more than ASGI does."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, TypeAlias

from resolvers.streams.sink import FlowControl

# Of any connection: its flow control.
FLOW: Final = "runindex.flow"
# Of a connection over HTTP: a set of functions that the server calls when the client hangs up.
GONE: Final = "runindex.gone"
# Of a WebSocket: a function that sends a text at once, and a list of functions that return the pending operations which
# the server waits for before it stops.
WRITE_TEXT: Final = "runindex.write_text"
PENDING: Final = "runindex.pending"
# Of a request: its caller, once let in.
CALLER: Final = "runindex.caller"
WriteText: TypeAlias = Callable[[bytes], None]
Pending: TypeAlias = Callable[[], Collection[asyncio.Task[Any]]]


def flow_of(scope: Mapping[str, Any]) -> FlowControl | None:
    """Return a connection's flow control, if its server offers one."""
    flow: FlowControl | None = scope.get(FLOW)
    return flow

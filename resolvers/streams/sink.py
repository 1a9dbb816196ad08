"""Where the items of one operation go: a connection that takes them, or does not for now.

Nothing is made ready for a client that does not read: one that is let down in the midst of a stream goes on later, from
where it stood.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, TypeAlias

# Where in a connection's scope its server keeps the flow.
FLOW: Final = "runindex.flow"
Write: TypeAlias = Callable[[bytes], None]


class Flow(Protocol):
    """Tells whether a client takes what is sent to it; while it does, sending waits for nothing."""

    write_paused: bool

    async def drain(self) -> None:
        """Wait until it does."""
        ...

    def give_up(self) -> None:
        """Break off with a client that does not."""
        ...


async def flowing(flow: Flow | None) -> None:
    """Return when a client takes what is sent; a server without flows waits in `send` instead."""
    # Who was woken by the same news may have been quicker, and enough for the client.
    while flow is not None and flow.write_paused:
        await flow.drain()


def flow_of(scope: Mapping[str, Any]) -> Flow | None:
    """Return a connection's flow, if the server that holds it tells."""
    flow: Flow | None = scope.get(FLOW)
    return flow


class Sink:
    """Sends the items of one operation past all that keeps books of its connection."""

    __slots__ = ("_flow", "_write")

    def __init__(self, flow: Flow | None, write: Write) -> None:
        """Send by `write`, which must not wait while the client takes what is sent."""
        self._flow = flow
        self._write = write

    @property
    def is_told(self) -> bool:
        """Tell whether the server lets it be known what the client takes."""
        return self._flow is not None

    async def flowing(self) -> None:
        """Return when an item would be taken."""
        await flowing(self._flow)

    def put(self, payload: bytes) -> bool:
        """Send an item if it is taken at once, and tell whether it was."""
        if self._flow is None or self._flow.write_paused:
            return False
        self._write(payload)
        return True

"""Sinks: an item is sent at once when the client takes it, and not kept when it does not.

A subscriber that cannot be sent an item goes on later, from its position.
"""

from collections.abc import Callable
from typing import Protocol, TypeAlias

Write: TypeAlias = Callable[[bytes, str], None]
Mark: TypeAlias = Callable[[str], None]


class FlowControl(Protocol):
    """The flow control of a connection: while writing is not paused, a send waits for nothing."""

    write_paused: bool

    async def drain(self) -> None:
        """Wait until writing is not paused."""
        ...

    def abort(self) -> None:
        """Drop the connection, and what was not sent on it yet."""
        ...


async def writable(flow: FlowControl | None) -> None:
    """Return once a client takes what is sent; on a server without flow control, `send` waits instead."""
    # Another task that waited for the same client may have paused writing again.
    while flow is not None and flow.write_paused:
        await flow.drain()


class Sink:
    """Writes the items of one operation straight to the transport, bypassing ASGI, when flow control allows."""

    __slots__ = ("_flow", "_mark", "_write")

    def __init__(self, flow: FlowControl | None, write: Write, mark: Mark | None = None) -> None:
        """Send an item and its cursor by `write`, a cursor alone by `mark`; neither waits while writing is not paused.

        A transport without `mark` has no place for cursors.
        """
        self._flow = flow
        self._mark = mark
        self._write = write

    @property
    def has_flow_control(self) -> bool:
        """Tell whether the server offers flow control; without it `try_send` sends nothing."""
        return self._flow is not None

    async def writable(self) -> None:
        """Return once an item can be sent."""
        await writable(self._flow)

    def try_send(self, payload: bytes, cursor: str = "") -> bool:
        """Send an item, with its cursor if it has one, if that can be done at once, and tell whether it was."""
        if self._flow is None or self._flow.write_paused:
            return False
        self._write(payload, cursor)
        return True

    def try_mark(self, cursor: str) -> None:
        """Send a cursor without an item, if the transport has a place for it and it can be done at once."""
        if self._mark is not None and self._flow is not None and not self._flow.write_paused:
            self._mark(cursor)

"""A transport without a network, which keeps what is written on it."""

import asyncio
from typing import Any

LIMIT = 4 * 2**20  # bytes of a connection's answers


class WrittenTransport(asyncio.Transport):
    """Passes bytes to its protocol, and takes all that this writes."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__({"peername": ("127.0.0.1", 50_000), "sockname": ("127.0.0.1", 80)})
        self.written: list[bytes] = []
        self.is_lost = False
        self._loop = loop
        self._protocol: Any = None
        self._is_closing = False
        self._is_ended = False

    def feed(self, data: bytes) -> None:
        """Let bytes arrive."""
        self._protocol.data_received(data)

    def write(self, data: Any) -> None:  # noqa: ANN401 - bytes of any kind
        if self._is_ended:
            raise RuntimeError("Cannot call write() after write_eof()")
        if not self._is_closing:
            self.written.append(bytes(data))

    def close(self) -> None:
        if not self._is_closing:
            self._is_closing = True
            self._loop.call_soon(self._lose)

    def abort(self) -> None:
        self.close()

    def is_closing(self) -> bool:
        return self._is_closing

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        protocol: asyncio.BaseProtocol = self._protocol
        return protocol

    def pause_reading(self) -> None:
        """Do nothing: what arrives is little."""

    def resume_reading(self) -> None:
        """Do nothing."""

    def is_reading(self) -> bool:
        return True

    def write_eof(self) -> None:
        self._is_ended = True

    def can_write_eof(self) -> bool:
        return True

    def get_write_buffer_size(self) -> int:
        return 0

    def _lose(self) -> None:
        self.is_lost = True
        self._protocol.connection_lost(None)

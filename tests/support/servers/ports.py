"""Ports for servers that tests start."""

import os
import secrets
import socket
from typing import Final

_GIVEN: Final[set[int]] = set()


def free_port() -> int:
    """Find a free port below the ones the system hands out; no other test of the run is given the same.

    In that range a client that reconnects to a stopped server could be given the server's own port, and talk to itself.
    """
    # Two workers of xdist share the ports out: to one would else be free what the other's server is about to take.
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        if port in _GIVEN or port % workers != worker % workers:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _GIVEN.add(port)
        return port

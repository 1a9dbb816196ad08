"""Ports for servers that tests start."""

import secrets
import socket


def free_port() -> int:
    """Find a free port below the ones the system hands out.

    In that range a client that reconnects to a stopped server could be given the server's own port, and talk to itself.
    """
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port

"""Ports for servers that tests start."""

import fcntl
import os
import secrets
import socket
import tempfile
from pathlib import Path
from typing import Final

_GIVEN: Final[set[int]] = set()
# A byte for each port, locked by the process that was given it for as long as that lives. To other workers and other
# runs of tests on this machine it would else be free until the server that is about to start has it.
_LOCKS: Final = Path(tempfile.gettempdir(), f"runindex-test-ports-{os.getuid()}").open("ab")  # noqa: SIM115


def free_port() -> int:
    """Find a free port below the ones the system hands out; no other test is given the same.

    In that range a client that reconnects to a stopped server could be given the server's own port, and talk to itself.
    """
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        if port not in _GIVEN and _is_free(port):
            _GIVEN.add(port)
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            fcntl.lockf(_LOCKS, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True

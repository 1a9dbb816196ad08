"""The limits of connections."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """What connections may have at most.

    `head` is in bytes. `requests` are executed at a time, and `waiting` wait for that. `sockets` are WebSockets and
    streams over HTTP, `subscriptions` the operations that are open on sockets; both for the process, and for each
    caller. `frames` and `operations` are those of one socket in a second: more are read later.
    """

    head: int = 64 * 1024
    requests: int = 200
    waiting: int = 200
    sockets: int = 10_000
    sockets_per_caller: int = 10_000
    subscriptions: int = 100_000
    subscriptions_per_caller: int = 20_000
    frames: int = 5_000
    operations: int = 2_000

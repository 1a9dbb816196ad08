"""A program that has loaded all that a server needs, and starts servers by fork: `tests.support.servers.forking`.

A server so started runs the command's own code in a process of its own; only its imports are spared. Here is nothing
that two processes could share: no thread, no event loop, and no file but the socket that orders come from.
"""

import gc
import json
import os
import signal
import socket
import sys
import threading
import time
from importlib import import_module
from typing import Final

# What a server imports when it runs, whatever its storage.
MODULES: Final = (
    "alembic.command",
    "persistence.memory.feed",
    "persistence.memory.store",
    "persistence.migrations.postgres",
    "persistence.postgres.listening.feed",
    "persistence.postgres.store",
    "persistence.sqlite.feed",
    "persistence.sqlite.store",
    "runindex.bootstrap",
    "runindex.cli.main",
    "runindex.server.addresses",
    "runindex.server.process",
    "sqlalchemy.dialects.sqlite",
    "uvicorn.lifespan.on",
    "uvloop",
)
LONGEST_ORDER: Final = 1 << 16
READY: Final = b"ready"


def take_orders(orders: socket.socket) -> None:
    """Fork a server for each order; return in the server, and end with the socket's other end."""
    orders.send(READY)
    while True:
        text, files, _, _ = socket.recv_fds(orders, LONGEST_ORDER, 1)
        if not text:
            sys.exit()
        if threading.active_count() > 1 or len(os.listdir("/proc/self/task")) > 1:  # noqa: PTH208 - counted only
            sys.exit("servers cannot be forked beside threads")
        read, write = os.pipe()
        parent = os.fork()
        if parent == 0:
            server = os.fork()
            if server == 0:
                become_server(json.loads(text), *files)
                return
            os.write(write, str(server).encode())
            os._exit(0)
        # Once its parent has ended, the server is a child of the one that gave the order.
        os.waitpid(parent, 0)
        orders.send(os.read(read, 20))
        for file in (read, write, *files):
            os.close(file)


def become_server(order: dict[str, object], output: int) -> None:
    """Take the arguments, directory, environment and output of an order, as a command does that is started by it."""
    arguments, directory, environment = order["arguments"], order["directory"], order["environment"]
    assert isinstance(arguments, list)
    assert isinstance(environment, dict)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.chdir(str(directory))
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = arguments


def main() -> None:
    """Load everything, and be a server whenever one is ordered."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    for name in MODULES:
        import_module(name)
    gc.collect()
    gc.freeze()  # or each server would look through all that is loaded, and copy it
    with socket.socket(fileno=int(sys.argv[1])) as orders:
        take_orders(orders)
        orders.detach()  # closed in the server already, with all others
    from runindex.cli.main import main as run_command  # noqa: PLC0415 - loaded above, and not by who imports this

    run_command()


if __name__ == "__main__":
    main()

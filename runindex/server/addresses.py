"""The addresses that the server listens on: bound before anything else is done, and shown as they can be opened."""

import errno
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address
from typing import Any, Final

from runindex.domain.errors import UnavailableError
from runindex.settings.settings import SettingsError

# An address of a name that this machine does not have at present, such as ::1 of localhost without IPv6.
_ABSENT: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


@contextmanager
def bind(host: str, port: int) -> Iterator[list[socket.socket]]:
    """Bind sockets to all addresses of a host, on one port; nobody can connect before they listen.

    Raise UnavailableError when none is there or one is taken, SettingsError for what can be no host.
    """
    with ExitStack() as stack:
        bound: list[socket.socket] = []
        absent: OSError | None = None
        for family, address in _resolve(host, port):
            own_port = port or (bound[0].getsockname()[1] if bound else 0)
            try:
                bound.append(stack.enter_context(_bind_one(family, (address[0], own_port, *address[2:]))))
            except OSError as error:
                absent = error
                if error.errno not in _ABSENT:
                    break
        if absent is not None and (not bound or absent.errno not in _ABSENT):
            raise UnavailableError(f"{show(host, port)} cannot be listened on: {_reason(absent)}")
        yield bound


def addresses_of(host: str, sockets: Sequence[socket.socket]) -> list[str]:
    """Return the URL of the API by each address; one that stands for all is shown as this machine's own."""
    shown: dict[str, None] = {}
    for one in sockets:
        number, port = one.getsockname()[:2]
        plain = ip_address(number.partition("%")[0])
        own = "127.0.0.1" if one.family == socket.AF_INET else "::1"
        name = own if plain.is_unspecified else host
        shown[f"http://{show(name, port)}/graphql"] = None
    return list(shown)


def are_loopback(sockets: Sequence[socket.socket]) -> bool:
    """Tell whether only this machine reaches all of the sockets."""
    return all(ip_address(str(bound.getsockname()[0]).partition("%")[0]).is_loopback for bound in sockets)


def show(host: str, port: int) -> str:
    """Return a host and its port as in a URL."""
    return f"[{host.replace('%', '%25')}]:{port}" if ":" in host else f"{host}:{port}"


def _resolve(host: str, port: int) -> list[tuple[int, tuple[Any, ...]]]:
    if not host.strip():
        raise SettingsError("--host names no address: 127.0.0.1 is this machine alone, 0.0.0.0 all of its addresses")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise UnavailableError(f"--host {host} is no address: {error.strerror}") from None
    except (UnicodeError, ValueError):
        raise SettingsError("--host can be no name of a host") from None
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


def _bind_one(family: int, address: tuple[Any, ...]) -> socket.socket:
    one = socket.socket(family, socket.SOCK_STREAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(address)
    except BaseException:
        one.close()
        raise
    return one


def _reason(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "another program has the port (--port names another)"
    return str(error.strerror)

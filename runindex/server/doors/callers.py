"""Callers as admission knows them, and how much each has open."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final

from starlette.types import Scope

# One customer of a network has at least this many addresses.
_IPV6_PREFIX: Final = 64


def address_of(scope: Scope) -> str:
    """Return the address that a request comes from: that of its client, where a trusted proxy tells it.

    IPv6 addresses of one network are one.
    """
    return _network((scope.get("client") or ("",))[0])


def caller_by_address(scope: Scope, authorization: str | None) -> str:
    """Name a caller by its address, whatever it says of itself."""
    del authorization
    return address_of(scope)


@lru_cache(maxsize=1024)
def _network(host: str) -> str:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> _IPV6_PREFIX << _IPV6_PREFIX)}/{_IPV6_PREFIX}"


class Counts:
    """How many of a kind are open: in all, and of each caller."""

    def __init__(self, most: int, most_per_caller: int, kind: str, setting: str) -> None:
        """Allow so many."""
        self.open = 0
        self._most = most
        self._most_per_caller = most_per_caller
        self._kind = kind
        self._setting = setting
        self._callers: Counter[str] = Counter()

    def refusal(self, caller: str) -> str | None:
        """Return why a caller may open no other one, None while it may."""
        if self.open >= self._most:
            return f"this server carries at most {self._most} {self._kind} ({self._setting})"
        if self._callers[caller] >= self._most_per_caller:
            return f"a caller has at most {self._most_per_caller} {self._kind} ({self._setting}_PER_CALLER)"
        return None

    @contextmanager
    def counting(self, caller: str) -> Iterator[None]:
        """Count one while the context lasts."""
        self.open += 1
        self._callers[caller] += 1
        try:
            yield
        finally:
            self.open -= 1
            self._callers[caller] -= 1
            if not self._callers[caller]:
                del self._callers[caller]

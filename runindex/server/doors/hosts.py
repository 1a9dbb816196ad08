"""The hosts that a server answers to."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

_ANY: Final = "*"


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """The names that a server answers to, besides those of its machine and addresses in numbers.

    A page that reaches the server by rebinding a name of its own says that name; it cannot say a number.
    """

    names: tuple[str, ...] = ()

    def __contains__(self, host: str) -> bool:
        """Tell whether the server answers to the host of a request, with or without a port."""
        name = _name_of(host)
        if _ANY in self.names or name == "localhost" or name.endswith(".localhost") or _is_number(name):
            return True
        return any(name.endswith(allowed) if allowed.startswith(".") else name == allowed for allowed in self.names)


def _name_of(host: str) -> str:
    """Return a host without its port, in lower case and without a final dot."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower().removesuffix(".")


def _is_number(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True

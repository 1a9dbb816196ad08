"""Origins of web pages, compared as the Fetch standard does."""

from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Origin:
    """The scheme, host and port that a page comes from."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read an origin (`https://example.org:8443`), None for what is none, as `null`."""
        try:
            parts = urlsplit(text.lower())
            port = parts.port
        except ValueError:
            return None
        if not parts.hostname or parts.scheme not in _PORTS or parts.path not in ("", "/") or parts.query:
            return None
        return cls(parts.scheme, parts.hostname, port or _PORTS[parts.scheme])

    def is_of(self, scheme: str, host: str) -> bool:
        """Tell whether a page of this origin and a request for a host come to the same place.

        Where a proxy ends TLS, the request comes by http, and the page by https.
        """
        if scheme == "https" and self.scheme != "https":
            return False
        addressed = Origin.parse(f"{self.scheme}://{host}")
        return addressed == self

    def __str__(self) -> str:
        """Return the origin as browsers write it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")

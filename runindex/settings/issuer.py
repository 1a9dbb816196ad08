"""The settings of an issuer of tokens (OpenID Connect), of which the server believes the signatures."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

_NEEDED: Final = ("RUNINDEX_OIDC_ISSUER", "RUNINDEX_OIDC_AUDIENCE", "RUNINDEX_OIDC_JWKS")
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class IssuerError(Exception):
    """A setting that is missing or wrong; the text names it."""


@dataclass(frozen=True, slots=True)
class IssuerSettings:
    """Who issues tokens, for whom, where its keys (a JWK set, RFC 7517) are, and which claim tells the scope."""

    issuer: str
    audience: str
    keys: str
    scope_claim: str = "scope"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self | None:
        """Read the settings, None without any; raise IssuerError for a wrong or missing one."""
        given = [environment.get(name, "").strip() for name in _NEEDED]
        scope_claim = environment.get("RUNINDEX_OIDC_SCOPE_CLAIM", "").strip() or "scope"
        if not any(given):
            return None
        if not all(given):
            missing = ", ".join(name for name, text in zip(_NEEDED, given, strict=True) if not text)
            raise IssuerError(f"an issuer of tokens needs {missing} too")
        issuer, audience, keys = given
        if "://" in keys and not _is_safe(keys):
            raise IssuerError("RUNINDEX_OIDC_JWKS must be an https:// address, or the path of a file")
        if "://" not in keys and not Path(keys).is_file():
            raise IssuerError("RUNINDEX_OIDC_JWKS names no file that is there")
        return cls(issuer, audience, keys, scope_claim)

    @property
    def is_remote(self) -> bool:
        """Tell whether the keys are at an address, and not in a file."""
        return "://" in self.keys


def _is_safe(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL))

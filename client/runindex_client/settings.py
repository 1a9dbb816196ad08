"""What the environment says of where to report, and how."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

DEFAULT_URL: Final = "http://127.0.0.1:8000"
ENDPOINT: Final = "/graphql"
MOST_SPOOL_BYTES: Final = 1 << 30
EXIT_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Settings:
    """The server's endpoint, the token for it, the run that this process is part of, and the limits of the spool."""

    url: str
    token: str | None = None
    run_id: str | None = None
    spool: Path = Path()
    most_spool_bytes: int = MOST_SPOOL_BYTES
    exit_seconds: float = EXIT_SECONDS

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read RUNINDEX_URL, _TOKEN, _RUN_ID, _SPOOL, _SPOOL_BYTES and _EXIT_SECONDS; what is no number is ignored."""
        return cls(
            url=endpoint_of(environment.get("RUNINDEX_URL") or DEFAULT_URL),
            token=environment.get("RUNINDEX_TOKEN") or None,
            run_id=environment.get("RUNINDEX_RUN_ID") or None,
            spool=_spool_of(environment),
            most_spool_bytes=int(_number(environment, "RUNINDEX_SPOOL_BYTES", MOST_SPOOL_BYTES)),
            exit_seconds=_number(environment, "RUNINDEX_EXIT_SECONDS", EXIT_SECONDS),
        )

    @property
    def spools(self) -> tuple[Path, ...]:
        """Return the directories in which something may wait: the spool, and where it is made instead."""
        return tuple(dict.fromkeys((self.spool, temporary_spool())))

    def at(self, url: str | None) -> "Settings":
        """Return the same settings for another address, if one is given."""
        return replace(self, url=endpoint_of(url)) if url else self


def endpoint_of(url: str) -> str:
    """Return the GraphQL endpoint of a server's address, which may name it already."""
    trimmed = url.rstrip("/")
    return trimmed if trimmed.endswith(ENDPOINT) else trimmed + ENDPOINT


def _spool_of(environment: Mapping[str, str]) -> Path:
    """Return the spool's directory: as given, else in the user's state, else in the temporary directory."""
    if given := environment.get("RUNINDEX_SPOOL"):
        return Path(given)
    if state := environment.get("XDG_STATE_HOME"):
        return Path(state, "runindex", "spool")
    if home := environment.get("HOME"):
        return Path(home, ".local", "state", "runindex", "spool")
    return temporary_spool()


def temporary_spool() -> Path:
    """Return the spool's directory among temporary files."""
    import tempfile

    return Path(tempfile.gettempdir(), f"runindex-spool-{os.getuid()}")


def without_credentials(url: str) -> str:
    """Return an address without the name and password that it may have, to be shown."""
    scheme, separator, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{separator}{authority.rpartition('@')[2]}{slash}{path}" if separator else url


def _number(environment: Mapping[str, str], name: str, default: float) -> float:
    try:
        return max(0.0, float(environment[name]))
    except (KeyError, ValueError):
        return default

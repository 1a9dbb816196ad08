"""Settings, read from the environment at the start."""

import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Final, Self, TypeVar

from platformdirs import user_data_path

from runindex.domain.tokens import NAME, Token, TokenScope, hash_of
from runindex.settings.connection_limits import ConnectionLimits
from runindex.settings.issuer import IssuerError, IssuerSettings
from runindex.settings.limits import Limits
from runindex.settings.origins import Origin
from runindex.settings.sqlite_path import PathError, read_path

Choice = TypeVar("Choice", bound=StrEnum)
Default = TypeVar("Default", float, None)
Bounds = TypeVar("Bounds", Limits, ConnectionLimits)
# No time is longer, so that all can be computed with.
MAX_SECONDS: Final = 1e10
NAMES: Final = (
    *("STORAGE_BACKEND", "SQLITE_PATH", "POSTGRESQL_URL", "LISTEN_DSN", "RUNINDEX_NOTIFY", "RUNINDEX_POOL_SIZE"),
    *("RUNINDEX_OPERATION_SECONDS", "RUNINDEX_GRAPHIQL", "RUNINDEX_KEEP_JOBS_SECONDS"),
    *("RUNINDEX_ALLOWED_HOSTS", "RUNINDEX_ALLOWED_ORIGINS", "RUNINDEX_TRUSTED_PROXIES", "RUNINDEX_TOKENS"),
    *("RUNINDEX_OIDC_ISSUER", "RUNINDEX_OIDC_AUDIENCE", "RUNINDEX_OIDC_JWKS", "RUNINDEX_OIDC_SCOPE_CLAIM"),
    *(f"RUNINDEX_MAX_{each.name.upper()}" for each in fields(Limits)),
    *(f"RUNINDEX_MAX_{each.name.upper()}" for each in fields(ConnectionLimits)),
    *("RUNINDEX_RATE_PER_TOKEN", "RUNINDEX_ROOT_PATH", "RUNINDEX_COMPILATION"),
)
# A bearer token (RFC 6750), of a length that is not guessed.
SECRET: Final = re.compile(r"[A-Za-z0-9._~+/=-]{16,255}")
# A path without a final slash.
_PATH: Final = re.compile(r"(?:/[\w.~-]+)+", re.ASCII)
# A connection string of keywords and values begins with one.
_KEYWORD: Final = re.compile(r"\s*[a-z_]+\s*=")


class SettingsError(ValueError):
    """A setting with which the server cannot start; the message is one line for its operator."""


class StorageBackend(StrEnum):
    """Where the index is kept."""

    MEMORY = "memory"
    SQLITE = "sqlite"
    POSTGRES = "postgres"


class Compilation(StrEnum):
    """Whether operations are compiled: when they are seen again, never, or at once."""

    ON = "on"
    OFF = "off"
    FORCED = "forced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a server; times are in seconds."""

    storage: StorageBackend = StorageBackend.SQLITE
    sqlite_path: Path
    postgresql_url: str | None = None
    listen_dsn: str | None = None
    notify: bool = True
    pool_size: int = 10
    operation_seconds: float = 10.0
    graphiql: bool = True
    keep_jobs_seconds: float | None = None
    limits: Limits = field(default_factory=Limits)
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: frozenset[Origin] = frozenset()
    trusted_proxies: tuple[str, ...] = ()
    tokens: tuple[Token, ...] = ()
    issuer: IssuerSettings | None = None
    connection_limits: ConnectionLimits = field(default_factory=ConnectionLimits)
    rate_per_token: int | None = None
    root_path: str = ""
    compilation: Compilation = Compilation.ON
    dashboard: bool = True

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the settings; raise SettingsError for a wrong or missing one."""
        settings = cls(
            storage=_choice(environment, "STORAGE_BACKEND", StorageBackend, StorageBackend.SQLITE),
            sqlite_path=_sqlite_path(environment, "SQLITE_PATH"),
            postgresql_url=_postgres_url(environment, "POSTGRESQL_URL"),
            listen_dsn=_postgres_url(environment, "LISTEN_DSN"),
            notify=_choice(environment, "RUNINDEX_NOTIFY", _Switch, _Switch.ON) is _Switch.ON,
            pool_size=_count(environment, "RUNINDEX_POOL_SIZE", 10),
            operation_seconds=_positive(environment, "RUNINDEX_OPERATION_SECONDS", 10),
            graphiql=_choice(environment, "RUNINDEX_GRAPHIQL", _Switch, _Switch.ON) is _Switch.ON,
            keep_jobs_seconds=_positive(environment, "RUNINDEX_KEEP_JOBS_SECONDS", None),
            limits=_limits(environment, Limits),
            allowed_hosts=_names(environment, "RUNINDEX_ALLOWED_HOSTS"),
            allowed_origins=_origins(environment, "RUNINDEX_ALLOWED_ORIGINS"),
            trusted_proxies=_names(environment, "RUNINDEX_TRUSTED_PROXIES"),
            tokens=_tokens(environment, "RUNINDEX_TOKENS"),
            issuer=_issuer(environment),
            connection_limits=_limits(environment, ConnectionLimits),
            rate_per_token=_count(environment, "RUNINDEX_RATE_PER_TOKEN", 0) or None,
            root_path=_root_path(environment, "RUNINDEX_ROOT_PATH"),
            compilation=_choice(environment, "RUNINDEX_COMPILATION", Compilation, Compilation.ON),
            dashboard=_choice(environment, "RUNINDEX_DASHBOARD", _Switch, _Switch.ON) is _Switch.ON,
        )
        if settings.storage is StorageBackend.POSTGRES and settings.postgresql_url is None:
            raise SettingsError(
                "STORAGE_BACKEND=postgres needs POSTGRESQL_URL (postgresql://user:password@host/database;"
                " postgresql:// takes all from PGHOST, PGUSER and so on)"
            )
        return settings


class _Switch(StrEnum):
    ON = "on"
    OFF = "off"


def _choice(environment: Mapping[str, str], name: str, choices: type[Choice], default: Choice) -> Choice:
    text = environment.get(name)
    if not text:
        return default
    try:
        return choices(text)
    except ValueError:
        raise SettingsError(f"{name} must be one of {', '.join(choices)}") from None


def _positive(environment: Mapping[str, str], name: str, default: Default) -> float | Default:
    text = environment.get(name)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= MAX_SECONDS:
        raise SettingsError(f"{name} must be a number above 0, and at most {MAX_SECONDS:.0f}")
    return value


def _count(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise SettingsError(f"{name} must be a whole number above 0")
    return int(text)


def _names(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Return what a setting lists, with commas between."""
    return tuple(filter(None, (each.strip() for each in environment.get(name, "").split(","))))


def _origins(environment: Mapping[str, str], name: str) -> frozenset[Origin]:
    texts = _names(environment, name)
    origins = [Origin.parse(text) for text in texts]
    if None in origins:
        raise SettingsError(f"{name} lists origins such as https://example.org:8443, with commas between")
    return frozenset(filter(None, origins))


def _limits(environment: Mapping[str, str], kind: type[Bounds]) -> Bounds:
    defaults = asdict(kind())
    return kind(**{name: _count(environment, f"RUNINDEX_MAX_{name.upper()}", defaults[name]) for name in defaults})


def _root_path(environment: Mapping[str, str], name: str) -> str:
    path = environment.get(name, "").rstrip("/")
    if path and not _PATH.fullmatch(path):
        raise SettingsError(f"{name} must be a path like /runindex")
    return path


def _tokens(environment: Mapping[str, str], name: str) -> tuple[Token, ...]:
    """Return the tokens of a setting, hashed; no message quotes what may be one."""
    found: list[Token] = []
    for entry in filter(None, (entry.strip() for entry in environment.get(name, "").split(","))):
        label, _, rest = entry.partition(":")
        scope, _, secret = rest.partition(":")
        if not NAME.fullmatch(label) or scope not in list(TokenScope) or not SECRET.fullmatch(secret):
            raise SettingsError(
                f"{name} must be entries name:scope:token, between commas; a scope is {', '.join(TokenScope)},"
                " a token 16 to 255 letters, digits and -._~+/="
            )
        found.append(Token(f"setting:{label}", label, TokenScope(scope), hash_of(secret), 0))
    return tuple(found)


def _issuer(environment: Mapping[str, str]) -> IssuerSettings | None:
    try:
        return IssuerSettings.from_environment(environment)
    except IssuerError as error:
        raise SettingsError(str(error)) from None


def _postgres_url(environment: Mapping[str, str], name: str) -> str | None:
    url = environment.get(name)
    if not url:
        return None
    if not (url.startswith(("postgresql://", "postgres://")) or _KEYWORD.match(url)):
        raise SettingsError(f"{name} must be an address like postgresql://user:password@host:5432/database")
    return url


def _sqlite_path(environment: Mapping[str, str], name: str) -> Path:
    text = environment.get(name)
    if not text:
        return user_data_path("runindex") / "runindex.db"
    try:
        return read_path(text, environment)
    except PathError as error:
        raise SettingsError(f"{name} cannot be used: {error}") from None

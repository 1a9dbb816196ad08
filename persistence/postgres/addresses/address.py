"""Where a Postgres server is and how to log in there, found out as libpq does it.

An option comes from the address itself, else from the service that it names, else from the environment.
"""

import os
import pwd
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self
from urllib.parse import urlencode

from persistence.postgres.addresses.conninfo import AddressError, read_conninfo
from persistence.postgres.addresses.login_files import find_password, read_service

DEFAULT_PORT: Final = 5432
# Where servers put their sockets: Debian's packages, Postgres itself.
SOCKET_FOLDERS: Final = ("/run/postgresql", "/var/run/postgresql", "/tmp")  # noqa: S108 - Postgres' own place
_LAST_PORT: Final = 65535
_ENVIRONMENT: Final = MappingProxyType(
    {
        **{keyword: f"PG{keyword.upper()}" for keyword in ("host", "hostaddr", "port", "user", "password", "options")},
        **{keyword: f"PG{keyword.upper()}" for keyword in ("passfile", "service", "sslmode", "sslnegotiation")},
        **{keyword: f"PG{keyword.upper()}" for keyword in ("sslcert", "sslkey", "sslrootcert", "sslcrl", "sslcrldir")},
        **{keyword: f"PG{keyword.upper()}" for keyword in ("gssencmode", "krbsrvname", "gsslib", "connect_timeout")},
        **{keyword: f"PG{keyword.upper()}" for keyword in ("requirepeer", "sslcertmode")},
        "dbname": "PGDATABASE",
        "application_name": "PGAPPNAME",
        "channel_binding": "PGCHANNELBINDING",
        "require_auth": "PGREQUIREAUTH",
        "ssl_min_protocol_version": "PGSSLMINPROTOCOLVERSION",
        "ssl_max_protocol_version": "PGSSLMAXPROTOCOLVERSION",
        "target_session_attrs": "PGTARGETSESSIONATTRS",
        "load_balance_hosts": "PGLOADBALANCEHOSTS",
    }
)
_CHOICES: Final = MappingProxyType(
    {
        "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
        "sslnegotiation": ("postgres", "direct"),
        "channel_binding": ("disable", "prefer", "require"),
        "gssencmode": ("disable", "prefer", "require"),
        "sslcertmode": ("disable", "allow", "require"),
        "load_balance_hosts": ("disable", "random"),
        "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
    }
)
# What asyncpg reads of TLS, under the same names.
_TLS: Final = (
    *("sslmode", "sslnegotiation", "sslcert", "sslkey", "sslpassword", "sslrootcert", "sslcrl"),
    *("ssl_min_protocol_version", "ssl_max_protocol_version"),
)
# What guards a login and cannot be had here: the operator is told that it is not.
_UNGUARDED: Final = ("require_auth", "requirepeer", "sslcrldir", "sslcertmode")
_STRICT: Final = ("require", "verify-ca", "verify-full")


@dataclass(frozen=True, slots=True)
class Host:
    """A server's name, number or socket folder, and its port."""

    name: str
    port: int

    @property
    def is_socket(self) -> bool:
        """Tell whether it is a folder, with a socket."""
        return self.name.startswith("/")

    def __str__(self) -> str:
        name = f"[{self.name}]" if ":" in self.name else self.name
        return f"{name}:{self.port}"


@dataclass(frozen=True, slots=True)
class Address:
    """Servers that may be the one, in the order in which to try them, and how to log in."""

    hosts: tuple[Host, ...]
    # What the password file calls them.
    names: tuple[str, ...]
    user: str
    database: str
    password: str = field(repr=False)
    passfile: Path | None
    tls: Mapping[str, str] = field(repr=False)
    settings: Mapping[str, str]
    target: str = "any"
    connect_timeout: float | None = None
    shuffled: bool = False
    kerberos: Mapping[str, str] = field(default_factory=dict)
    # Options that are not heeded, and what that means; a line each.
    remarks: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str, environment: Mapping[str, str] = os.environ) -> Self:
        """Find out what an address means; raise AddressError when it cannot be read, or asks for what there is not."""
        try:
            return cls._of(_options(text, environment), environment)
        except AddressError as error:
            raise AddressError(f"{error}{_hint(text)}") from None

    @classmethod
    def _of(cls, options: Mapping[str, str], environment: Mapping[str, str]) -> Self:
        _check(options)
        hosts, names = _hosts(options)
        user = options.get("user") or _login_name()
        database = options.get("dbname") or user
        tls, remarks = _tls(options, hosts)
        passfile = options.get("passfile")
        return cls(
            hosts=hosts,
            names=names,
            user=user,
            database=database,
            password=options.get("password", ""),
            passfile=Path(passfile) if passfile else _home(environment, ".pgpass"),
            tls=tls,
            settings={name: options[name] for name in ("application_name", "options") if options.get(name)},
            target=options.get("target_session_attrs") or "any",
            connect_timeout=_connect_timeout(options),
            shuffled=options.get("load_balance_hosts") == "random",
            kerberos={name: options[name] for name in ("krbsrvname", "gsslib") if options.get(name)},
            remarks=remarks,
        )

    def __str__(self) -> str:
        return f"{','.join(map(str, self.hosts))}/{self.database}"

    def attempts(self) -> Iterator[dict[str, Any]]:
        """Return the driver's arguments for each server to try."""
        targets = ("standby", "any") if self.target == "prefer-standby" else (self.target,)
        order = list(zip(self.hosts, self.names, strict=True))
        if self.shuffled:
            random.shuffle(order)  # nothing secret hangs on it
        for target in targets:
            for host, name in order:
                password = self.password or find_password(self.passfile, name, str(host.port), self.database, self.user)
                yield {
                    # The driver takes what is left out of TLS from the environment, where it is not either.
                    "dsn": f"postgresql:///?{urlencode(self.tls)}" if self.tls else None,
                    "host": host.name,
                    "port": host.port,
                    "user": self.user,
                    "database": self.database,
                    "password": password,
                    "target_session_attrs": target,
                    **self.kerberos,
                }

    def seconds_per_server(self, seconds: float) -> float:
        """Return the time limit for each server, given that of all together."""
        if self.connect_timeout is not None:
            seconds = min(seconds, self.connect_timeout)
        return seconds / len(self.hosts)


def _options(text: str, environment: Mapping[str, str]) -> dict[str, str]:
    options = read_conninfo(text)
    service = options.get("service") or environment.get("PGSERVICE")
    if service:
        options = {**read_service(service, _service_files(environment)), **options}
    for keyword, variable in _ENVIRONMENT.items():
        if environment.get(variable):
            options.setdefault(keyword, environment[variable])
    return options


def _hint(text: str) -> str:
    """Return what to do about a password that ended too early."""
    before, at, _ = text.partition("://")[2].rpartition("@")
    return "; in a password, write @ as %40, / as %2F and % as %25" if at and set("/@%") & set(before) else ""


def _service_files(environment: Mapping[str, str]) -> list[Path]:
    own = environment.get("PGSERVICEFILE")
    files = [Path(own) if own else _home(environment, ".pg_service.conf")]
    shared = environment.get("PGSYSCONFDIR")
    files += [Path(folder) / "pg_service.conf" for folder in (shared,) if folder]
    return [file for file in files if file is not None]


def _home(environment: Mapping[str, str], name: str) -> Path | None:
    home = environment.get("HOME")
    try:
        return (Path(home) if home else Path.home()) / name
    except RuntimeError:
        return None


def _login_name() -> str:
    # As libpq: not as the environment says.
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise AddressError("it names no user, and the system does not either") from None


def _check(options: Mapping[str, str]) -> None:
    for keyword, choices in _CHOICES.items():
        if options.get(keyword) and options[keyword] not in choices:
            raise AddressError(f"{keyword} must be one of {', '.join(choices)}")
    if options.get("gssencmode") == "require":
        raise AddressError("gssencmode=require cannot be had: encryption is by TLS here (sslmode)")
    if options.get("replication", "false") not in ("", "false", "off", "no", "0"):
        raise AddressError("replication is for a standby's connection, and cannot be had here")


def _hosts(options: Mapping[str, str]) -> tuple[tuple[Host, ...], tuple[str, ...]]:
    """Return where the servers are, and what they are called."""
    numbers, names = options.get("hostaddr", ""), options.get("host", "")
    if not numbers and not names:
        ports = _ports(options.get("port", ""), 1)
        found = [folder for folder in SOCKET_FOLDERS if Path(folder, f".s.PGSQL.{ports[0]}").exists()]
        return (Host(found[0] if found else "localhost", ports[0]),), ("localhost",)
    listed = (numbers or names).split(",")
    called = (names or numbers).split(",")
    if len(listed) != len(called):
        raise AddressError(f"it has {len(called)} hosts and {len(listed)} numbers for them (hostaddr)")
    if any(name.startswith("@") for name in listed):
        raise AddressError("sockets without a file (@…) cannot be had here")
    if numbers and names and options.get("sslmode") == "verify-full":
        raise AddressError("hostaddr and sslmode=verify-full cannot be had together: name the host alone")
    called = [name or number for name, number in zip(called, listed, strict=True)]
    listed = [number or name or "localhost" for name, number in zip(called, listed, strict=True)]
    ports = _ports(options.get("port", ""), len(listed))
    hosts = tuple(Host(name, port) for name, port in zip(listed, ports, strict=True))
    # A socket in the usual place is this machine.
    return hosts, tuple("localhost" if name in ("", *SOCKET_FOLDERS) else name for name in called)


def _ports(text: str, count: int) -> list[int]:
    ports = [_port(port.strip()) for port in text.split(",")]
    if len(ports) == 1:
        return ports * count
    if len(ports) != count:
        raise AddressError(f"it has {len(ports)} ports for {count} hosts")
    return ports


def _port(text: str) -> int:
    if not text:
        return DEFAULT_PORT
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= _LAST_PORT):
        raise AddressError(f"a port is a number from 1 to {_LAST_PORT}, and this one is not")
    return int(text)


def _connect_timeout(options: Mapping[str, str]) -> float | None:
    text = options.get("connect_timeout", "").strip()
    if not text:
        return None
    try:
        seconds = int(text)
    except ValueError:
        raise AddressError("connect_timeout must be a whole number of seconds") from None
    return float(max(seconds, 2)) if seconds > 0 else None  # the least that libpq takes, and what it takes for no limit


def _tls(options: Mapping[str, str], hosts: Sequence[Host]) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Return what asyncpg is told of TLS, and what the operator is told of what cannot be had."""
    remarks = [f"{name} is not heeded: the driver has no such check" for name in _UNGUARDED if options.get(name)]
    if all(host.is_socket for host in hosts):
        return {"sslmode": "disable"}, tuple(remarks)
    tls = {name: options[name] for name in _TLS if options.get(name)}
    if tls.get("sslrootcert") == "system":
        if tls.setdefault("sslmode", "verify-full") != "verify-full":
            raise AddressError("sslrootcert=system takes sslmode=verify-full")
        tls["sslrootcert"] = _system_certificates()
    for name in ("sslrootcert", "sslcert", "sslkey", "sslcrl"):
        if tls.get(name) and not Path(tls[name]).is_file():
            raise AddressError(f"{name}={tls[name]}: there is no such file")
    if options.get("channel_binding") == "require":
        if tls.get("sslmode", "prefer") not in _STRICT:
            tls["sslmode"] = "require"
        remarks.append("channel_binding=require is not heeded: the driver has none; TLS is required instead")
    return tls, tuple(remarks)


def _system_certificates() -> str:
    """Return the file of the authorities that the system trusts."""
    import ssl  # noqa: PLC0415 - few need it

    paths = ssl.get_default_verify_paths()
    if paths.cafile is None:
        raise AddressError("sslrootcert=system: the system has no file of certificates; name one")
    return paths.cafile

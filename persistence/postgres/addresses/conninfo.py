"""The grammar of libpq's connection strings: URIs, and lists of keywords and values."""

import re
from typing import Final

SCHEMES: Final = ("postgresql://", "postgres://")
# What a server's address may hold; libpq 18 knows no other keywords.
KEYWORDS: Final = frozenset(
    {
        *("application_name", "channel_binding", "client_encoding", "connect_timeout", "dbname"),
        *("fallback_application_name", "gssdelegation", "gssencmode", "gsslib", "host", "hostaddr", "keepalives"),
        *("keepalives_count", "keepalives_idle", "keepalives_interval", "krbsrvname", "load_balance_hosts"),
        *("max_protocol_version", "min_protocol_version", "oauth_client_id", "oauth_client_secret", "oauth_issuer"),
        *("oauth_scope", "options", "passfile", "password", "port", "replication", "require_auth", "requirepeer"),
        *("scram_client_key", "scram_server_key", "service", "ssl_max_protocol_version"),
        *("ssl_min_protocol_version", "sslcert", "sslcertmode", "sslcompression", "sslcrl", "sslcrldir", "sslkey"),
        *("sslkeylogfile", "sslmode", "sslnegotiation", "sslpassword", "sslrootcert", "sslsni"),
        *("target_session_attrs", "tcp_user_timeout", "user"),
    }
)
_BLANKS: Final = " \t\n\v\f\r"
_ENCODED: Final = re.compile(b"%([0-9A-Fa-f]{2})?")


class AddressError(ValueError):
    """An address that cannot be read; the message is one line, and names no password."""


def read_conninfo(text: str) -> dict[str, str]:
    """Return the options that an address sets; raise AddressError where libpq would refuse it."""
    for scheme in SCHEMES:
        if text.startswith(scheme):
            return _read_uri(text.removeprefix(scheme))
    if "=" not in text:
        raise AddressError("it must be like postgresql://user:password@host:5432/database")
    return _read_pairs(text)


def check_keyword(keyword: str) -> None:
    """Raise AddressError for a keyword that libpq does not know."""
    if keyword not in KEYWORDS:
        raise AddressError(f'there is no option "{keyword}"')


def _read_uri(rest: str) -> dict[str, str]:
    options: dict[str, str] = {}
    # As in libpq the first @ ends the password, unless a slash comes before it.
    before, at, behind = rest.partition("@")
    if at and "/" not in before:
        user, _, password = before.partition(":")
        _set_if(options, "user", user)
        _set_if(options, "password", password)
        rest = behind
    rest = _read_hosts(rest, options)
    if rest.startswith("/"):
        database, mark, query = rest[1:].partition("?")
        _set_if(options, "dbname", database)
        rest = mark + query
    if len(rest) > 1:
        _read_query(rest[1:], options)
    return options


def _read_hosts(rest: str, options: dict[str, str]) -> str:
    """Read hosts and ports, and return what follows them."""
    hosts, ports = [], []
    while True:
        if rest.startswith("["):
            host, bracket, rest = rest[1:].partition("]")
            if not bracket or not host:
                raise AddressError("a host in brackets is not closed, or empty")
            if rest and rest[0] not in ":/?,":
                raise AddressError("there is something between a host in brackets and its port")
        else:
            host, rest = _until(rest, ":/?,")
        port = ""
        if rest.startswith(":"):
            port, rest = _until(rest[1:], "/?,")
        hosts.append(host)
        ports.append(port)
        if not rest.startswith(","):
            break
        rest = rest[1:]
    _set_if(options, "host", ",".join(hosts))
    _set_if(options, "port", ",".join(ports))
    return rest


def _until(text: str, ends: str) -> tuple[str, str]:
    place = next((place for place, character in enumerate(text) if character in ends), len(text))
    return text[:place], text[place:]


def _read_query(query: str, options: dict[str, str]) -> None:
    for pair in query.removesuffix("&").split("&"):
        keyword, *values = pair.split("=")
        if len(values) != 1:
            raise AddressError(f'the option "{_decode(keyword)}" must be followed by one "=" and its value')
        keyword, value = _decode(keyword), _decode(values[0])
        if (keyword, value) == ("ssl", "true"):  # as JDBC writes it
            keyword, value = "sslmode", "require"
        check_keyword(keyword)
        options[keyword] = value


def _set_if(options: dict[str, str], keyword: str, value: str) -> None:
    if value:
        options[keyword] = _decode(value)


def _decode(text: str) -> str:
    """Undo percent-encoding, which is of UTF-8; blanks around a part are no part of it."""
    text = text.strip(_BLANKS)
    if any(blank in text for blank in _BLANKS):
        raise AddressError("a blank must be written %20")

    def byte(found: re.Match[bytes]) -> bytes:
        digits = found[1]
        if digits is None or digits == b"00":
            raise AddressError("a % must be written %25, and NUL cannot be: percent-encode what is no letter or digit")
        return bytes([int(digits, 16)])

    try:
        return _ENCODED.sub(byte, text.encode(errors="surrogateescape")).decode()
    except UnicodeDecodeError:
        raise AddressError("what is percent-encoded is not UTF-8") from None


def _read_pairs(text: str) -> dict[str, str]:
    options: dict[str, str] = {}
    rest = text.strip()
    while rest:
        keyword, rest = _until(rest, "=" + _BLANKS)
        rest = rest.lstrip()
        if not rest.startswith("=") or not keyword:
            raise AddressError('each option is written keyword=value, and there is one without "="')
        value, rest = _read_value(rest[1:].lstrip())
        check_keyword(keyword)
        options[keyword] = value
        rest = rest.lstrip()
    return options


def _read_value(rest: str) -> tuple[str, str]:
    """Read a value, in quotes or up to a blank, and return it with what follows."""
    quoted = rest.startswith("'")
    characters: list[str] = []
    place = int(quoted)
    while place < len(rest):
        character = rest[place]
        if quoted and character == "'":
            return "".join(characters), rest[place + 1 :]
        if not quoted and character.isspace():
            break
        if character == "\\":
            place += 1
            character = rest[place : place + 1]
        characters.append(character)
        place += 1
    if quoted:
        raise AddressError("a quote is not closed")
    return "".join(characters), rest[place:]

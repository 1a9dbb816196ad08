"""The files that libpq reads beside an address: passwords (`~/.pgpass`) and services (`~/.pg_service.conf`)."""

import logging
import re
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from persistence.postgres.addresses.conninfo import AddressError, check_keyword

LOGGER: Final = logging.getLogger("runindex.postgres")
_FIELDS: Final = 5
_FIELD: Final = re.compile(r"(?:\\.|[^:\\]|\\$)*")
_ESCAPED: Final = re.compile(r"\\(.)")


def find_password(file: Path | None, host: str, port: str, database: str, user: str) -> str:
    """Return the first password that a file of them has for a login; an empty text if it has none."""
    for line in _lines(file):
        if line.startswith("#"):
            continue
        fields = _split(line)
        if len(fields) == _FIELDS and all(
            pattern == "*" or _ESCAPED.sub(r"\1", pattern) == text
            for pattern, text in zip(fields, (host, port, database, user), strict=False)
        ):
            return _ESCAPED.sub(r"\1", fields[-1])
    return ""


def read_service(name: str, files: Sequence[Path]) -> dict[str, str]:
    """Return the options of a service from the first file that has it; raise AddressError when none does."""
    for file in files:
        options = _section(name, file)
        if options is not None:
            return options
    raise AddressError(f'the service "{name}" is not defined (PGSERVICEFILE, ~/.pg_service.conf)')


def _section(name: str, file: Path) -> dict[str, str] | None:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    options: dict[str, str] | None = None
    for line in map(str.strip, lines):
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            if options is not None:
                break
            options = {} if line == f"[{name}]" else None
        elif options is not None:
            keyword, equals, value = line.partition("=")
            if not equals or keyword == "service":
                raise AddressError(f'the service "{name}" has a line that is no option')
            check_keyword(keyword)
            options.setdefault(keyword, value)
    return options


def _lines(file: Path | None) -> list[str]:
    """Return the lines of a file of passwords, none if others may read it."""
    try:
        if file is None or not file.is_file():
            return []
        if stat.S_IMODE(file.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
            LOGGER.warning("%s is passed over: others than its owner may read it (chmod 600)", file)
            return []
        return [line.rstrip("\r") for line in file.read_text(encoding="utf-8", errors="replace").split("\n")]
    except OSError:
        return []


def _split(line: str) -> list[str]:
    """Return the first five fields of a line; a backslash hides a colon. A field that no colon ends is the fifth."""
    fields: list[str] = []
    place = 0
    while len(fields) < _FIELDS - 1:
        found = _FIELD.match(line, place)
        end = found.end() if found else place
        if end >= len(line):
            return fields
        fields.append(line[place:end])
        place = end + 1
    password = _FIELD.match(line, place)
    return [*fields, password[0] if password else ""]

"""libpq itself, asked what it makes of an address."""

import ctypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.support.databases.postgres import BINARIES

LIBRARY: Final = next(BINARIES.parent.joinpath("lib").glob("libpq.so.*"))
_BAD: Final = 1  # CONNECTION_BAD


class _Option(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_char_p) for name in ("keyword", "envvar", "compiled", "val", "label", "dispchar")),
        ("dispsize", ctypes.c_int),
    ]


@dataclass(frozen=True, slots=True)
class Login:
    """What libpq would log in with first."""

    host: str
    port: str
    user: str
    database: str
    password: str


def parse(text: str) -> dict[str, str] | None:
    """Return the options that libpq reads from an address, None when it refuses it."""
    library = _load()
    options = library.PQconninfoParse(text.encode(), None)
    if not options:
        return None
    found: dict[str, str] = {}
    place = 0
    while keyword := options[place].keyword:
        if options[place].val is not None:
            found[keyword.decode()] = options[place].val.decode()
        place += 1
    library.PQconninfoFree(options)
    return found


def start(text: str) -> Login | None:
    """Return with what libpq begins to connect, environment and files included; None when it refuses to begin."""
    library = _load()
    connection = library.PQconnectStart(text.encode())
    try:
        if library.PQstatus(connection) == _BAD:
            return None
        answers = (getattr(library, name)(connection) for name in ("PQhost", "PQport", "PQuser", "PQdb", "PQpass"))
        return Login(*(answer.decode().strip() for answer in answers))
    finally:
        library.PQfinish(connection)


def _load(path: Path = LIBRARY) -> Any:  # noqa: ANN401 - ctypes knows no types
    library = ctypes.CDLL(str(path))
    library.PQconninfoParse.restype = ctypes.POINTER(_Option)
    library.PQconninfoParse.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    library.PQconninfoFree.argtypes = [ctypes.c_void_p]
    library.PQconnectStart.restype = ctypes.c_void_p
    for name in ("PQhost", "PQport", "PQuser", "PQdb", "PQpass"):
        getattr(library, name).restype = ctypes.c_char_p
        getattr(library, name).argtypes = [ctypes.c_void_p]
    library.PQstatus.argtypes = library.PQfinish.argtypes = [ctypes.c_void_p]
    return library

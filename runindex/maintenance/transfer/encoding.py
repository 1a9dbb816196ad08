"""The encoding of an export: UTF-8, with or without a byte order mark."""

from collections.abc import Mapping
from typing import Final

from runindex.domain.errors import BadRequestError

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
# By their first bytes; UTF-32 before UTF-16, whose mark begins its own.
_ENCODINGS: Final[Mapping[bytes, str]] = {
    b"\xff\xfe\0\0": "UTF-32",
    b"\0\0\xfe\xff": "UTF-32",
    b"{\0\0\0": "UTF-32",
    b"\0\0\0{": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"{\0": "UTF-16",
    b"\0{": "UTF-16",
}
_COMPRESSIONS: Final[Mapping[bytes, str]] = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
}


def checked_start(line: bytes) -> bytes:
    """Return the first line without a byte order mark; raise BadRequestError, which names it, for another encoding."""
    for start, name in _ENCODINGS.items():
        if line.startswith(start):
            raise BadRequestError(
                f"this is {name}: an export is UTF-8, and can be converted by `iconv -f {name} -t UTF-8`"
            )
    for start, name in _COMPRESSIONS.items():
        if line.startswith(start):
            raise BadRequestError(f"this is compressed with {name}: decompress it first")
    return line.removeprefix(BYTE_ORDER_MARK)

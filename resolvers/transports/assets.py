"""The files of the pages for browsers, which `make install` builds, as they are or compressed beforehand."""

from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import FileResponse, PlainTextResponse, Response

MEDIA_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".txt": "text/plain"}
# The build writes each file also under these endings; the first that the browser takes is sent.
ENCODINGS: Final = {"br": ".br", "gzip": ".gz"}
SAFE: Final = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
# An asset's name has a hash of its content, so the content under a name never changes.
HEADERS: Final = SAFE | {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


def send(folder: Path, name: str, headers: Headers) -> Response:
    """Answer with the asset of a name in a folder, or say that there is none."""
    asset = folder / name
    if asset.suffix not in MEDIA_TYPES or not is_file(asset):
        return PlainTextResponse("Not Found", status_code=HTTPStatus.NOT_FOUND)
    accepted = accepted_encodings(headers.get("accept-encoding", ""))
    for encoding, ending in ENCODINGS.items():
        compressed = folder / f"{name}{ending}"
        if encoding in accepted and compressed.is_file():
            asset_headers = HEADERS | {"Content-Encoding": encoding}
            return FileResponse(compressed, headers=asset_headers, media_type=MEDIA_TYPES[asset.suffix])
    return FileResponse(asset, headers=HEADERS, media_type=MEDIA_TYPES[asset.suffix])


def accepted_encodings(header: str) -> set[str]:
    """Return the encodings that an `Accept-Encoding` names, but for those of quality 0."""
    accepted = set()
    for part in header.lower().split(","):
        encoding, _, quality = part.replace(" ", "").partition(";q=")
        if quality.strip("0.") or not quality:
            accepted.add(encoding)
    return accepted


def is_file(path: Path) -> bool:
    """Tell whether there is such a file; a name that no file can have is none."""
    try:
        return path.is_file()
    except OSError:  # no file can have such a name
        return False

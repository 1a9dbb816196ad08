"""Content negotiation: the `Accept` header, and the media types of answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers

JSON: Final = "application/json"
HTML: Final = "text/html"
GRAPHQL_JSON: Final = "application/graphql-response+json"
# For caches: the answer depends on the `Accept` header.
VARY: Final = {"Vary": "Accept"}
# An answer is the caller's alone, and is what it says it is.
PRIVATE: Final = VARY | {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
ANY_JSON: Final = frozenset({JSON, GRAPHQL_JSON, "application/*", "*/*"})


@dataclass(frozen=True, slots=True)
class MediaRange:
    """An accepted media type, or a pattern of several; in lower case."""

    name: str
    parameters: Mapping[str, str]
    quality: float


def media_ranges(headers: Headers) -> list[MediaRange]:
    """Return the accepted ranges, best first; of equal quality, types before patterns, then in the order given."""
    accepted = [media_range for media_range in _ranges(headers) if media_range.quality > 0]
    return sorted(accepted, key=lambda media_range: (-media_range.quality, "*" in media_range.name))


def wanted_media_type(headers: Headers) -> str:
    """Return the media type of a single answer, plain JSON without a preference."""
    best = next((media_range.name for media_range in media_ranges(headers) if media_range.name in ANY_JSON), "*/*")
    if best in {JSON, GRAPHQL_JSON}:
        return best
    is_json_refused = any(media_range.name == JSON and media_range.quality <= 0 for media_range in _ranges(headers))
    return GRAPHQL_JSON if is_json_refused else JSON


def wants_page(method: str, headers: Headers) -> bool:
    """Tell whether a request is for the page: it prefers HTML to any JSON, as a browser does that opens an address."""
    if method not in {"GET", "HEAD"}:
        return False
    quality = {media_range.name: media_range.quality for media_range in media_ranges(headers)}
    # Java's URLConnection prefers HTML by default and reads JSON all the same; nobody else writes `*` for `*/*`.
    return "*" not in quality and quality.get(HTML, 0.0) > max(quality.get(name, 0.0) for name in ANY_JSON)


def _ranges(headers: Headers) -> list[MediaRange]:
    # A list may be sent in several lines.
    return [read_media_range(item) for item in ",".join(headers.getlist("accept")).split(",")]


def read_media_range(text: str) -> MediaRange:
    """Return a media type, or a pattern of several, with its parameters."""
    name, *rest = (part.strip() for part in text.lower().split(";"))
    pairs = (part.partition("=") for part in rest)
    parameters = {key.strip(): value.strip().strip('"') for key, _, value in pairs}
    return MediaRange(name, parameters, _quality(parameters.get("q", "1")))


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0

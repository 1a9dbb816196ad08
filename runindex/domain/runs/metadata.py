"""A run's metadata: one JSON object or none, kept as the text that came in."""

from collections.abc import Mapping
from typing import Final

from runindex.domain import json_text
from runindex.domain.json_text import JsonError, JsonText, JsonValue
from runindex.domain.problems import ConstraintReason, invalid, violation

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 64
RESERVED_PREFIXES: Final = ("_strata_", "_runindex_")


def check_metadata(value: JsonValue, field: str = "metadata") -> JsonText | None:
    """Return the metadata's text; refuse what is no object, reserved keys, and what is too large or too deep."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise violation(ConstraintReason.METADATA_NOT_OBJECT, "metadata is a JSON object or null")
    if any(key.startswith(RESERVED_PREFIXES) for key in value):
        raise violation(
            ConstraintReason.RESERVED_KEY, f"keys starting with {' or '.join(RESERVED_PREFIXES)} are reserved"
        )
    return check_json(value, field, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH)


def check_json(value: JsonValue, field: str, *, max_bytes: int, max_depth: int) -> JsonText:
    """Return a JSON value's text; refuse what no storage can return equal, and what is too large or too deep."""
    try:
        depth = json_text.depth_of(value)
    except JsonError as error:
        raise invalid(str(error), field) from error
    if depth > max_depth:
        raise violation(ConstraintReason.LIMIT_EXCEEDED, f"nested more than {max_depth} levels deep")
    text = json_text.dumps(value)
    if len(text.encode()) > max_bytes:
        raise violation(ConstraintReason.LIMIT_EXCEEDED, f"more than {max_bytes} bytes of JSON")
    return text


def patched(metadata: JsonText | None, patch: JsonValue) -> JsonText | None:
    """Return the metadata with a merge patch applied, both checked like any other."""
    if not isinstance(patch, Mapping):
        raise violation(ConstraintReason.METADATA_NOT_OBJECT, "a patch of metadata is a JSON object")
    # Whatever a patch takes away, it is read and merged as a whole: the limits hold for it too.
    check_metadata(patch, "change.patch")
    present = {} if metadata is None else json_text.loads(metadata)
    return check_metadata(json_text.merge_patch(present, patch), "change.patch")

"""A run's metadata: a JSON object or none, kept as the text that the caller sent."""

from collections.abc import Mapping
from typing import Final

from runindex.domain import json_text
from runindex.domain.json_text import JsonText, JsonValue
from runindex.domain.problems import ConstraintReason, violation

MAX_BYTES: Final = 256 * 1024
RESERVED_PREFIXES: Final = ("_strata_", "_runindex_")


def check_metadata(value: JsonValue, field: str = "metadata") -> JsonText | None:
    """Return the metadata's text; refuse anything but an object, reserved keys, and too large or deep content."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise violation(ConstraintReason.METADATA_NOT_OBJECT, "metadata is a JSON object or null")
    if any(key.startswith(RESERVED_PREFIXES) for key in value):
        raise violation(
            ConstraintReason.RESERVED_KEY, f"keys starting with {' or '.join(RESERVED_PREFIXES)} are reserved"
        )
    return json_text.check_content(value, field, MAX_BYTES)


def patched(metadata: JsonText | None, patch: JsonValue) -> JsonText | None:
    """Return the metadata with a merge patch applied; patch and outcome are checked like any metadata."""
    if not isinstance(patch, Mapping):
        raise violation(ConstraintReason.METADATA_NOT_OBJECT, "a patch of metadata is a JSON object")
    # The limits hold for the patch too: it is decoded and merged even where it only removes.
    check_metadata(patch, "change.patch")
    present = {} if metadata is None else json_text.loads(metadata)
    return check_metadata(json_text.merge_patch(present, patch), "change.patch")

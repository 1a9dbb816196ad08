"""Reading the parts of an event; a refusal names the place of the part, never its content."""

import re
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from runindex.domain.ids import DEFAULT_RUN, find_run_id
from runindex.domain.instants import Micros, from_datetime, parse_instant
from runindex.domain.json_text import is_plain_text
from runindex.domain.problems import invalid

Object: TypeAlias = dict[str, Any]
_LONGEST_TIME: Final = 64
MAX_NESTING: Final = 128  # more than any storage keeps, and less than recursion can take
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")


def storable(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - JSON
    """Return a value whose texts can be stored: without NUL and lone surrogates, which logs may quote.

    What nests too deeply is left as it is.
    """
    if isinstance(value, str):
        return value if is_plain_text(value) else _UNSTORABLE.sub("\ufffd", value)
    if depth > MAX_NESTING or not isinstance(value, list | dict):
        return value
    if isinstance(value, list):
        return [storable(each, depth + 1) for each in value]
    return {storable(name): storable(each, depth + 1) for name, each in value.items()}


def object_at(parent: Object, name: str, path: str) -> Object:
    """Return an object that must be there."""
    value = parent.get(name)
    if not isinstance(value, dict):
        raise invalid("must be an object", path)
    return value


def optional_object_at(parent: Object, name: str, path: str) -> Object:
    """Return an object, an empty one where there is none."""
    return {} if parent.get(name) is None else object_at(parent, name, path)


def objects_at(parent: Object, name: str) -> list[Object]:
    """Return a list of objects, an empty one where there is none."""
    values = [] if parent.get(name) is None else parent[name]
    if not isinstance(values, list):
        raise invalid("must be a list", name)
    for position, value in enumerate(values):
        if not isinstance(value, dict):
            raise invalid("must be an object", f"{name}.{position}")
    return values


def text_at(parent: Object, name: str, path: str) -> str:
    """Return a text that must be there."""
    value = parent.get(name)
    if not isinstance(value, str):
        raise invalid("must be a text", path)
    return value


def run_id_at(parent: Object, name: str, path: str) -> str:
    """Return a run's id, in lower case and with hyphens."""
    run_id = find_run_id(text_at(parent, name, path))
    if run_id is None or run_id == DEFAULT_RUN:
        raise invalid("must be a UUID other than the nil one", path)
    return run_id


def instant_at(parent: Object, name: str) -> Micros:
    """Return an instant; one without an offset, as some senders write it, is taken as UTC."""
    text = text_at(parent, name, name)
    try:
        return parse_instant(text)
    except ValueError:
        found = _without_offset(text)
    if found is None:
        raise invalid("must be a time as of RFC 3339", name)
    return found


def _without_offset(text: str) -> Micros | None:
    try:
        moment = datetime.fromisoformat(text) if len(text) <= _LONGEST_TIME and "T" in text else None
    except ValueError:
        return None
    return None if moment is None or moment.tzinfo is not None else from_datetime(moment.replace(tzinfo=UTC))

"""What is followed before the index is frozen."""

from dataclasses import dataclass, field
from typing import Any, Final

from tests.frozen.filters import FILTERS
from tests.frozen.ids import X
from tests.frozen.questions import CHANGE, EVENT, RESULT

CHANGES: Final = f"""subscription ($filter: RunFilter, $after: String, $bookmarks: Boolean! = false) {{
  runChanges(filter: $filter, after: $after, bookmarks: $bookmarks) {{
    __typename cursor ... on RunChange {{ {CHANGE} }}
  }}
}}"""
RESULTS: Final = f"""subscription ($id: ID!, $after: String) {{
  resultRecorded(runId: $id, after: $after) {{ cursor node {{ {RESULT} }} }}
}}"""
EVENTS: Final = f"""subscription ($id: ID!, $stream: String, $after: String) {{
  runEvents(runId: $id, stream: $stream, after: $after) {{ cursor node {{ {EVENT} }} }}
}}"""
START: Final = "{ changes(first: 1) { pageInfo { endCursor } } }"


@dataclass(frozen=True, slots=True)
class Stream:
    """A subscription, and how many of its items are there to be read from each place."""

    name: str
    document: str
    variables: dict[str, Any] = field(default_factory=dict)
    count: int = 3


STREAMS: Final = (
    Stream("changes", CHANGES),
    Stream("changes with bookmarks", CHANGES, {"bookmarks": True}),
    *(Stream(f"changes of {name}", CHANGES, {"filter": FILTERS[name]}) for name in ("all", "metadata-gte", "nested")),
    Stream("results", RESULTS, {"id": X}),
    Stream("events", EVENTS, {"id": X}, 2),
    Stream("events of a stream", EVENTS, {"id": X, "stream": "one"}, 2),
)

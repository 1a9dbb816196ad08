"""The history of a test: what clients and subscribers saw, and what the log and the lists say at its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeAlias

JsonObject: TypeAlias = dict[str, Any]

DEFAULT_RUN: Final = "default"


class Verdict(StrEnum):
    """What an answer tells about a mutation."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNWRITTEN = "unwritten"
    """Nothing was decided and nothing written: to be sent again."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `detail` is the problem's type or the error's code."""

    verdict: Verdict
    detail: str = ""
    version: int | None = None
    cursor: str | None = None
    replayed: bool = False


@dataclass(slots=True)
class Request:
    """A mutation of one run, sent until its outcome was known, under one idempotency key.

    `reason` is unique: by it the log entry is known. Requests with the same `race` were sent at once, all of them legal
    from the version that they expected.
    """

    reason: str
    mutation: str
    input: JsonObject
    race: str | None = None
    answers: list[Answer] = field(default_factory=list)

    @property
    def run_id(self) -> str:
        """Return the run it is about."""
        run_id: str = self.input["id"]
        return run_id

    @property
    def expected_version(self) -> int | None:
        """Return the version it was bound to."""
        return self.input.get("expectedVersion")

    @property
    def acknowledged(self) -> Answer | None:
        """Return the first acknowledgement."""
        return next((answer for answer in self.answers if answer.verdict is Verdict.ACKNOWLEDGED), None)

    @property
    def is_open(self) -> bool:
        """Tell whether it may or may not have been written, as far as its sender can know.

        NotFound tells nothing to one that sends again: the run may have been deleted after the first time.
        """
        for answer in reversed(self.answers if self.acknowledged is None else ()):
            if answer.verdict is Verdict.UNKNOWN:
                return True
            if answer.verdict is Verdict.REFUSED and answer.detail != "NotFound":
                return False
        return False


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log, as the table has it; `cursor` is what the API calls its position."""

    seq: int
    cursor: str
    run_id: str
    version: int
    kind: str
    status: str
    tags: tuple[str, ...]
    former_status: str | None
    former_tags: tuple[str, ...] | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A change as a subscriber saw it."""

    cursor: str
    run_id: str
    version: int
    kind: str
    status: str
    tags: tuple[str, ...]
    membership: str


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A bookmark that a subscriber got."""

    cursor: str


@dataclass(frozen=True, slots=True)
class View:
    """A filter, for the API and judged here once more: runs with the tag, in one of the statuses."""

    tag: str | None = None
    statuses: tuple[str, ...] | None = None

    @property
    def filter(self) -> JsonObject | None:
        """Return the filter for the API, None for no filter at all."""
        conditions: JsonObject = {}
        if self.tag is not None:
            conditions["tags"] = {"all": [self.tag]}
        if self.statuses is not None:
            conditions["status"] = list(self.statuses)
        return conditions or None

    def look(self, entry: Entry) -> Seen | None:
        """Return what a subscriber must see of an entry: its run matched before the change, after it, or both."""
        former_tags = entry.tags if entry.former_tags is None else entry.former_tags
        before = entry.former_status is not None and self._matches(entry.former_status, former_tags)
        after = entry.kind != "DELETED" and self._matches(entry.status, entry.tags)
        if not before and not after:
            return None
        membership = "UPDATED" if before and after else "ENTERED" if after else "LEFT"
        return Seen(entry.cursor, entry.run_id, entry.version, entry.kind, entry.status, entry.tags, membership)

    def _matches(self, status: str, tags: Sequence[str]) -> bool:
        if self.filter is None:
            return True
        if self.tag is not None and self.tag not in tags:
            return False
        return status != "ARCHIVED" if self.statuses is None else status in self.statuses


@dataclass(slots=True)
class Recording:
    """All that one subscriber got, in order, over all its connections; the first item is a bookmark."""

    name: str
    view: View
    items: list[Seen | Bookmark] = field(default_factory=list)
    connections: int = 0

    @property
    def cursor(self) -> str | None:
        """Return the position to resume from."""
        return self.items[-1].cursor if self.items else None


@dataclass(frozen=True, slots=True)
class Reading:
    """A run as it was read (version None: no such run), after version `known` had been acknowledged."""

    run_id: str
    known: int
    version: int | None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """Lists and counts after all writers have ended.

    `runs` maps ids to (version, status, tags), archived runs included, as `run_count` and `by_status` do.
    """

    runs: Mapping[str, tuple[int, str, tuple[str, ...]]]
    run_count: int
    listed_count: int
    by_status: Mapping[str, int]
    by_tag: Mapping[str, int]


@dataclass(slots=True)
class History:
    """Everything that a test recorded."""

    requests: list[Request] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    log: Sequence[Entry] = ()
    overview: Overview | None = None

    def __str__(self) -> str:
        """Say how much was checked."""
        changes = sum(isinstance(item, Seen) for recording in self.recordings for item in recording.items)
        resent = sum(len(request.answers) > 1 for request in self.requests)
        return (
            f"{len(self.log)} log entries; {len(self.requests)} requests, {resent} of them sent again; "
            f"{changes} changes seen by {len(self.recordings)} subscribers over "
            f"{sum(recording.connections for recording in self.recordings)} connections; {len(self.readings)} reads"
        )

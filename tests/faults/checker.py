"""The history checker: one function for each thing that must hold, over what was recorded."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final

from tests.faults.history import (
    Answer,
    Bookmark,
    Entry,
    History,
    Overview,
    Reading,
    Recording,
    Request,
    Seen,
)

# Written out once more: the checker must not depend on the code that it checks.
MOVES: Final[Mapping[str, frozenset[str]]] = {
    "ACTIVE": frozenset({"PAUSED", "COMPLETED", "FAILED", "CANCELLED", "ARCHIVED"}),
    "PAUSED": frozenset({"ACTIVE", "CANCELLED", "ARCHIVED"}),
    "COMPLETED": frozenset({"ARCHIVED"}),
    "FAILED": frozenset({"ARCHIVED"}),
    "CANCELLED": frozenset({"ARCHIVED"}),
    "ARCHIVED": frozenset(),
}


class Flaw(StrEnum):
    """Kinds of faults in a history."""

    GAP = auto()
    """The log's numbers are not 1, 2, 3 ..."""
    VERSION = auto()
    """A run's versions are not 1, 2, 3 ..."""
    MOVE = auto()
    """A run's statuses, or its tags, are no path."""
    UNLOGGED = auto()
    """A mutation was acknowledged and is not in the log."""
    DOUBLE = auto()
    """A mutation is in the log more than once."""
    PHANTOM = auto()
    """A mutation that was refused, or never sent, is in the log."""
    UNTRUE = auto()
    """An answer contradicts the log, or another answer to the same request."""
    WINNERS = auto()
    """Of requests that raced from one version, none or several succeeded."""
    STALE = auto()
    """A read does not see what was acknowledged before it."""
    UNREAL = auto()
    """A read, or a stream, shows a state that never was."""
    LOST = auto()
    """A subscriber did not see a change."""
    REPEATED = auto()
    """A subscriber saw a change more than once."""
    DISORDER = auto()
    """A subscriber saw changes out of order, or behind a bookmark."""
    COUNT = auto()
    """Counts and lists do not agree with each other or with the log."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A flaw, and where it was found."""

    flaw: Flaw
    where: str

    def __str__(self) -> str:
        return f"{self.flaw}: {self.where}"


Findings = Iterator[Finding]


def check(history: History) -> list[Finding]:
    """Return everything that is wrong with a history."""
    return [
        *check_log(history.log),
        *check_requests(history.requests, history.log),
        *check_races(history.requests),
        *check_readings(history.readings, history.log),
        *(finding for recording in history.recordings for finding in check_recording(recording, history.log)),
        *(() if history.overview is None else check_overview(history.overview, history.log)),
    ]


def check_log(log: Sequence[Entry]) -> Findings:
    """Find statuses that are no path of the table, and versions or log numbers that are not 1, 2, 3 ..."""
    last: dict[str, Entry] = {}
    for place, entry in enumerate(log, start=1):
        if entry.seq != place:
            yield Finding(Flaw.GAP, f"number {entry.seq} at place {place}")
        before = last.get(entry.run_id)
        if before is not None and before.kind == "DELETED":
            before = None  # a deleted id may be created again, and then counts from 1
        last[entry.run_id] = entry
        if entry.version != (1 if before is None else before.version + 1):
            yield Finding(Flaw.VERSION, f"{entry} after {before}")
        if not _follows(before, entry):
            yield Finding(Flaw.MOVE, f"{entry} after {before}")


def _follows(before: Entry | None, entry: Entry) -> bool:
    if before is None or entry.kind == "CREATED":
        return before is None and (entry.kind, entry.status, entry.former_status) == ("CREATED", "ACTIVE", None)
    moved = entry.status in MOVES[before.status] if entry.kind == "STATUS" else entry.status == before.status
    same_tags = (before.tags if entry.former_tags is None else entry.former_tags) == before.tags
    return moved and same_tags and entry.former_status == before.status and entry.kind in _tag_kinds(before, entry)


def _tag_kinds(before: Entry, entry: Entry) -> Iterable[str]:
    return (entry.kind,) if before.tags == entry.tags else ("TAGS",)


def check_requests(requests: Sequence[Request], log: Sequence[Entry]) -> Findings:
    """Find acknowledged mutations that are not in the log once, refused ones in it, and unknown ones in it twice."""
    logged: dict[str, list[Entry]] = defaultdict(list)
    for entry in log:
        if entry.reason is not None:
            logged[entry.reason].append(entry)
    sent = {request.reason for request in requests}
    for reason in logged.keys() - sent:
        yield Finding(Flaw.PHANTOM, f"{reason} was never sent: {logged[reason]}")
    for request in requests:
        entries = logged.get(request.reason, [])
        if len(entries) > 1:
            yield Finding(Flaw.DOUBLE, f"{request}: {entries}")
        if request.acknowledged is not None:
            yield from _check_acknowledged(request, entries)
        elif entries and not request.is_open:
            yield Finding(Flaw.PHANTOM, f"{request}: {entries}")


def _check_acknowledged(request: Request, entries: Sequence[Entry]) -> Findings:
    if not entries:
        yield Finding(Flaw.UNLOGGED, str(request))
        return
    entry = entries[0]
    given = [answer for answer in request.answers if answer.version is not None]
    expected = request.expected_version
    if (
        any((answer.version, answer.cursor) != (entry.version, entry.cursor) for answer in given)
        or not _replays_follow(given)
        or entry.run_id != request.run_id
        or (expected is not None and entry.version != expected + 1)
    ):
        yield Finding(Flaw.UNTRUE, f"{request}: {entry}")


def _replays_follow(given: Sequence[Answer]) -> bool:
    """Tell whether every acknowledgement but the first says that it was given before."""
    return all(answer.replayed for answer in given[1:])


def check_races(requests: Sequence[Request]) -> Findings:
    """Find races from one version in which none or several succeeded."""
    bound: dict[tuple[str, int], list[Request]] = defaultdict(list)
    raced: dict[str, list[Request]] = defaultdict(list)
    for request in requests:
        if request.expected_version is not None:
            bound[request.run_id, request.expected_version].append(request)
        if request.race is not None:
            raced[request.race].append(request)
    for key, rivals in bound.items():
        if sum(rival.acknowledged is not None for rival in rivals) > 1:
            yield Finding(Flaw.WINNERS, f"several from {key}: {rivals}")
    for race, rivals in raced.items():
        if not any(rival.acknowledged is not None or rival.is_open for rival in rivals):
            yield Finding(Flaw.WINNERS, f"none in {race}: {rivals}")


def check_readings(readings: Sequence[Reading], log: Sequence[Entry]) -> Findings:
    """Find reads, from any replica, that miss what was acknowledged before, or show a state that never was."""
    states = {(entry.run_id, entry.version, entry.status) for entry in log if entry.kind != "DELETED"}
    deleted = {entry.run_id for entry in log if entry.kind == "DELETED"}
    for reading in readings:
        if reading.version is None:
            if reading.known and reading.run_id not in deleted:
                yield Finding(Flaw.STALE, str(reading))
            continue
        if reading.version < reading.known:
            yield Finding(Flaw.STALE, str(reading))
        if (reading.run_id, reading.version, reading.status) not in states:
            yield Finding(Flaw.UNREAL, str(reading))


def check_recording(recording: Recording, log: Sequence[Entry]) -> Findings:
    """Find where a subscriber did not see exactly the matching entries, from its first cursor to the log's end."""
    places = {entry.cursor: place for place, entry in enumerate(log)}
    name = recording.name
    if not recording.items or not isinstance(recording.items[0], Bookmark):
        yield Finding(Flaw.LOST, f"{name} has no first cursor")
        return
    reached = begin = places.get(recording.items[0].cursor, -1)
    seen: Counter[int] = Counter()
    for item in recording.items:
        place = places.get(item.cursor)
        if place is None:
            yield Finding(Flaw.UNREAL, f"{name}: {item} is not in the log")
            continue
        if isinstance(item, Seen):
            if item != recording.view.look(log[place]):
                yield Finding(Flaw.UNREAL, f"{name}: {item} of {log[place]}")
            seen[place] += 1
        if isinstance(item, Seen) and seen[place] > 1:
            yield Finding(Flaw.REPEATED, f"{name}: {item}")
        elif place < reached or (place == reached and isinstance(item, Seen)):
            yield Finding(Flaw.DISORDER, f"{name}: {item} after {log[reached]}")
        reached = max(reached, place)
    for place in range(begin + 1, len(log)):
        if not seen[place] and recording.view.look(log[place]) is not None:
            yield Finding(Flaw.LOST, f"{name}: {log[place]}")


def check_overview(overview: Overview, log: Sequence[Entry]) -> Findings:
    """Find counts that do not equal the lists, and lists that do not follow from the log."""
    runs: dict[str, tuple[int, str, tuple[str, ...]]] = {}
    for entry in log:
        if entry.kind == "DELETED":
            runs.pop(entry.run_id, None)
        else:
            runs[entry.run_id] = (entry.version, entry.status, entry.tags)
    shown = [(status, tags) for _, status, tags in runs.values() if status != "ARCHIVED"]
    pairs = {
        "runs": (dict(overview.runs), runs),
        "run count": (overview.run_count, len(runs)),
        "listed count": (overview.listed_count, len(shown)),
        "by status": (dict(overview.by_status), dict(Counter(status for _, status, _ in runs.values()))),
        "by tag": (dict(overview.by_tag), dict(Counter(tag for _, tags in shown for tag in tags))),
    }
    for name, (told, true) in pairs.items():
        if told != true:
            yield Finding(Flaw.COUNT, f"{name}: {told} instead of {true}")

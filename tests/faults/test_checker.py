"""The checker itself: a sound history passes, and each planted bug is reported for what it is."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.faults.checker import Flaw, check
from tests.faults.history import (
    DEFAULT_RUN,
    Answer,
    Bookmark,
    Entry,
    History,
    Overview,
    Reading,
    Recording,
    Request,
    Seen,
    Verdict,
    View,
)

UNKNOWN = Answer(Verdict.UNKNOWN)
UNWRITTEN = Answer(Verdict.UNWRITTEN, "UNAVAILABLE")
CONFLICT = Answer(Verdict.REFUSED, "VersionConflict")
GONE = Answer(Verdict.REFUSED, "NotFound")
NO_TAGS: tuple[str, ...] = ()
TAGGED = ("x",)


def cursor(seq: int) -> str:
    return f"cursor-{seq}"


def acknowledged(seq: int, version: int, *, replayed: bool = False) -> Answer:
    return Answer(Verdict.ACKNOWLEDGED, "RunPayload", version, cursor(seq), replayed)


def request(
    reason: str, run_id: str, *answers: Answer, expected: int | None = None, race: str | None = None
) -> Request:
    bound = {} if expected is None else {"expectedVersion": expected}
    return Request(reason, "anything", {"id": run_id, **bound}, race, list(answers))


def sound() -> History:
    """Make a history in which nothing is wrong: two runs, a race, a lost answer, a deletion, three subscribers."""
    a, b = "run-a", "run-b"
    history = History()
    history.log = [
        Entry(1, cursor(1), DEFAULT_RUN, 1, "CREATED", "ACTIVE", NO_TAGS, None, None),
        Entry(2, cursor(2), a, 1, "CREATED", "ACTIVE", TAGGED, None, None, "create a"),
        Entry(3, cursor(3), a, 2, "STATUS", "PAUSED", TAGGED, "ACTIVE", None, "pause a"),
        Entry(4, cursor(4), b, 1, "CREATED", "ACTIVE", NO_TAGS, None, None, "create b"),
        Entry(5, cursor(5), a, 3, "STATUS", "ACTIVE", TAGGED, "PAUSED", None, "resume a"),
        Entry(6, cursor(6), b, 2, "TAGS", "ACTIVE", TAGGED, "ACTIVE", NO_TAGS, "tag b"),
        Entry(7, cursor(7), a, 4, "STATUS", "COMPLETED", TAGGED, "ACTIVE", None, "close a"),
        Entry(8, cursor(8), b, 3, "DELETED", "ACTIVE", TAGGED, "ACTIVE", None, "delete b"),
    ]
    history.requests = [
        request("create a", a, acknowledged(2, 1)),
        request("pause a", a, acknowledged(3, 2), expected=1),
        request("create b", b, UNKNOWN, acknowledged(4, 1, replayed=True)),
        request("resume a", a, UNWRITTEN, acknowledged(5, 3)),
        request("tag b", b, UNKNOWN, GONE),
        request("close a", a, acknowledged(7, 4), expected=3, race="first"),
        request("cancel a", a, CONFLICT, expected=3, race="first"),
        request("fail a", a, UNKNOWN, CONFLICT, expected=3, race="first"),
        request("delete b", b, acknowledged(8, 3)),
        request("rename a", a, UNKNOWN, UNWRITTEN),
        request("archive a", a, UNWRITTEN),
    ]
    history.recordings = [
        recording(history, View(), 1, 8),
        recording(history, View(tag="x"), 2, 8),
        recording(history, View(statuses=("PAUSED",)), 1, 5),
    ]
    history.readings = [
        Reading(a, 1, 3, "ACTIVE"),
        Reading(b, 0, None),
        Reading(b, 2, None),
        Reading(a, 4, 4, "COMPLETED"),
    ]
    history.overview = Overview(
        runs={DEFAULT_RUN: (1, "ACTIVE", NO_TAGS), a: (4, "COMPLETED", TAGGED)},
        run_count=2,
        listed_count=2,
        by_status={"ACTIVE": 1, "COMPLETED": 1},
        by_tag={"x": 1},
    )
    return history


def recording(history: History, view: View, begin: int, bookmark: int) -> Recording:
    """Return what a faultless subscriber sees from behind `begin`, with a bookmark once it is past `bookmark`."""
    items: list[Seen | Bookmark] = [Bookmark(cursor(begin))]
    for entry in history.log[begin:]:
        seen = view.look(entry)
        items += [] if seen is None else [seen]
        items += [Bookmark(cursor(bookmark))] if entry.seq == bookmark else []
    return Recording(str(view), view, items)


def request_of(history: History, reason: str) -> Request:
    return next(request for request in history.requests if request.reason == reason)


def change_entry(place: int, **fields: object) -> Callable[[History], None]:
    """Let the log have an entry otherwise; what others saw of it would be untrue as well, and is left out."""

    def plant(history: History) -> None:
        log = list(history.log)
        log[place - 1] = replace(log[place - 1], **fields)  # type: ignore[arg-type]  # named by the test
        history.log = log
        history.recordings = []
        history.readings = []

    return plant


def drop_entry(seq: int) -> Callable[[History], None]:
    """Let a change be lost before it reached the log, and all after it move up."""

    def plant(history: History) -> None:
        log = [entry for entry in history.log if entry.seq != seq]
        history.log = [replace(entry, seq=place) for place, entry in enumerate(log, start=1)]
        history.recordings = []

    return plant


def repeat_entry(seq: int) -> Callable[[History], None]:
    """Let a mutation be applied twice, each time as a change of its own."""

    def plant(history: History) -> None:
        first = history.log[seq - 1]
        again = replace(first, seq=9, cursor=cursor(9), version=first.version + 1, former_status=first.status)
        history.log = [*history.log, again]
        history.recordings = []

    return plant


def answer(reason: str, *answers: Answer) -> Callable[[History], None]:
    """Let the sender of a mutation be answered otherwise."""

    def plant(history: History) -> None:
        request_of(history, reason).answers = list(answers)

    return plant


def see(edit: Callable[[list[Seen | Bookmark]], object]) -> Callable[[History], None]:
    """Let the first subscriber, who began behind entry 1, see something else: item 1 is entry 2, and so on."""

    def plant(history: History) -> None:
        edit(history.recordings[0].items)

    return plant


def read(*readings: Reading) -> Callable[[History], None]:
    """Let somebody read a run."""

    def plant(history: History) -> None:
        history.readings.extend(readings)

    return plant


def count(**fields: object) -> Callable[[History], None]:
    """Let lists or counts say something else."""

    def plant(history: History) -> None:
        assert history.overview is not None
        history.overview = replace(history.overview, **fields)  # type: ignore[arg-type]  # named by the test

    return plant


def altered(items: list[Seen | Bookmark], place: int, **fields: object) -> None:
    items[place] = replace(items[place], **fields)  # type: ignore[arg-type]  # named by the test


def swapped(items: list[Seen | Bookmark], one: int, other: int) -> None:
    items[one], items[other] = items[other], items[one]


BUGS: dict[str, tuple[Callable[[History], None], set[Flaw]]] = {
    # the log
    "the log has a gap": (change_entry(8, seq=9), {Flaw.GAP}),
    "the log has a number twice": (change_entry(8, seq=7), {Flaw.GAP}),
    "a version is skipped": (change_entry(3, version=3), {Flaw.VERSION, Flaw.UNTRUE}),
    "a version is given twice": (change_entry(5, version=2), {Flaw.VERSION, Flaw.UNTRUE}),
    "a closed run is moved": (change_entry(5, status="FAILED"), {Flaw.MOVE}),
    "a run moves to where it is": (change_entry(5, status="PAUSED"), {Flaw.MOVE}),
    "a change starts from another status": (change_entry(5, former_status="ACTIVE"), {Flaw.MOVE}),
    "a run begins closed": (change_entry(4, status="COMPLETED"), {Flaw.MOVE}),
    "a tag disappears by itself": (change_entry(5, tags=NO_TAGS), {Flaw.MOVE}),
    "a change of tags is lost": (drop_entry(6), {Flaw.VERSION, Flaw.MOVE}),
    "a change is made to a run that is gone": (change_entry(6, kind="DELETED"), {Flaw.VERSION, Flaw.MOVE}),
    # mutations
    "an acknowledged mutation is not in the log": (change_entry(5, reason=None), {Flaw.UNLOGGED}),
    "an acknowledged mutation was rolled back": (drop_entry(8), {Flaw.UNLOGGED, Flaw.STALE, Flaw.COUNT}),
    "it was acknowledged before a commit that failed": (answer("rename a", acknowledged(9, 5)), {Flaw.UNLOGGED}),
    "a mutation is applied twice": (repeat_entry(7), {Flaw.DOUBLE, Flaw.MOVE, Flaw.COUNT}),
    "a refused mutation is in the log": (answer("pause a", CONFLICT), {Flaw.PHANTOM}),
    "an unwritten mutation is in the log": (answer("tag b", UNWRITTEN), {Flaw.PHANTOM}),
    "a retry is refused though the first attempt was written": (answer("tag b", UNKNOWN, CONFLICT), {Flaw.PHANTOM}),
    "something nobody sent is in the log": (change_entry(5, reason="what?"), {Flaw.PHANTOM, Flaw.UNLOGGED}),
    "an acknowledgement has another version": (answer("resume a", acknowledged(5, 4)), {Flaw.UNTRUE}),
    "an acknowledgement has another position": (answer("resume a", acknowledged(6, 3)), {Flaw.UNTRUE}),
    "a replay differs": (answer("resume a", acknowledged(5, 3), acknowledged(7, 4, replayed=True)), {Flaw.UNTRUE}),
    "a replay does not say so": (answer("resume a", acknowledged(5, 3), acknowledged(5, 3)), {Flaw.UNTRUE}),
    "the wrong run is changed": (change_entry(4, run_id="run-c"), {Flaw.UNTRUE, Flaw.VERSION, Flaw.MOVE, Flaw.COUNT}),
    "a race has two winners": (answer("cancel a", acknowledged(7, 4)), {Flaw.WINNERS, Flaw.UNLOGGED}),
    "a race has no winner": (answer("close a", CONFLICT), {Flaw.WINNERS, Flaw.PHANTOM}),
    # reads
    "a read misses an acknowledgement": (read(Reading("run-a", 4, 3, "ACTIVE")), {Flaw.STALE}),
    "a read does not find an acknowledged run": (read(Reading("run-a", 1, None)), {Flaw.STALE}),
    "a read sees what was rolled back": (read(Reading("run-a", 4, 5, "ARCHIVED")), {Flaw.UNREAL}),
    # subscribers
    "a change is missed": (see(lambda items: items.pop(3)), {Flaw.LOST}),
    "the last change is missed": (see(lambda items: items.pop(7)), {Flaw.LOST}),
    "a stream never starts": (see(lambda items: items.clear()), {Flaw.LOST}),
    "a change comes twice": (see(lambda items: items.insert(3, items[3])), {Flaw.REPEATED}),
    "a change comes again on resuming": (see(lambda items: items.insert(6, items[3])), {Flaw.REPEATED}),
    "two changes are swapped": (see(lambda items: swapped(items, 3, 4)), {Flaw.DISORDER}),
    "a change comes behind its bookmark": (see(lambda items: swapped(items, 7, 8)), {Flaw.DISORDER}),
    "a bookmark goes back": (see(lambda items: items.append(Bookmark(cursor(3)))), {Flaw.DISORDER}),
    "a change is shown before where it began": (
        see(lambda items: items.insert(0, Bookmark(cursor(4)))),
        {Flaw.DISORDER},
    ),
    "a change that was never made is shown": (
        see(lambda items: altered(items, 3, cursor="cursor-x")),
        {Flaw.LOST, Flaw.UNREAL},
    ),
    "a change has another status": (see(lambda items: altered(items, 3, status="PAUSED")), {Flaw.UNREAL}),
    "a change has another membership": (see(lambda items: altered(items, 3, membership="LEFT")), {Flaw.UNREAL}),
    # counts
    "a list lacks a run": (count(runs={}), {Flaw.COUNT}),
    "a run was changed and the log was not": (count(runs={DEFAULT_RUN: (2, "ACTIVE", NO_TAGS)}), {Flaw.COUNT}),
    "a count drifted": (count(by_status={"ACTIVE": 2, "COMPLETED": 0}), {Flaw.COUNT}),
    "a tag's count drifted": (count(by_tag={}), {Flaw.COUNT}),
    "the total drifted": (count(run_count=3), {Flaw.COUNT}),
}


def test_a_sound_history_passes() -> None:
    assert check(sound()) == []


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_reported(bug: str) -> None:
    plant, expected = BUGS[bug]
    history = sound()
    plant(history)
    assert {finding.flaw for finding in check(history)} == expected


def test_a_filtered_subscriber_sees_what_enters_and_leaves() -> None:
    history = sound()
    paused = history.recordings[2]
    assert [(item.version, item.membership) for item in paused.items if isinstance(item, Seen)] == [
        (2, "ENTERED"),
        (3, "LEFT"),
    ]


def test_an_archived_run_leaves_a_view_that_names_no_status() -> None:
    archived = Entry(9, cursor(9), "run-a", 5, "STATUS", "ARCHIVED", TAGGED, "COMPLETED", None)
    memberships = [seen and seen.membership for seen in (view.look(archived) for view in (View(), View(tag="x")))]
    assert memberships == ["UPDATED", "LEFT"]

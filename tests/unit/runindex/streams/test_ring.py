from runindex.domain.runs.changes import Change, RunChangeKind
from runindex.domain.runs.run import Run
from runindex.streams.ring import Ring


def changes(first: int, last: int, characters: int = 0) -> list[Change]:
    metadata = "x" * characters or None
    return [
        Change(seq, RunChangeKind.CREATED, Run("default", 1, 0, 0, metadata=metadata), None)
        for seq in range(first, last + 1)
    ]


def seqs(found: list[Change] | None) -> list[int] | None:
    return None if found is None else [change.seq for change in found]


def test_a_reader_gets_what_is_behind_its_position() -> None:
    ring = Ring(10)
    ring.restart(5)
    ring.extend(changes(6, 9))
    assert seqs(ring.after(5, 100)) == [6, 7, 8, 9]
    assert seqs(ring.after(7, 1)) == [8]
    assert seqs(ring.after(9, 100)) == []
    assert seqs(ring.after(4, 100)) is None


def test_gaps_that_compaction_left_hide_nothing() -> None:
    ring = Ring(10)
    ring.extend([*changes(1, 1), *changes(5, 5), *changes(8, 9)])
    assert [seqs(ring.after(position, 100)) for position in (0, 1, 4, 5, 7, 8)] == [
        [1, 5, 8, 9],
        [5, 8, 9],
        [5, 8, 9],
        [8, 9],
        [8, 9],
        [9],
    ]


def test_the_number_of_entries_is_bounded() -> None:
    ring = Ring(100)
    for first in range(1, 1000, 7):
        ring.extend(changes(first, first + 6))
        assert len(ring) <= 125
    assert ring.after(ring.start - 1, 1) is None
    assert seqs(ring.after(ring.start, 1000)) == list(range(ring.start + 1, ring.end + 1))


def test_long_texts_are_bounded_too() -> None:
    ring = Ring(1000, characters=100_000)
    for first in range(1, 200, 10):
        ring.extend(changes(first, first + 9, characters=2_000))
        assert len(ring) * 2_000 <= 100_000
    assert seqs(ring.after(ring.start, 1000)) == list(range(ring.start + 1, ring.end + 1))


def test_an_entry_larger_than_the_ring_is_not_held() -> None:
    ring = Ring(10, characters=1_000)
    ring.extend(changes(1, 1, characters=5_000))
    assert (len(ring), ring.start, ring.end) == (0, 1, 1)
    ring.extend(changes(2, 2))
    assert seqs(ring.after(1, 10)) == [2]

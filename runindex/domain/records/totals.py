"""What is counted of a run's scoped things, moved in the batch that writes them."""

from dataclasses import dataclass
from typing import ClassVar, Final

from runindex.domain.records.record import Record

NO_HASH: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Totals(Record):
    """One run's counts. `owner` is the run's incarnation, so that a run created anew starts from nothing.

    `result_count` to `failed` speak of the present generation of results; `result_seq` and `event_seq` are the next to
    give out and never go back. Events below `event_floor` were compacted; `floor_hash` is the hash they were cut at.
    """

    KEY: ClassVar = ("owner",)

    owner: int
    run_id: str
    generation: int = 0
    result_count: int = 0
    result_seq: int = 1
    item_count: int = 0
    succeeded: int = 0
    failed: int = 0
    event_seq: int = 0
    event_hash: str = NO_HASH
    event_floor: int = 0
    floor_hash: str = NO_HASH
    value_count: int = 0
    cell_count: int = 0
    document_count: int = 0
    receipt_count: int = 0


ALL_GENERATIONS: Final = -1


@dataclass(frozen=True, slots=True)
class Tombstone(Record):
    """What is gone from every query and still takes up room: a deleted run's things, or a generation of its results.

    They are swept away a little at a time, so that no other writer waits for it.
    """

    KEY: ClassVar = ("owner", "generation")

    owner: int
    generation: int = ALL_GENERATIONS

"""Counts of a run's records, updated in the batch that writes the records."""

from dataclasses import dataclass
from typing import ClassVar, Final

from runindex.domain.instants import Micros
from runindex.domain.records.record import Record

NO_HASH: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Totals(Record):
    """One run's counts. `owner` is the run's incarnation, so a run created anew starts from 0.

    `result_count` to `failed` count the present generation of results; `result_seq` and `event_seq` are the next
    sequence numbers and never fall. Events below `event_floor` were compacted; `floor_hash` is the hash of the last.
    `last_at` is the latest instant of a storage's clock in the records, None if all of them are older than this field.
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
    last_at: Micros | None = None


ALL_GENERATIONS: Final = -1


@dataclass(frozen=True, slots=True)
class Tombstone(Record):
    """Marks rows as deleted that are still stored: all of a deleted run, or one generation of its results.

    The sweeper removes them in small transactions, so that writers wait for none of it.
    """

    KEY: ClassVar = ("owner", "generation")

    owner: int
    generation: int = ALL_GENERATIONS

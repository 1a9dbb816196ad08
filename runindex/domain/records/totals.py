"""What is counted of a run's scoped things, moved in the batch that writes them."""

from dataclasses import dataclass
from typing import Final

NO_HASH: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Totals:
    """One run's counts. `owner` is the run's incarnation, so that a run created anew starts from nothing.

    `result_count` to `failed` speak of the present generation of results; `result_seq` and `event_seq` are the next to
    give out and never go back. Events below `event_floor` were compacted; `floor_hash` is the hash they were cut at.
    """

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

    @property
    def key(self) -> tuple[int]:
        """Return what totals are unique by."""
        return (self.owner,)


ALL_GENERATIONS: Final = -1


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is gone from every query and still takes up room: a deleted run's things, or a generation of its results.

    They are swept away a little at a time, so that no other writer waits for it.
    """

    owner: int
    generation: int = ALL_GENERATIONS

    @property
    def key(self) -> tuple[int, int]:
        """Return what remains are unique by."""
        return (self.owner, self.generation)

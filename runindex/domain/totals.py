"""What is counted of a run's scoped things, moved in the batch that writes them."""

from dataclasses import dataclass
from typing import Final

NO_HASH: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Totals:
    """One run's counts. `owner` is the run's incarnation, so that a run created anew starts from nothing.

    `results` to `failed` speak of the present generation of results; `result_seq` and `event_seq` are the next ones to
    give out and never go back. Events below `event_floor` were compacted; `floor_hash` is the hash they were cut at.
    """

    owner: int
    run_id: str
    generation: int = 0
    results: int = 0
    result_seq: int = 1
    items: int = 0
    succeeded: int = 0
    failed: int = 0
    event_seq: int = 0
    event_hash: str = NO_HASH
    event_floor: int = 0
    floor_hash: str = NO_HASH
    values: int = 0
    cells: int = 0
    documents: int = 0
    receipts: int = 0

    @property
    def key(self) -> tuple[int]:
        """Return what totals are unique by."""
        return (self.owner,)

"""The base of mutations that delete many records, chosen by id or by filter."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from runindex.commands.base import Command, Need, TotalsOf
from runindex.commands.outcomes import RecordsDeleted
from runindex.commands.runs import BULK_WEIGHT, MAX_BULK
from runindex.domain.records.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRecords(Command[RecordsDeleted], ABC):
    """Delete records of one kind by `ids`, each on its own; None: those that the subclass's filter matches.

    A malformed id is its entry's problem, not the call's.
    """

    touches_log: ClassVar[bool] = False
    kind: ClassVar[type[Record]]
    ids: tuple[str, ...] | None = None

    @property
    def weight(self) -> int:
        """Return an estimate: how many records a filter selects is not known beforehand."""
        return BULK_WEIGHT

    @staticmethod
    @abstractmethod
    def is_formed(record_id: str) -> bool:
        """Tell whether a record may have the id."""

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the records of the well-formed ids given; of too many none, for none is deleted."""
        del totals_of
        if self.ids is not None and len(self.ids) <= MAX_BULK:
            yield from ((self.kind, (record_id,)) for record_id in self.ids if self.is_formed(record_id))

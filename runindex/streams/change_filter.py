"""The filter of a change stream: what a change means to a subscriber to some runs, or to all."""

from collections.abc import Sequence
from dataclasses import dataclass

from runindex.domain.errors import BadRequestError
from runindex.domain.runs.changes import Change, Membership, membership, unfiltered_membership
from runindex.domain.runs.filters import Predicate, RunFilter, predicate, uses_ancestor, visible
from runindex.domain.runs.run import Run


@dataclass(frozen=True, slots=True)
class MatchedChange:
    """A change that a filter matches, and whether the run entered the filter by it, stayed in it, or left."""

    change: Change
    membership: Membership


class ChangeFilter:
    """Matches changes by the run before and after them; without a run filter it matches every change."""

    def __init__(self, run_filter: RunFilter | None) -> None:
        """Refuse a filter that cannot be evaluated on one run alone."""
        if run_filter is not None and uses_ancestor(run_filter):
            raise BadRequestError("`ancestorId` cannot be streamed on, nor asked of the change log")
        self.filter = None if run_filter is None else visible(run_filter)
        self._matches: Predicate | None = None if self.filter is None else predicate(self.filter)

    def select(self, changes: Sequence[Change]) -> list[MatchedChange]:
        """Return the changes that match."""
        if self._matches is None:
            return [MatchedChange(change, unfiltered_membership(change.kind)) for change in changes]
        return [
            matched for change in changes if (matched := self.match(change, change.before, change.after)) is not None
        ]

    def match(self, change: Change, before: Run | None, after: Run | None) -> MatchedChange | None:
        """Return the change of a run from `before` to `after` if it matches, else None."""
        if self._matches is None:
            return MatchedChange(change, unfiltered_membership(change.kind))
        found = membership(
            before=before is not None and self._matches(before),
            after=after is not None and self._matches(after),
        )
        return None if found is None else MatchedChange(change, found)

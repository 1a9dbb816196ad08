"""How a reader looks at changes: through a filter, or at everything."""

from collections.abc import Sequence
from dataclasses import dataclass

from runindex.domain.errors import BadRequestError
from runindex.domain.runs.changes import Change, Membership, membership, unfiltered_membership
from runindex.domain.runs.filters import Predicate, RunFilter, predicate, uses_ancestor, visible
from runindex.domain.runs.run import Run


@dataclass(frozen=True, slots=True)
class MatchedChange:
    """A change as it looks through a reader's filter."""

    change: Change
    membership: Membership


class ChangeFilter:
    """Looks through one filter, or at everything."""

    def __init__(self, run_filter: RunFilter | None) -> None:
        """Refuse a filter that cannot be judged from one run alone."""
        if run_filter is not None and uses_ancestor(run_filter):
            message = "`ancestorId` cannot be streamed on, nor asked of the change log"
            raise BadRequestError(message)
        self.filter = None if run_filter is None else visible(run_filter)
        self._matches: Predicate | None = None if self.filter is None else predicate(self.filter)

    def look(self, changes: Sequence[Change]) -> list[MatchedChange]:
        """Return the changes that are seen."""
        if self._matches is None:
            return [MatchedChange(change, unfiltered_membership(change.kind)) for change in changes]
        return [seen for change in changes if (seen := self.see(change, change.before, change.after)) is not None]

    def see(self, change: Change, before: Run | None, after: Run | None) -> MatchedChange | None:
        """Return how a change looks whose run was like this before and after it, None when it is not seen."""
        if self._matches is None:
            return MatchedChange(change, unfiltered_membership(change.kind))
        found = membership(
            before=before is not None and self._matches(before),
            after=after is not None and self._matches(after),
        )
        return None if found is None else MatchedChange(change, found)

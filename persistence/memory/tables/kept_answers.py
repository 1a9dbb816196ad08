"""The successes that idempotency keys stand for."""

from runindex.decisions.workspace import Records
from runindex.domain.idempotency import KEPT_FOR, KeptAnswer, KeyScope
from runindex.domain.instants import Micros


class KeptAnswers:
    """Kept answers by scope, oldest first, so that those out of date are found at the front."""

    def __init__(self) -> None:
        """Start empty."""
        self.by_scope: dict[KeyScope, KeptAnswer] = {}

    def write(self, records: Records[KeyScope, KeptAnswer]) -> None:
        """Take over the answers that a workspace added."""
        for scope, _, answer in records.written():
            if answer is not None:
                self.by_scope[scope] = answer

    def forget_old(self, now: Micros) -> None:
        """Drop the answers that were promised for no longer than until now."""
        while self.by_scope:
            oldest = next(iter(self.by_scope.values()))
            if oldest.created_at > now - KEPT_FOR:
                return
            del self.by_scope[oldest.scope]

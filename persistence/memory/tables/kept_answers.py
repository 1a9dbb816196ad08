"""The answers kept under idempotency keys."""

from runindex.decisions.workspace import Records
from runindex.domain.idempotency import KEPT_FOR, KeptAnswer, KeyScope
from runindex.domain.instants import Micros


class KeptAnswers:
    """Kept answers by scope, oldest first, so that expired ones are at the front."""

    def __init__(self) -> None:
        """Start empty."""
        self.by_scope: dict[KeyScope, KeptAnswer] = {}

    def write(self, records: Records[KeyScope, KeptAnswer]) -> None:
        """Add the answers that a workspace added."""
        for scope, _, answer in records.written():
            if answer is not None:
                self.by_scope[scope] = answer

    def drop_expired(self, now: Micros) -> None:
        """Drop the answers whose time is over."""
        while self.by_scope:
            oldest = next(iter(self.by_scope.values()))
            if oldest.created_at > now - KEPT_FOR:
                return
            del self.by_scope[oldest.scope]

"""Whether a run to be created would become its own ancestor: its id may be the parent that an orphan still names."""

from collections.abc import Container, Mapping

from runindex.decisions.workspace import Records
from runindex.domain.runs.run import Run


class ParentCycles(Container[tuple[str, str]]):
    """Holds each (id, parent) whose creation would close a cycle, given the runs as they are when it is asked."""

    def __init__(self, runs: Records[str, Run], lineage: Mapping[str, str | None]) -> None:
        """Walk the runs of a batch, and beyond them a lineage that was read."""
        self._runs = runs
        self._lineage = lineage

    def __contains__(self, creation: object) -> bool:
        """Walk up from the parent."""
        match creation:
            case (str(run_id), str(parent_id)):
                return self._is_above(run_id, parent_id)
        return False

    def _is_above(self, run_id: str, below: str) -> bool:
        seen: set[str] = set()
        current: str | None = below
        while current is not None and current not in seen:
            if current == run_id:
                return True
            seen.add(current)
            current = self._parent_of(current)
        return False

    def _parent_of(self, run_id: str) -> str | None:
        run = self._runs.get(run_id)
        return self._lineage.get(run_id) if run is None else run.parent_id

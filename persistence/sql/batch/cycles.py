"""Whether a new run would become its own ancestor, which its id allows when an orphan names it as parent."""

from collections.abc import Container, Mapping

from runindex.decisions.workspace import Records
from runindex.domain.runs.run import Run


class ParentCycles(Container[tuple[str, str]]):
    """Holds each (id, parent) whose creation would close a cycle, judged by the runs at the moment of the test."""

    def __init__(self, runs: Records[str, Run], lineage: Mapping[str, str | None]) -> None:
        """Take the runs of a batch and, for runs outside it, the lineage that was read."""
        self._runs = runs
        self._lineage = lineage

    def __contains__(self, creation: object) -> bool:
        """Tell whether the run is the parent or one of its ancestors."""
        match creation:
            case (str(run_id), str(parent_id)):
                return self._is_above(run_id, parent_id)
        return False

    def _is_above(self, run_id: str, below: str) -> bool:
        visited: set[str] = set()
        current: str | None = below
        while current is not None and current not in visited:
            if current == run_id:
                return True
            visited.add(current)
            current = self._parent_of(current)
        return False

    def _parent_of(self, run_id: str) -> str | None:
        run = self._runs.get(run_id)
        return self._lineage.get(run_id) if run is None else run.parent_id

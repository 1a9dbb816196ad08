"""The order in which runs are imported: parents before their children."""

from collections import deque
from collections.abc import Mapping, Sequence

from runindex.maintenance.sources.source import SourceRun, fault


def parents_first(entries: Sequence[SourceRun]) -> list[SourceRun]:
    """Return the entries, parents first; raise BadRequestError for a run that comes twice, or is its own ancestor."""
    by_id = _by_id(entries)
    children: dict[str | None, list[SourceRun]] = {}
    for entry in entries:
        children.setdefault(entry.parent_id if entry.parent_id in by_id else None, []).append(entry)
    ordered: list[SourceRun] = []
    waiting = deque(children.pop(None, []))
    while waiting:
        entry = waiting.popleft()
        ordered.append(entry)
        waiting.extend(children.pop(entry.id, []))
    for circle in children.values():
        raise fault(circle[0].place, "the run would be its own ancestor")
    return ordered


def _by_id(entries: Sequence[SourceRun]) -> Mapping[str, SourceRun]:
    by_id: dict[str, SourceRun] = {}
    for entry in entries:
        first = by_id.setdefault(entry.id, entry)
        if first is not entry:
            raise fault(entry.place, f"this run was there before, in {first.place}")
    return by_id

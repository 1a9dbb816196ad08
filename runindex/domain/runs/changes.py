"""The change log's entries: one committed mutation of one run, with the run as it was after it."""

from dataclasses import dataclass, replace
from enum import StrEnum

from runindex.domain.lifecycle import OPEN, RunStatus
from runindex.domain.runs.run import Run


class RunChangeKind(StrEnum):
    """What a change was about."""

    CREATED = "CREATED"
    STARTED = "STARTED"
    STATUS = "STATUS"
    NAME = "NAME"
    METADATA = "METADATA"
    TAGS = "TAGS"
    RETENTION = "RETENTION"
    DELETED = "DELETED"


class Membership(StrEnum):
    """How a change looks through a filter: the run came into view, stayed there, or left it."""

    ENTERED = "ENTERED"
    UPDATED = "UPDATED"
    LEFT = "LEFT"


@dataclass(frozen=True, slots=True)
class Former:
    """What a change overwrote. Only what its kind changes differs from the run after it."""

    status: RunStatus
    name: str | None
    tags: tuple[str, ...]
    metadata: str | None
    updated_at: int


@dataclass(frozen=True, slots=True)
class Change:
    """One entry. `seq` counts from 1 in commit order without a gap; `run` is the run after the change.

    For DELETED, `run` is the run as it last was, with the version and time of the deletion.
    """

    seq: int
    kind: RunChangeKind
    run: Run
    former: Former | None
    reason: str | None = None
    actor: str | None = None

    @property
    def after(self) -> Run | None:
        """Return the run after the change, None when the change deleted it."""
        return None if self.kind is RunChangeKind.DELETED else self.run

    @property
    def before(self) -> Run | None:
        """Return what a filter can see of the run before the change, None when the change created it."""
        if self.former is None:
            return None
        was_open = self.former.status in OPEN
        return replace(
            self.run,
            status=self.former.status,
            name=self.former.name,
            tags=self.former.tags,
            metadata=self.former.metadata,
            updated_at=self.former.updated_at,
            finished_at=None if was_open else self.run.finished_at,
        )


def former_of(run: Run) -> Former:
    """Return what is remembered of a run that is about to change."""
    return Former(run.status, run.name, run.tags, run.metadata, run.updated_at)


def membership(*, before: bool, after: bool) -> Membership | None:
    """Return how a change looks through a filter that matched `before` and `after`; None when it is not seen."""
    if before and after:
        return Membership.UPDATED
    if after:
        return Membership.ENTERED
    return Membership.LEFT if before else None


def unfiltered_membership(kind: RunChangeKind) -> Membership:
    """Return how a change looks to a reader who filters nothing."""
    if kind is RunChangeKind.CREATED:
        return Membership.ENTERED
    return Membership.LEFT if kind is RunChangeKind.DELETED else Membership.UPDATED

"""Entries of the change log: one committed mutation of one run, with the run after it."""

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
    """What a change does to a filter's set of runs: the run enters it, stays in it, or leaves it."""

    ENTERED = "ENTERED"
    UPDATED = "UPDATED"
    LEFT = "LEFT"


@dataclass(frozen=True, slots=True)
class Former:
    """The values before a change. Only those that its kind changes differ from the run after it."""

    status: RunStatus
    name: str | None
    tags: tuple[str, ...]
    metadata: str | None
    updated_at: int
    started_at: int | None = None


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
        """Return the run before the change, as far as filters read it; None when the change created it."""
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
            started_at=self.former.started_at,
            finished_at=None if was_open else self.run.finished_at,
            error=None if was_open else self.run.error,
        )


def former_of(run: Run) -> Former:
    """Return the values of a run to keep with its next change."""
    return Former(run.status, run.name, run.tags, run.metadata, run.updated_at, run.started_at)


def membership(*, before: bool, after: bool) -> Membership | None:
    """Return the membership for a filter that matches the run before or after a change, None for neither."""
    if before and after:
        return Membership.UPDATED
    if after:
        return Membership.ENTERED
    return Membership.LEFT if before else None


def unfiltered_membership(kind: RunChangeKind) -> Membership:
    """Return the membership of a change without a filter."""
    if kind is RunChangeKind.CREATED:
        return Membership.ENTERED
    return Membership.LEFT if kind is RunChangeKind.DELETED else Membership.UPDATED

"""What is kept a second time, so that queries need not count or search: each follows from the runs."""

from dataclasses import dataclass

from runindex.domain.instants import Micros


@dataclass(frozen=True, slots=True)
class RunTag:
    """One tag of one run, found by the tag."""

    tag: str
    created_at: Micros
    run_id: str


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many runs have a status."""

    status: str
    n: int


@dataclass(frozen=True, slots=True)
class TagCount:
    """How many runs that are not archived have a tag; one that none has is not kept."""

    tag: str
    n: int

from dataclasses import replace

import pytest

from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.changes import Change, Membership, RunChangeKind, former_of, membership, unfiltered_membership
from runindex.domain.runs.run import Run

RUN = Run("r", 1, 10, 20, name="n", tags=("t",), metadata='{"a":1}')


@pytest.mark.parametrize(
    "after",
    [
        replace(RUN, name=None),
        replace(RUN, tags=("t", "u")),
        replace(RUN, metadata=None),
        replace(RUN, status=RunStatus.PAUSED),
        replace(RUN, status=RunStatus.COMPLETED, finished_at=30, outcome=RunStatus.COMPLETED),
        RUN,
    ],
    ids=["name", "tags", "metadata", "pause", "finish", "nothing"],
)
def test_a_change_tells_what_was_before(after: Run) -> None:
    after = replace(after, version=2, updated_at=30)
    change = Change(2, RunChangeKind.NAME, after, former_of(RUN))
    before = change.before
    assert before is not None
    assert replace(before, version=1, outcome=None) == RUN
    assert change.after == after


def test_archiving_keeps_the_time_at_which_a_run_finished() -> None:
    finished = replace(RUN, status=RunStatus.FAILED, finished_at=20, outcome=RunStatus.FAILED)
    change = Change(3, RunChangeKind.STATUS, replace(finished, status=RunStatus.ARCHIVED), former_of(finished))
    assert change.before == finished


def test_creation_and_deletion_have_one_side() -> None:
    assert Change(1, RunChangeKind.CREATED, RUN, None).before is None
    deleted = Change(2, RunChangeKind.DELETED, RUN, former_of(RUN))
    assert (deleted.before, deleted.after) == (RUN, None)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (False, False, None),
        (False, True, Membership.ENTERED),
        (True, True, Membership.UPDATED),
        (True, False, Membership.LEFT),
    ],
)
def test_membership_compares_both_sides(*, before: bool, after: bool, expected: Membership | None) -> None:
    assert membership(before=before, after=after) is expected


@pytest.mark.parametrize("kind", list(RunChangeKind))
def test_without_a_filter_only_creation_and_deletion_stand_out(kind: RunChangeKind) -> None:
    expected = {"CREATED": Membership.ENTERED, "DELETED": Membership.LEFT}.get(kind, Membership.UPDATED)
    assert unfiltered_membership(kind) is expected

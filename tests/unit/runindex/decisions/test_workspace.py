from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from runindex.commands import AnyCommand, BulkCommand
from runindex.commands.outcomes import BulkApplied, RunApplied, RunDeleted
from runindex.decisions.batch import decide
from runindex.decisions.replay import References, encode_answer, references, replay
from runindex.decisions.workspace import Records, Workspace
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import (
    ConstraintReason,
    ConstraintViolation,
    InvalidInput,
    InvalidTransition,
    NotFound,
    VersionConflict,
)
from runindex.domain.runs.filters import RunFilter
from runindex.domain.runs.run import Run
from tests.support.commands import A, B, C, create, delete, delete_all, rename
from tests.support.drawn.effort import tries
from tests.support.drawn.mutations import IDS, batches


def workspace(*runs: Run) -> Workspace:
    return Workspace(now=1000, head=7, runs={run.id: run for run in runs}, kept={})


def test_records_overlay_what_was_read() -> None:
    records = Records({"a": 1, "b": 2})
    records.put("b", 3)
    records.put("c", 4)
    records.remove("a")
    assert [records.get(key) for key in "abcd"] == [None, 3, 4, None]
    assert sorted(records.written()) == [("a", 1, None), ("b", 2, 3), ("c", None, 4)]


def test_undoing_goes_back_to_the_last_checkpoint() -> None:
    records = Records({"a": 1})
    records.put("a", 2)
    records.checkpoint()
    records.put("a", 3)
    records.put("b", 4)
    records.remove("a")
    records.undo()
    assert [records.get(key) for key in "ab"] == [2, None]
    assert list(records.written()) == [("a", 1, 2)]
    records.undo()
    assert records.get("a") == 2


def test_a_command_that_breaks_leaves_nothing_behind() -> None:
    space = workspace(Run(A, 1, 0, 0))
    # Nobody has selected the runs for the second: a fault of the storage's.
    outcomes = decide(space, [rename(A, "x"), delete_all(RunFilter()), rename(A, "y")])
    assert isinstance(outcomes[1], Exception)
    assert [change.seq for change in space.changes] == [8, 9]
    assert [change.run.version for change in space.changes] == [2, 3]


@tries(200)
@given(st.lists(batches(), min_size=1, max_size=4))
def test_counters_move_as_the_runs_do(drawn: list[list[AnyCommand]]) -> None:
    commands = [
        command
        for batch in drawn
        for command in batch
        if not (isinstance(command, BulkCommand) and command.runs.filter is not None)
    ]
    before = [Run(IDS[0], 1, 0, 0, tags=("a", "b")), Run(IDS[1], 2, 0, 0, RunStatus.ARCHIVED, tags=("b",))]
    space = workspace(*before)
    decide(space, commands)
    after = [run for run_id in (*IDS, "default") if (run := space.runs.get(run_id)) is not None]

    def statuses(runs: list[Run]) -> Counter[RunStatus]:
        return Counter(run.status for run in runs)

    def tags(runs: list[Run]) -> Counter[str]:
        return Counter(tag for run in runs for tag in run.tags if run.status is not RunStatus.ARCHIVED)

    counters = space.counters()
    for counted, moved in ((statuses, counters.by_status), (tags, counters.by_tag)):
        total = Counter(counted(before))
        total.update(moved)
        assert +total == counted(after)
        assert all(moved.values())
    assert [change.seq for change in space.changes] == list(range(8, 8 + len(space.changes)))


def test_every_kind_of_answer_is_told_again() -> None:
    run = Run(A, 5, 0, 9, RunStatus.PAUSED, version=4)
    problems = (
        NotFound("Run", B),
        InvalidTransition(RunStatus.PAUSED, RunStatus.FAILED),
        ConstraintViolation(ConstraintReason.DEFAULT_RUN, "no"),
        VersionConflict(1, 2),
        InvalidInput("no", "runs.ids"),
        InvalidInput("no"),
    )
    answer = encode_answer(BulkApplied((RunApplied(run, 2, 6), RunDeleted(C, 3, 7, results=2), *problems)), A)
    assert references(answer) == References(frozenset({A}), frozenset())
    told = replay(answer, workspace(run))
    assert told == BulkApplied(
        (RunApplied(run, 2, 6, replayed=True), RunDeleted(C, 3, 7, results=2, replayed=True), *problems), replayed=True
    )


def test_a_run_of_another_incarnation_is_another_run() -> None:
    run = Run(A, 5, 0, 9)
    answer = encode_answer(RunApplied(run, 1, 5), A)
    assert replay(answer, workspace(run)) == RunApplied(run, 1, 5, replayed=True)
    assert replay(answer, workspace()) == NotFound("Run", A)
    assert replay(answer, workspace(Run(A, 6, 0, 9))) == NotFound("Run", A)


def test_a_circle_is_refused_where_the_storage_sees_one() -> None:
    space = workspace(Run(B, 1, 0, 0, parent_id=A))
    space.looping = frozenset({(A, B)})
    refused, made, gone = decide(space, [create(A, parent_id=B), create(A), delete(A)])
    assert isinstance(refused, InvalidInput)
    assert isinstance(made, RunApplied)
    assert gone == RunDeleted(A, 2, 9)

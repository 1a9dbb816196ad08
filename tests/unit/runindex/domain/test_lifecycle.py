import pytest

from runindex.domain.lifecycle import (
    CLOSED,
    FINISHED,
    OPEN,
    TERMINAL,
    TRANSITIONS,
    RunStatus,
    allowed_from,
    is_allowed,
)
from runindex.domain.problems import InvalidTransition, ProblemError
from runindex.domain.runs.run import Run

ACTIVE, PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED = RunStatus


def test_the_table_has_eleven_moves() -> None:
    pairs = [(source, target) for source in RunStatus for target in RunStatus if is_allowed(source, target)]
    assert len(pairs) == 11
    assert not any(source is target for source, target in pairs)
    assert set(TRANSITIONS) == set(RunStatus)


def test_every_move_has_a_reason() -> None:
    assert all(reason.strip() for moves in TRANSITIONS.values() for reason in moves.values())


def test_what_is_derived_from_the_table() -> None:
    assert {ACTIVE, PAUSED} == OPEN
    assert {COMPLETED, FAILED, CANCELLED} == FINISHED
    assert {ARCHIVED} == TERMINAL
    assert CLOSED == FINISHED | TERMINAL
    assert allowed_from(ACTIVE) == (PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED)
    assert allowed_from(PAUSED) == (ACTIVE, CANCELLED, ARCHIVED)
    assert allowed_from(ARCHIVED) == ()


@pytest.mark.parametrize("target", list(RunStatus))
def test_a_run_moves_as_the_table_says(target: RunStatus) -> None:
    run = Run("r", 1, 10, 10, PAUSED, version=4)
    if target in TRANSITIONS[PAUSED]:
        moved = run.moved(target, 20, "why")
        assert (moved.status, moved.version, moved.updated_at) == (target, 5, 20)
        assert (moved.finished_at, moved.outcome) == ((20, target) if target in FINISHED else (None, None))
    else:
        with pytest.raises(ProblemError) as refusal:
            run.moved(target, 20)
        assert refusal.value.problem == InvalidTransition(PAUSED, target)
    assert run == Run("r", 1, 10, 10, PAUSED, version=4)

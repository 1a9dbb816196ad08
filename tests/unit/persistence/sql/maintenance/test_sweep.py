"""How much a sweep takes at a time."""

import re

import pytest

from persistence.sql.maintenance.sweep import sweep
from persistence.sql.statements import Flow
from persistence.sqlite.statements import SqliteDialect

ONE_MILLISECOND = 0.001


class Rows:
    """A database that takes so long for each row it deletes."""

    def __init__(self, seconds_for_a_row: float) -> None:
        self.now = 0.0
        self.steps: list[int] = []
        self._pace = seconds_for_a_row

    def clock(self) -> float:
        return self.now

    def delete(self, text: str) -> list[dict[str, int]]:
        limits = re.findall(r"LIMIT\s+(\d+)", text)
        self.steps.append(int(limits[-1]))
        self.now += self.steps[-1] * self._pace
        return [{"one": 1}] * self.steps[-1]


@pytest.mark.parametrize(
    ("milliseconds", "steps"),
    [(20, [1]), (6, [1, 1, 1]), (1, [1, 2, 1, 2, 1, 2, 1, 2, 1, 2]), (0.001, [1, 2, 4, 8, 16, 32, 32, 32, 32, 32, 9])],
)
def test_steps_are_large_only_where_rows_are_small(milliseconds: float, steps: list[int]) -> None:
    rows = Rows(milliseconds * ONE_MILLISECOND)
    flow = sweep(200, 32, 15 * ONE_MILLISECOND, SqliteDialect(), rows.clock)
    assert _driven(flow, rows) == sum(steps)
    assert rows.steps == steps


def test_a_sweep_whose_time_is_over_deletes_something_all_the_same() -> None:
    rows = Rows(ONE_MILLISECOND)
    assert _driven(sweep(200, 32, 0, SqliteDialect(), rows.clock), rows) == 1


def _driven(flow: Flow[int], rows: Rows) -> int:
    next(flow)
    statement = flow.send([{"owner": 1, "generation": -1}])
    try:
        while True:
            statement = flow.send(rows.delete(statement.text))
    except StopIteration as end:
        swept: int = end.value
        return swept

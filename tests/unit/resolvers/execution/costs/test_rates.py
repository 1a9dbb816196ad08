"""What a token may ask for in a minute."""

import pytest

from resolvers.execution.costs.rates import SWEEP, UNBOUNDED, Rates
from runindex.domain.errors import RateExceededError


class Clock:
    """Stands until a test moves it."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def refused_for(rates: Rates, caller: str, cost: int) -> int:
    with pytest.raises(RateExceededError) as refusal:
        rates.spend(caller, cost)
    return refusal.value.retry_after


def test_a_caller_spends_its_points_and_has_them_back_within_a_minute() -> None:
    clock = Clock()
    rates = Rates(60, clock)
    rates.spend("ci", 50)
    rates.spend("ci", 10)
    assert refused_for(rates, "ci", 10) == 10
    assert refused_for(rates, "ci", 0) == 1  # each operation costs something
    rates.spend("other", 60)
    clock.now = 9.5
    assert refused_for(rates, "ci", 10) == 1
    clock.now = 10.0
    rates.spend("ci", 10)
    clock.now = 1000.0
    rates.spend("ci", 60)
    assert refused_for(rates, "ci", 1) == 1


def test_what_costs_more_than_a_minute_gives_leaves_a_debt() -> None:
    clock = Clock()
    rates = Rates(60, clock)
    rates.spend("ci", 180)
    assert refused_for(rates, "ci", 1) == 121
    clock.now = 121.0
    rates.spend("ci", 1)


def test_nobody_is_bounded_without_a_rate_and_who_has_no_name_never() -> None:
    for _ in range(3):
        UNBOUNDED.spend("ci", 10**9)
        Rates(1).spend(None, 10**9)


def test_callers_whose_points_are_back_are_forgotten() -> None:
    clock = Clock()
    rates = Rates(60, clock)
    for number in range(SWEEP):
        rates.spend(str(number), 1)
    clock.now = 30.0
    rates.spend("poor", 60)
    assert len(rates._buckets) == 1  # noqa: SLF001 - nothing else shows it
    assert refused_for(rates, "poor", 1) == 1

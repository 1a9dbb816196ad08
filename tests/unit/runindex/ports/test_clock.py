import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runindex.domain.instants import SECOND, Micros
from runindex.ports.clock import Reading, SteadyClock, read_machine

HOUR = 3600 * SECOND
NOW = Reading(1_800_000_000 * SECOND, "this start", 77 * SECOND)


class Machine:
    """A machine whose clock can be set."""

    def __init__(self) -> None:
        self.reading = NOW

    def __call__(self) -> Reading:
        return self.reading

    def set(self, by: Micros) -> None:
        self.reading = replace(self.reading, instant=self.reading.instant + by)

    def run(self, passed: Micros) -> None:
        reading = self.reading
        self.reading = replace(reading, instant=reading.instant + passed, uptime=reading.uptime + passed)


def test_a_steady_clock_tells_the_machines_time() -> None:
    machine = Machine()
    clock = SteadyClock(machine)
    for passed in (0, 1, 17, SECOND, HOUR, 400, 86_400 * SECOND):
        machine.run(passed)
        assert clock.now() == machine.reading.instant


@given(
    st.lists(
        st.tuples(st.sampled_from((0, 1, -1, 70, -70, 3600, -3600)), st.integers(0, 20 * SECOND)),
        min_size=1,
        max_size=30,
    )
)
def test_a_steady_clock_hardly_notices_that_the_machines_is_set(steps: list[tuple[int, Micros]]) -> None:
    machine = Machine()
    clock = SteadyClock(machine)
    begun = clock.now()
    for seconds, passed in steps:
        machine.set(seconds * SECOND)
        machine.run(passed)
        uptime = machine.reading.uptime - NOW.uptime
        kept = len(steps) * SECOND // 1000
        assert begun + uptime - uptime // 10 - kept <= clock.now() <= begun + uptime + uptime // 1000 + kept


def test_a_steady_clock_catches_up_with_one_that_was_set_forward_unless_a_lease_is_held() -> None:
    machine = Machine()
    clock = SteadyClock(machine)
    clock.now()
    machine.set(HOUR)
    machine.run(SECOND)
    clock.catch_up(lambda _: True)
    assert clock.now() < machine.reading.instant - HOUR // 2
    clock.catch_up(lambda _: False)
    assert clock.now() == machine.reading.instant


def test_a_steady_clock_approaches_one_that_was_set_back() -> None:
    machine = Machine()
    clock = SteadyClock(machine)
    clock.now()
    machine.set(-HOUR)
    for _ in range(11):
        machine.run(HOUR)
        clock.now()
    assert clock.now() == machine.reading.instant


@pytest.mark.parametrize(
    "reading",
    [
        Reading(5, "another start", 99 * SECOND),
        Reading(5),
        Reading(5, "this start", 76 * SECOND),
    ],
    ids=["another start", "no uptime", "an uptime that fell"],
)
def test_without_a_common_uptime_the_machine_is_believed(reading: Reading) -> None:
    assert reading.steadied(NOW) == reading.steadied(None) == reading


def test_the_machine_is_read() -> None:
    before = time.time_ns() // 1000
    first, second = read_machine(), read_machine()
    assert before <= first.instant <= second.instant <= time.time_ns() // 1000
    assert first.boot == second.boot
    assert first.uptime <= second.uptime

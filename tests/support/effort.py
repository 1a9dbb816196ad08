"""How hard property tests try."""

import os

from hypothesis import HealthCheck, settings

# By day the same examples each time, so that a change is judged by itself; by night many times as many new ones.
EFFORT = int(os.environ.get("RUNINDEX_TEST_EFFORT", "1"))


def tries(examples: int, *, steps: int = 25) -> settings:
    """Return settings for so many examples, times the effort asked for by RUNINDEX_TEST_EFFORT."""
    return settings(
        max_examples=examples * EFFORT,
        stateful_step_count=steps,
        deadline=None,
        derandomize=EFFORT == 1,
        print_blob=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )

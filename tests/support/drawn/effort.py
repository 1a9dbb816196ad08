"""How hard property tests try."""

import os
from typing import Final

from hypothesis import HealthCheck, settings

# By day the same examples each time, so that a change is judged by itself; by night many times as many new ones.
EFFORT: Final = int(os.environ.get("RUNINDEX_TEST_EFFORT", "1"))
USUAL_EXAMPLES: Final = 100
# By day more of the same examples find nothing that these did not; tests name what they try with more effort.
MOST_BY_DAY: Final = 100


def tries(examples: int, *, steps: int = 25) -> settings:
    """Return settings for so many examples, times the effort asked for by RUNINDEX_TEST_EFFORT; without, for fewer.

    How long an example takes says nothing on a machine that does other things besides.
    """
    return settings(
        max_examples=examples * EFFORT if EFFORT > 1 else min(examples, MOST_BY_DAY),
        stateful_step_count=steps,
        deadline=None,
        derandomize=EFFORT == 1,
        print_blob=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def make_usual() -> None:
    """Let property tests that ask for nothing else try the usual number of examples in the same way."""
    settings.register_profile("usual", tries(USUAL_EXAMPLES))
    settings.load_profile("usual")

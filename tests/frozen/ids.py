"""What the frozen index's own things are called."""

from typing import Final

from tests.support.commands import run_id

X, TREE, GONE, SHORT, LOST = (run_id(number) for number in range(0xB0, 0xB5))
CHILDREN: Final = tuple(run_id(number) for number in range(0xC0, 0xC7))
RESULTS: Final = tuple(run_id(number) for number in range(0xD0, 0xD7))
PLAN: Final = run_id(0x2002)  # ids are counted while the index is made
JOB: Final = run_id(0x1006)
AGENT: Final = "agent"

"""Two dozen runs of every sort, with ties, gaps and odd texts, for tests that only read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from runindex.domain.json_text import JsonValue
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.run import TargetType
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import Field, add_tags, create, dataset, delete, move, rename, run_id, start
from tests.support.stores import apply, made

ACTIVE, PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED = RunStatus

PLAN: Final = run_id(0xFA)
GONE: Final = run_id(0xFB)  # a deleted parent
NOBODY: Final = run_id(0xFC)  # an id that was never given


@dataclass(frozen=True, slots=True)
class Plant:
    """A run to make: where it is moved after its creation, and what it is created with."""

    path: tuple[RunStatus, ...]
    fields: dict[str, Field]


def _plant(*path: RunStatus, **fields: Field) -> Plant:
    return Plant(path, fields)


VALUES: Final[tuple[JsonValue, ...]] = (
    1,
    1.5,
    -0.0,
    2**53 + 1,
    2**53,
    10**30,
    Decimal("0.1000000000000000000000001"),
    0.1,
    1e300,
    "1",
    "",
    "Zebra",
    "apfel",
    "äpfel",
    "\uffff",
    "🛷",
    True,
    False,
    None,
    [],
    [1, {"a": 2}],
    {},
    {"m": 1, "k": [None]},
)

PLANTS: Final = (
    _plant(
        name="Nightly build",
        tags=("a", "b"),
        metadata={"v": 1, "model": {"name": "gpt-4o", "size": 8}},
        dataset=dataset("open", target_id="agent-3"),
    ),
    _plant(PAUSED, name="nightly BUILD 2", tags=("b",), metadata={"v": 1.0, "model": {"name": "gpt-4", "size": 8.5}}),
    _plant(COMPLETED, name="100% _done_", tags=("x__y", "a"), dataset=dataset("questions"), trace_id="trace"),
    _plant(FAILED, name="ÄRGER İSTANBUL", tags=("x", "A"), dataset=dataset("questions", target_id="agent-2")),
    _plant(CANCELLED, tags=("%", "_", "\\"), dataset=dataset("answers", target_type=TargetType.SCORER)),
    _plant(ARCHIVED, name="put away", tags=("a", "archived"), metadata={"v": 1}),
    _plant(COMPLETED, ARCHIVED, name="done and away", tags=("b", "archived"), dataset=dataset("answers")),
    _plant(
        plan_id=PLAN,
        dataset=dataset("open", target_id="agent-3"),
        trace_id="trace",
        metadata={"a.b": 1, "a": {"b": 2}, "": {"": 3}, "\\": 4},
    ),
    _plant(FAILED, ARCHIVED, plan_id=PLAN, name="\\ backslash", metadata={}),
    _plant(PAUSED, CANCELLED, tags=("ünï ☃", "🛷", "build"), name="🛷 straße"),
    *(_plant(metadata={"v": value, "deep": {"v": value}}) for value in VALUES),
)

IDS: Final = tuple(run_id(number) for number in range(1, len(PLANTS) + 1))
# Each of these is below the one it maps to.
PARENTS: Final = {2: 1, 3: 2, 4: 2, 5: 4, 6: 5, 7: 6, 11: 10, 12: 10, 13: 11, 30: 5, 31: GONE, 32: 31}
TREE: Final = {run_id(child): run_id(up) if isinstance(up, int) else up for child, up in PARENTS.items()}


async def populate(store: Store, clock: StandingClock) -> None:
    """Make the runs, four to an instant, then change them, five to an instant, not in the order of their creation."""
    await made(store, create(GONE))
    planted = list(zip(IDS, PLANTS, strict=True))
    for few in _in_groups(planted, 4):
        clock.advance(3600)
        await apply(store, *(create(new_id, parent_id=TREE.get(new_id), **plant.fields) for new_id, plant in few))
    for few in _in_groups(sorted(planted, key=lambda pair: pair[0][::-1]), 5):
        clock.advance(60)
        await apply(store, *(move(changed, status) for changed, plant in few for status in plant.path))
    clock.advance(0.000001)
    await apply(store, delete(GONE), start(IDS[0]), add_tags(IDS[3], "late"), rename(IDS[7], "renamed later"))


def _in_groups(planted: Sequence[tuple[str, Plant]], size: int) -> Iterator[Sequence[tuple[str, Plant]]]:
    for begin in range(0, len(planted), size):
        yield planted[begin : begin + size]

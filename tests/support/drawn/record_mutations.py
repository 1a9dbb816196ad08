"""Commands on records drawn at random, over so few ids, keys and names that they meet."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from types import ModuleType
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from runindex.commands import AnyCommand, Attempt, InputUpdate, RecordResult, ScoreResult, ValueEntry
from runindex.decisions import results, runs, views
from runindex.decisions.work import jobs, plans
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.instants import SECOND
from runindex.domain.json_text import JsonValue
from runindex.domain.lifecycle import RunStatus
from runindex.domain.records.jobs import DONE, WAITING, JobStatus
from runindex.domain.records.results import Score
from runindex.domain.records.runtimes import InputDurability, InputState, RunBoundary, RuntimeState
from runindex.domain.records.views import ViewColumn
from runindex.domain.runs.filters import InstantRange
from tests.support import commands, records
from tests.support.clock import START
from tests.support.commands import run_id
from tests.support.drawn.mutations import IDS, changes, creations, extras

# The ids that a store makes where they are counted, by the module that makes them.
FIRST_MADE = {jobs: 0x1000, plans: 0x2000, results: 0x3000, runs: 0x4000, views: 0x5000}
JOBS = tuple(run_id(FIRST_MADE[jobs] + number) for number in range(5))
VIEWS = tuple(run_id(FIRST_MADE[views] + number) for number in range(3))
PLANS = tuple(run_id(FIRST_MADE[plans] + number) for number in range(3))
RESULTS = tuple(run_id(number) for number in range(0xE1, 0xE4))
TARGETS = (IDS[0], IDS[0], IDS[1], IDS[2], DEFAULT_RUN)
ITEMS = ("a", "b", "B", "ä", "🛷")
KEYS = ("k", "K", "k_", "ü")
VALUES: tuple[JsonValue, ...] = (None, 1, 1.0, "1", {"a": 1, "b": {"c": None}}, {"b": [1]}, [1], Decimal("0.10"))
OBJECTS: tuple[JsonValue, ...] = ({}, {"a": None}, {"b": 1, "a": {"d": Decimal("0.10")}}, {"a": {"d": None, "e": "🛷"}})


@dataclass(slots=True)
class NumberedIds:
    """Replaces random ids by counted ones, so that equal commands make equal ids in two stores; `made` is the count."""

    made: dict[ModuleType, int] = field(default_factory=lambda: dict.fromkeys(FIRST_MADE, 0))

    @contextmanager
    def counting(self) -> Iterator[dict[ModuleType, int]]:
        """Count on from `made`, which stays as it is, and give the counts."""
        counts = dict(self.made)

        def make(module: ModuleType) -> str:
            counts[module] += 1
            return run_id(FIRST_MADE[module] + counts[module] - 1)

        with pytest.MonkeyPatch.context() as patch:
            for module in FIRST_MADE:
                patch.setattr(module, "new_id", partial(make, module))
            yield counts


def _one_of(*values: Any) -> SearchStrategy[Any]:  # noqa: ANN401 - fields of a command
    return st.sampled_from(values)


def _command(make: Callable[..., AnyCommand], *given: SearchStrategy[Any], **named: Any) -> SearchStrategy[AnyCommand]:  # noqa: ANN401 - strategies, mostly
    """Draw the arguments of a command; of those that are named any may be left out."""
    fields = st.fixed_dictionaries({}, optional=named)
    return st.tuples(st.tuples(*given), fields, extras).map(lambda drawn: make(*drawn[0], **(drawn[1] | drawn[2])))


targets = st.sampled_from(TARGETS)
keys = st.sampled_from(KEYS)
values = st.sampled_from(VALUES)
versions = _one_of(0, 0, 1, 1, 2, 3)
scores = st.lists(
    st.builds(
        Score, _one_of("s", "S"), _one_of(None, 0.5, 1, -2.0), _one_of(None, "why"), scorer_name=_one_of(None, "Judge")
    ),
    max_size=2,
).map(tuple)
# Of a mutation that scores; a scorer gives one score at a time.
some_scores = scores.filter(lambda drawn: len({score.scorer_id for score in drawn}) == len(drawn) > 0)
labels = st.lists(_one_of("good", "bad", 'a"b', "\\"), max_size=2).map(tuple)
attempts: dict[str, SearchStrategy[Any]] = {
    "id": st.sampled_from((*RESULTS, IDS[0])),
    "latency": _one_of(0.5, 2, 2.0, 8.25, -1.0),
    "input": values,
    "output": values,
    "error": _one_of(None, "x", "y"),
    "retry_count": _one_of(0, 0, 1, 2),
    "started_at": _one_of(START, START - SECOND, START + 1),
    "item_version": _one_of(None, 5),
    "scores": scores,
    "trace_id": _one_of(None, "t", "T"),
    "late": st.booleans(),
}


@st.composite
def entries(draw: st.DrawFn) -> RecordResult:
    """Draw an entry of a bulk, with a key of its own at times, and at times of a wrong form."""
    fields = draw(st.fixed_dictionaries({}, optional=attempts))
    return records.entry(draw(targets), draw(_one_of(*ITEMS, "\0")), **fields, **draw(extras))


@st.composite
def value_entries(draw: st.DrawFn) -> ValueEntry:
    """Draw a value to put."""
    return records.value_of(draw(keys), draw(values), draw(st.none() | versions))


@st.composite
def updates(draw: st.DrawFn) -> InputUpdate:
    """Draw the fields of an input."""
    given = st.fixed_dictionaries(
        {},
        optional={
            "durability": _one_of(None, *InputDurability),
            "idempotency_key": _one_of(None, "k"),
            "attempt_count": _one_of(0, 1, 2),
            "recovery_count": _one_of(0, 3),
            "detail": values,
        },
    )
    return records.update(draw(_one_of("i", "j", "k")), draw(st.sampled_from(InputState)), **draw(given))


some_updates = st.lists(updates(), max_size=2)
runtimes = _one_of("r", "R")

result_commands: SearchStrategy[AnyCommand] = st.one_of(
    _command(records.record, targets, st.sampled_from(ITEMS), **(attempts | {"latency": _one_of(0.5, 2, 2.0)})),
    _command(lambda drawn, **fields: records.record_all(*drawn, **fields), st.lists(entries(), max_size=5)),
    _command(
        lambda target, item, drawn, **fields: records.score(target, item, *drawn, **fields),
        targets,
        st.sampled_from(ITEMS),
        some_scores,
        retry_count=_one_of(0, 0, 1),
    ),
    _command(
        lambda found, result_id, drawn, **fields: replace(
            ScoreResult(mutation="scoreResult", result_id=result_id, scores=drawn, **fields).checked(), found=found
        ),
        st.none() | st.builds(Attempt, targets, st.sampled_from(ITEMS), _one_of(0, 0, 1)),
        st.sampled_from(RESULTS),
        some_scores,
    ),
    _command(
        records.annotate,
        targets,
        st.sampled_from(ITEMS),
        st.sampled_from(OBJECTS),
        add_labels=labels,
        remove_labels=labels,
        expected_version=versions,
    ),
    _command(records.delete_results, targets),
)
scoped_commands: SearchStrategy[AnyCommand] = st.one_of(
    _command(
        lambda target, drawn, **fields: records.put_all(target, *drawn, **fields),
        targets,
        st.lists(value_entries(), max_size=3),
    ),
    _command(
        lambda target, drawn, **fields: records.delete_values(target, *drawn, **fields),
        targets,
        st.lists(keys, max_size=2),
    ),
    _command(
        lambda target, drawn, **fields: records.append(target, *drawn, **fields),
        targets,
        st.lists(st.tuples(_one_of("s", "ü"), st.sampled_from(OBJECTS)), min_size=1, max_size=3),
        late=st.booleans(),
    ),
    _command(records.set_cell, targets, keys, values, expected_version=versions),
    _command(records.write, targets, keys, values, expected_version=versions),
    _command(records.patch, targets, keys, values | st.sampled_from(OBJECTS), expected_version=versions),
)
work_commands: SearchStrategy[AnyCommand] = st.one_of(
    _command(records.plan, _one_of("Plan", "ÄRGER"), values),
    _command(records.update_plan, st.sampled_from(PLANS), name=_one_of("x"), spec=values, expected_version=versions),
    _command(records.delete_plan, st.sampled_from(PLANS)),
    _command(
        records.view,
        _one_of("View", "ÄRGER"),
        run_filter=st.sampled_from(OBJECTS),
        columns=_one_of((), (ViewColumn("a", 1), ViewColumn("ä"))),
        is_default=st.booleans(),
    ),
    _command(
        records.update_view,
        st.sampled_from(VIEWS),
        name=_one_of("x"),
        run_order=st.sampled_from(OBJECTS),
        clears_filter=st.booleans(),
        is_default=st.none() | st.booleans(),
        expected_version=versions,
    ),
    _command(records.delete_view, st.sampled_from(VIEWS)),
    _command(
        records.start_plan,
        st.sampled_from(PLANS),
        data=values,
        tags=_one_of(("a", "b")),
        metadata=_one_of({"v": 1}, []),
    ),
    _command(
        records.enqueue,
        values,
        queue=_one_of("default", "other"),
        priority=_one_of(0, 1, -1),
        run_at=_one_of(START - SECOND, START, START + 3 * SECOND),
        max_attempts=_one_of(1, 2),
        run_id=targets,
    ),
    _command(records.claim, _one_of(1, 1, 2, 5), lease=_one_of(1, 2, 60), queue=_one_of("default", "other")),
    _command(records.acknowledge, st.sampled_from(JOBS), _one_of(None, 1, 1, 2)),
    _command(records.fail_job, st.sampled_from(JOBS), _one_of(None, 1, 1, 2), retry=st.booleans()),
    st.sampled_from(JOBS).map(records.delete_job),
    st.lists(st.sampled_from((*JOBS, "junk")), min_size=1, max_size=3).map(lambda ids: records.delete_jobs(*ids)),
)
runtime_commands: SearchStrategy[AnyCommand] = st.one_of(
    _command(
        lambda runtime, target, drawn, **fields: records.commit(runtime, target, *drawn, **fields),
        runtimes,
        targets,
        some_updates,
        snapshot=_one_of(b'{"messages":["\xc3\xa9"]}', b"bad"),
        boundary=st.sampled_from(RunBoundary),
        contributing=_one_of(("i",), ("j", "i")),
    ),
    _command(
        lambda runtime, target, sequence, drawn, **fields: records.apply_receipt(
            runtime, target, sequence, *drawn, **fields
        ),
        runtimes,
        targets,
        _one_of(0, 1, 2, 4),
        some_updates,
        snapshot=_one_of(None, b"", b"\0\xff"),
        conversation_digest=_one_of("d"),
        message_count=_one_of(3),
    ),
    _command(
        lambda runtime, drawn, **fields: records.persist(runtime, *drawn, **fields),
        runtimes,
        st.lists(updates(), min_size=1, max_size=1),
    ),
    _command(
        lambda runtime, state, drawn, **fields: records.commit_lifecycle(runtime, state, *drawn, **fields),
        runtimes,
        st.sampled_from(RuntimeState),
        some_updates,
    ),
    runtimes.map(records.delete_runtime),
    st.lists(_one_of("r", "R", "q", "\0"), min_size=1, max_size=3).map(lambda ids: records.delete_runtimes(*ids)),
)
# What selects by filter comes first in its batch, as the writer has it.
selections: SearchStrategy[AnyCommand] = st.one_of(
    st.fixed_dictionaries(
        {},
        optional={
            "queue": _one_of("default", "other"),
            "status": _one_of(DONE, WAITING, (JobStatus.RUNNING,), ()),
            "run_id": targets,
            "completed_at": _one_of(InstantRange(START, None), InstantRange(None, START + 2 * SECOND)),
        },
    ).map(lambda conditions: records.delete_jobs(**conditions)),
    st.fixed_dictionaries(
        {}, optional={"prefix": _one_of("r", "R", ""), "state": _one_of(tuple(RuntimeState)[:3], ())}
    ).map(lambda conditions: records.delete_runtimes(**conditions)),
)
run_commands: SearchStrategy[AnyCommand] = st.one_of(
    _command(commands.delete, st.sampled_from(IDS[:2])),
    _command(commands.move, st.sampled_from(IDS[:3]), st.sampled_from(RunStatus)),
)
# Weighed by hand: united, each kind would weigh as much as it has commands.
KINDS = (
    *[result_commands] * 6,
    *[scoped_commands] * 6,
    *[work_commands] * 6,
    *[runtime_commands] * 4,
    creations,
    creations,
    run_commands,
    run_commands,
    changes,
)


@st.composite
def record_batches(draw: st.DrawFn) -> list[AnyCommand]:
    """Draw a batch that is mostly about records."""
    first = [draw(selections)] if draw(st.integers(0, 7)) == 0 else []
    return [*first, *(draw(KINDS[draw(st.integers(0, len(KINDS) - 1))]) for _ in range(draw(st.integers(2, 9))))]

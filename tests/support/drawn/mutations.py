"""Batches of commands drawn at random, over so few ids, texts and keys that they meet."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from runindex.commands import AnyCommand, BulkMode
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.instants import SECOND
from runindex.domain.json_text import JsonValue
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.filters import EVERYTHING, RunFilter
from runindex.domain.runs.retention import KEEP_ALL, keep_duration, keep_latest
from runindex.domain.runs.run import TargetType
from tests.support import commands
from tests.support.clock import START
from tests.support.commands import Field, dataset, run_id
from tests.support.drawn.filters import run_filters

IDS = tuple(run_id(number) for number in range(1, 6))
TARGETS = (*IDS, DEFAULT_RUN)
TAGS = ("a", "b", "B", "ab", "a_", "ä", "🛷")
NAMES = ("alpha one", "Alpha", "ÄRGER 100%", "b_b", "🛷")
VALUES: tuple[JsonValue, ...] = (1, 1.0, 2, "1", "a", True, None, [1], {"k": 1}, 2**53 + 1, Decimal("0.10"), 0.1)
INSTANTS = tuple(START + seconds * SECOND for seconds in (-10, 0, 1, 2, 3, 5, 8, 13, 30, 60, 100))

objects = st.dictionaries(st.sampled_from(("v", "w", "a.b")), st.sampled_from(VALUES), max_size=2)
ANY_FILTER = run_filters(
    ids=TARGETS,
    instants=INSTANTS,
    texts=(*TAGS, "alpha", "questions", "agent-1"),
    paths=(("v",), ("w",), ("v", "k"), ("a.b",)),
    values=VALUES,
)


# As a function it has a name to be shown by; spelled out it would fill pages.
@st.composite
def any_filter(draw: st.DrawFn) -> RunFilter:
    """Draw a filter over what the commands change."""
    return draw(st.just(EVERYTHING) | ANY_FILTER)


tags = st.lists(st.sampled_from(TAGS), max_size=3).map(tuple)
policies = st.sampled_from((KEEP_ALL, keep_latest(1), keep_latest(2), keep_duration(5)))
datasets = st.sampled_from(
    (None, None, dataset(), dataset("a", target_id="t", items=0), dataset("b", target_type=TargetType.SCORER))
)
extras: SearchStrategy[dict[str, Field]] = st.just({}) | st.fixed_dictionaries(
    {},
    optional={
        "reason": st.just("because"),
        "actor": st.sampled_from(("ann", "bob")),
        "idempotency_key": st.sampled_from(("k1", "k2")),
    },
)
versions = st.sampled_from(({}, {}, {}, {"expected_version": 1}, {"expected_version": 2}, {"expected_version": 3}))


def _merged(*parts: SearchStrategy[dict[str, Field]]) -> SearchStrategy[dict[str, Field]]:
    return st.tuples(*parts).map(lambda dicts: {name: value for part in dicts for name, value in part.items()})


creations: SearchStrategy[AnyCommand] = _merged(
    extras,
    st.fixed_dictionaries(
        {"new_id": st.sampled_from(IDS)},
        optional={
            "name": st.sampled_from(NAMES),
            "parent_id": st.sampled_from(TARGETS),
            "plan_id": st.sampled_from(IDS),
            "tags": tags,
            "metadata": objects,
            "retention": policies,
            "dataset": datasets,
            "trace_id": st.sampled_from(TAGS),
        },
    ),
).map(lambda fields: commands.create(**fields))


def _on_one(make: Callable[..., AnyCommand], **arguments: SearchStrategy[Any]) -> SearchStrategy[AnyCommand]:
    fields = _merged(extras, versions, st.fixed_dictionaries({"target": st.sampled_from(TARGETS), **arguments}))
    return fields.map(lambda drawn: make(**drawn))


def _tagging(make: Callable[..., AnyCommand]) -> SearchStrategy[AnyCommand]:
    return st.tuples(st.sampled_from(TARGETS), tags, extras).map(lambda drawn: make(drawn[0], *drawn[1], **drawn[2]))


changes: SearchStrategy[AnyCommand] = st.one_of(
    _on_one(commands.move, to=st.sampled_from(RunStatus)),
    _on_one(commands.start),
    _on_one(commands.touch),
    _on_one(commands.rename, name=st.none() | st.sampled_from(NAMES)),
    _on_one(commands.replace_metadata, value=st.none() | objects | st.just([])),
    _on_one(commands.patch_metadata, value=objects),
    _on_one(commands.clear_metadata),
    _tagging(commands.add_tags),
    _tagging(commands.remove_tags),
    _on_one(commands.retain, policy=policies),
    _on_one(commands.delete),
)


def _bulk(runs: SearchStrategy[Any]) -> SearchStrategy[AnyCommand]:
    moves = st.tuples(runs, st.sampled_from(RunStatus), st.sampled_from(BulkMode), extras).map(
        lambda drawn: commands.move_all(*drawn[:3], **drawn[3])
    )
    tagging = st.tuples(
        st.sampled_from((commands.tag_all, commands.untag_all)), runs, tags, st.sampled_from(BulkMode), extras
    ).map(lambda drawn: drawn[0](drawn[1], *drawn[2], mode=drawn[3], **drawn[4]))
    return moves | tagging | st.tuples(runs, extras).map(lambda drawn: commands.delete_all(drawn[0], **drawn[1]))


by_ids = _bulk(st.lists(st.sampled_from((*TARGETS, "junk", IDS[0].upper())), max_size=5))
by_filter = _bulk(any_filter())


@st.composite
def batches(draw: st.DrawFn) -> list[AnyCommand]:
    """Draw a batch; a command that selects by filter comes first in its batch."""
    first = draw(st.lists(by_filter, max_size=1)) if draw(st.integers(0, 3)) == 0 else []
    return [*first, *draw(st.lists(creations | changes | changes | by_ids, min_size=1, max_size=8))]

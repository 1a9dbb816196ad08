from typing import Any, TypeAlias

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.runs.changes import STREAM_ITEMS, StreamItem
from schema.runs.outcomes import RunOutcome
from schema.runs.run import Run, RunConnection
from schema.typesystem.interfaces import Node
from schema.typesystem.scalars import SCALARS
from schema.typesystem.selection import PageSelection, page_selection, run_columns, selection_of

Seen: TypeAlias = Any  # what a resolver found selected
SEEN: list[Seen] = []
Info = strawberry.Info[None, None]


@strawberry.type
class Query:
    @strawberry.field
    def run(self, info: Info) -> Run | None:
        SEEN.append(run_columns(info))
        return None

    @strawberry.field
    def node(self, info: Info) -> Node | None:
        SEEN.append(run_columns(info))
        return None

    @strawberry.field
    def runs(self, info: Info) -> RunConnection | None:
        SEEN.append(page_selection(info))
        return None

    @strawberry.field
    def outcome(self, info: Info) -> RunOutcome | None:
        SEEN.append(run_columns(info, "run"))
        return None

    @strawberry.field
    def item(self, info: Info) -> StreamItem | None:
        SEEN.append((selection_of(info).columns("RunChange"), run_columns(info, "run")))
        return None


schema = strawberry.Schema(Query, types=STREAM_ITEMS, config=StrawberryConfig(scalar_map=SCALARS))


def seen(document: str, **variables: object) -> Seen:
    SEEN.clear()
    result = schema.execute_sync(document, variable_values=variables)
    assert result.errors is None
    (found,) = SEEN
    return found


@pytest.mark.parametrize(
    ("document", "columns"),
    [
        ("{ run { __typename } }", {"id"}),
        ("{ run { called: name metadata } }", {"id", "name", "metadata"}),
        (
            "{ run { allowedTransitions retention { __typename } } }",
            {"id", "status", "retention_kind", "retention_value"},
        ),
        ("{ run { parent { name } history { nodes { kind } } } }", {"id", "parent_id", "incarnation"}),
        ("{ run { name } ...More } fragment More on Query { run { error } }", {"id", "name", "error"}),
        ("{ node { ... on Run { name } ... on Node { ... on Run { error } } ... { id } } }", {"id", "name", "error"}),
        ("{ outcome { ... on RunPayload { run { tags } } ... on Problem { message } } }", {"id", "tags"}),
    ],
)
def test_columns_are_those_of_the_selected_fields(document: str, columns: set[str]) -> None:
    assert seen(document) == columns


@pytest.mark.parametrize(("flag", "columns"), [(True, {"id", "name"}), (False, {"id", "error", "tags"})])
def test_skip_and_include_are_honoured(flag: bool, columns: set[str]) -> None:  # noqa: FBT001 - a parameter of the test
    document = """
        query ($flag: Boolean!, $default: Boolean! = true) {
          run {
            name @include(if: $flag) error @skip(if: $flag) version @skip(if: $default)
            ...Tags @skip(if: $flag) ... @include(if: false) { status }
          }
        }
        fragment Tags on Run { tags }
    """
    assert seen(document, flag=flag) == columns


def test_a_page_tells_what_it_wants() -> None:
    assert seen("{ runs { totalCount } }") == PageSelection(frozenset({"id"}), rows=False, total=True, page_info=False)
    document = (
        "{ runs { nodes { name } pageInfo { endCursor } edges { cursor node { ...E } } } } fragment E on Run { error }"
    )
    assert seen(document) == PageSelection(frozenset({"id", "name", "error"}), rows=True, total=False, page_info=True)


def test_the_row_of_a_change_is_not_taken_for_the_run() -> None:
    assert seen("{ item { cursor ... on RunChange { kind run { name } } } }") == ({"kind", "run_id"}, {"id", "name"})


def test_a_fragment_is_visited_once_however_often_it_is_spread() -> None:
    doubling = " ".join(f"fragment F{i} on Run {{ ...F{i + 1} ...F{i + 1} }}" for i in range(60))
    assert seen(f"{{ run {{ ...F0 }} }} {doubling} fragment F60 on Run {{ name }}") == {"id", "name"}

"""What is frozen leaves out nothing that the schema had by then."""

import functools
import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from graphql import (
    FieldNode,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLUnionType,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    build_schema,
    get_named_type,
    parse,
    visit,
)

from tests.frozen.storages import EXPORT, QUESTIONS, REPLIES, SDL, read_lines, read_streams

SCHEMA: Final = build_schema(SDL.read_text(encoding="utf-8"))
PLACES: Final = frozenset({"after", "before"})
KEY: Final = "idempotencyKey"
# Every kind of line that an export has.
KINDS: Final = {
    *("format", "run", "change", "end", "plan", "job", "runtime", "runtime_input"),
    *("result", "item", "value", "value_version", "event", "cell", "document", "receipt", "receipt_head"),
}


class _Places(Visitor):
    """Notes where a document is given a place to go on from."""

    def __init__(self, info: TypeInfo, variables: dict[str, Any]) -> None:
        super().__init__()
        self.found: set[str] = set()
        self._info = info
        self._variables = variables

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self._info.get_parent_type()
        for argument in node.arguments or ():
            given = isinstance(argument.value, VariableNode) and self._variables.get(argument.value.name.value)
            if given and parent is not None and argument.name.value in PLACES:
                self.found.add(f"{parent.name}.{node.name.value}({argument.name.value}:)")


def objects() -> Iterator[GraphQLObjectType]:
    """Yield the types that have fields, without those of introspection."""
    for name, kind in SCHEMA.type_map.items():
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__"):
            yield kind


def places() -> Iterator[str]:
    """Yield every argument that takes a cursor."""
    for kind in objects():
        for name, field in kind.fields.items():
            yield from (f"{kind.name}.{name}({place}:)" for place in sorted(PLACES & field.args.keys()))


def asked_places() -> set[str]:
    """Return every argument that a frozen question gives a cursor to."""
    found: set[str] = set()
    for asked in [*read_lines(QUESTIONS), *read_streams()]:
        info = TypeInfo(SCHEMA)
        visitor = _Places(info, asked["variables"])
        visit(parse(asked["document"]), TypeInfoVisitor(info, visitor))
        found |= visitor.found
    return found


def keyed() -> dict[str, GraphQLUnionType]:
    """Return the mutations that take a key, with what comes of them."""
    assert SCHEMA.mutation_type is not None
    found = {}
    for name, field in SCHEMA.mutation_type.fields.items():
        given, outcome = get_named_type(field.args["input"].type), get_named_type(field.type)
        assert isinstance(given, GraphQLInputObjectType)
        assert isinstance(outcome, GraphQLUnionType)
        if KEY in given.fields:
            found[name] = outcome
    return found


@functools.cache
def replies() -> dict[str, list[dict[str, Any]]]:
    """Return the outcomes that were frozen, by mutation."""
    found: dict[str, list[dict[str, Any]]] = {}
    for asked in read_lines(REPLIES):
        ((mutation, outcome),) = asked["answer"]["data"].items()
        found.setdefault(mutation, []).append(outcome)
    return found


def test_a_cursor_of_every_list_and_stream_is_frozen() -> None:
    assert sorted(places()) == sorted(asked_places())


@pytest.mark.parametrize("mutation", keyed())
def test_every_mutation_has_a_success_and_a_conflict_frozen(mutation: str) -> None:
    problems = {"IdempotencyConflict", "NotFound", "ConstraintViolation", "InvalidTransition", "VersionConflict"}
    successes = {kind.name for kind in keyed()[mutation].types} - problems - {"InvalidInput"}
    names = {outcome["__typename"] for outcome in replies()[mutation]}
    assert successes | {"IdempotencyConflict"} <= names
    assert any(outcome.get("replayed") for outcome in replies()[mutation])


def test_bulks_with_each_problem_that_they_can_keep_are_frozen() -> None:
    bulks = [outcome for every in replies().values() for outcome in every if "outcomes" in outcome]
    names = {entry["__typename"] for bulk in bulks for entry in bulk["outcomes"]}
    assert names >= {"IdempotencyConflict", "NotFound", "ConstraintViolation", "InvalidTransition", "InvalidInput"}


def test_the_export_has_a_line_of_every_kind() -> None:
    lines = EXPORT.read_bytes().removesuffix(b"\n").split(b"\n")
    assert {next(iter(json.loads(line))) for line in lines} == KINDS

"""The exported schema holds everything in contract.graphql: names, types, defaults, descriptions."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, Final, TypeAlias

import pytest
from graphql import DirectiveDefinitionNode, DocumentNode, TypeDefinitionNode, parse, print_ast

from resolvers.roots.schema import schema
from tests.support.paths import TESTS

Node: TypeAlias = Any  # of whatever kind: what a kind does not have is asked for with a default

CONTRACT: Final = parse((TESTS / "contract.graphql").read_text(encoding="utf-8"))
EXPORTED: Final = parse(schema.as_str())

# An index records and answers; what these would do is somebody else's business.
NEVER: Final = (
    "execute*",
    "schedule*",
    "retry*",
    "timeout*",
    "*Callback",
    "inherit*",
    "cascade*",
    "waitFor*",
    "fork*",
    "merge*Run*",
    "gc*",
)


def types_of(document: DocumentNode) -> list[Node]:
    """Return the definitions of types, without those of directives."""
    return [definition for definition in document.definitions if isinstance(definition, TypeDefinitionNode)]


def shape(document: DocumentNode) -> dict[str, str]:
    """Map the coordinate of each element to all that is promised of it but its description."""
    return dict(promise for definition in types_of(document) for promise in promises(definition))


def promises(definition: Node) -> Iterator[tuple[str, str]]:
    """Yield the coordinates of one type, its fields, arguments and values, each with what it is."""
    name = definition.name.value
    members = sorted(member.name.value for member in getattr(definition, "types", None) or ())
    yield name, " ".join([definition.kind, *map(print_ast, definition.directives or ()), *members])
    for interface in getattr(definition, "interfaces", None) or ():
        yield f"{name} implements {interface.name.value}", "interface"
    for value in getattr(definition, "values", None) or ():
        yield f"{name}.{value.name.value}", "value"
    for field in getattr(definition, "fields", None) or ():
        yield f"{name}.{field.name.value}", typed(field)
        for argument in getattr(field, "arguments", None) or ():
            yield f"{name}.{field.name.value}({argument.name.value}:)", typed(argument)


def typed(node: Node) -> str:
    """Return the type of a field or argument, with its default if it has one."""
    default = getattr(node, "default_value", None)
    return print_ast(node.type) + (f" = {print_ast(default)}" if default else "")


def elements_of(document: DocumentNode) -> dict[str, Node]:
    """Map the coordinate of each type, field, argument and enum value to its node."""
    elements: dict[str, Node] = {}
    for definition in types_of(document):
        name = definition.name.value
        elements[name] = definition
        for member in (*(getattr(definition, "fields", None) or ()), *(getattr(definition, "values", None) or ())):
            elements[f"{name}.{member.name.value}"] = member
            for argument in getattr(member, "arguments", None) or ():
                elements[f"{name}.{member.name.value}({argument.name.value}:)"] = argument
    return elements


def descriptions(document: DocumentNode) -> dict[str, str]:
    """Map the coordinate of each element that is described to its words."""
    return {
        key: " ".join(node.description.value.split()) for key, node in elements_of(document).items() if node.description
    }


PROMISED: Final = shape(CONTRACT)
HELD: Final = shape(EXPORTED)


@pytest.mark.parametrize("coordinate", PROMISED)
def test_schema_holds_what_the_contract_promises(coordinate: str) -> None:
    assert coordinate in HELD
    assert HELD[coordinate] == PROMISED[coordinate]


def test_descriptions_are_the_contracts() -> None:
    held = descriptions(EXPORTED)
    promised = descriptions(CONTRACT)
    assert {key: held.get(key) for key in promised} == promised


def test_every_element_is_described() -> None:
    elements = {key for key in HELD if " implements " not in key}
    assert elements - descriptions(EXPORTED).keys() == set()


def test_every_directive_is_described() -> None:
    directives = [node for node in EXPORTED.definitions if isinstance(node, DirectiveDefinitionNode)]
    assert [node.name.value for node in directives] == ["oneOf"]
    assert all(node.description for node in directives)


def test_arguments_added_to_fields_of_the_contract_are_optional() -> None:
    added = [key for key in HELD if "(" in key and key not in PROMISED and key.partition("(")[0] in PROMISED]
    assert [key for key in added if HELD[key].endswith("!")] == []


def test_mutations_do_nothing_that_an_index_must_not() -> None:
    mutations = [key.removeprefix("Mutation.") for key in HELD if key.startswith("Mutation.") and "(" not in key]
    assert mutations
    assert [name for name in mutations if any(fnmatchcase(name, pattern) for pattern in NEVER)] == []

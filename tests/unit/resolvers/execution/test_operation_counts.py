"""Which root fields an operation is counted under."""

import pytest
from graphql import get_operation_ast, parse

from resolvers.execution.operation_counts import root_fields

DOUBLING = "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }} " for n in range(60))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{ a b }", ["a", "b"]),
        ("{ x: a y: a }", ["a", "a"]),
        ("{ a { id } a { name } }", ["a"]),
        ("{ a ... { b } ... on Query { c ... { d } } }", ["a", "b", "c", "d"]),
        ("{ ...F } fragment F on Query { a x: b ...G } fragment G on Query { c }", ["a", "b", "c"]),
        ("{ a ...F ...F } fragment F on Query { a b { ...G } } fragment G on B { c }", ["a", "b"]),
        (f"{{ ...F0 }} {DOUBLING} fragment F60 on Query {{ a }}", ["a"]),
        ("{ ...F } fragment F on Query { a ...F }", ["a"]),
        ("{ a ...Missing }", ["a"]),
    ],
)
def test_root_fields_are_found_wherever_they_are_written(text: str, names: list[str]) -> None:
    document = parse(text)
    operation = get_operation_ast(document)
    assert operation is not None
    assert sorted(root_fields(document, operation).values()) == names

"""Plans: what is compiled, what is not, and what is kept."""

import re
from pathlib import Path

import pytest
from graphql import parse, validate

from resolvers.execution.compilation.plans import MOST_MADE, MOST_SHAPES, OperationPlan, Plans
from resolvers.execution.compilation.refusal import MismatchError, NotCompiledError, Reason
from resolvers.execution.costs.measure import measured
from resolvers.roots.schema import schema

GRAPH = schema._schema  # noqa: SLF001 - what is compiled for
PAGE = Path(__file__).parents[5] / "docs" / "compilation.md"


def plan_of(plans: Plans, text: str, **variables: object) -> OperationPlan:
    """Return the plan of a valid document's only operation."""
    document = parse(text)
    assert not validate(GRAPH, document)
    plan = plans.find(text, None, variables)
    plan = plan or plans.make(text, None, variables, document, measured(document, GRAPH))
    assert plan is not None
    return plan


def test_the_example_of_the_page_is_true() -> None:
    document, code = re.findall(r"```(?:graphql|text)\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert plan_of(Plans(GRAPH), document.rstrip()).text == code.rstrip()


def test_values_make_no_new_plans() -> None:
    plans, text = (
        Plans(GRAPH),
        "query ($id: ID!, $first: Int) { run(id: $id) { children(first: $first) { nodes { id } } } }",
    )
    made = {id(plan_of(plans, text, id=str(number), first=number)) for number in range(100)}
    assert len(made) == len(plans) == 1


def test_directives_make_a_plan_for_each_shape() -> None:
    plans, text = (
        Plans(GRAPH),
        "query ($with: Boolean! = true) { lifecycle { status reason: __typename @include(if: $with) } }",
    )
    usual, without = plan_of(plans, text), plan_of(plans, text, **{"with": False})
    assert plan_of(plans, text, **{"with": True}).text == usual.text
    assert "reason" in usual.text
    assert "reason" not in without.text


def test_the_plans_kept_are_bounded() -> None:
    plans = Plans(GRAPH, most=3)
    for number in range(10):
        plan_of(plans, f"{{ a{number}: __typename }}")
    assert len(plans) == 3
    names = [f"v{number}" for number in range(6)]
    heads, fields = (
        (f"${name}: Boolean!" for name in names),
        (f"{name}: __typename @skip(if: ${name})" for name in names),
    )
    text = f"query ({', '.join(heads)}) {{ __typename {' '.join(fields)} }}"
    for number in range(2 ** len(names)):
        plan_of(plans, text, **{name: bool(number >> place & 1) for place, name in enumerate(names)})
    assert len(plans._known[text, None].plans) <= MOST_SHAPES  # noqa: SLF001 - shown in no other way


def test_an_operation_whose_shape_changes_each_time_is_left_to_graphql_core() -> None:
    plans, names = Plans(GRAPH), [f"v{number}" for number in range(7)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    text = f"query ({declared}) {{ {' '.join(f'{name}: runCount @include(if: ${name})' for name in names)} }}"
    values = [{name: bool(number >> place & 1) for place, name in enumerate(names)} for number in range(2**7)]
    for each in values[:MOST_MADE]:
        plan_of(plans, text, **each)
    with pytest.raises(NotCompiledError, match=Reason.SHAPES):
        plan_of(plans, text, **values[MOST_MADE])
    plan_of(plans, text, **values[MOST_MADE - 1])


def test_a_subscription_is_compiled_for_its_events() -> None:
    plan = plan_of(Plans(GRAPH), "subscription { a: runCounts(groupBy: STATUS) { key __typename } }")
    assert re.fullmatch(r"    return {'a': l\d+\(c, s\)}", plan.text.splitlines()[-1])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{ __schema { types { name } } }", Reason.INTROSPECTION),
        (
            "mutation ($v: JSON!) { createPlan(input: {name: 1, spec: {a: $v}}) { __typename } }",
            Reason.LITERAL,
        ),
        (f"{{ __typename {' ' * 20_000} }}", Reason.LENGTH),
    ],
)
def test_what_is_not_compiled_has_its_reason(text: str, reason: Reason) -> None:
    plans, document = Plans(GRAPH), parse(text)
    with pytest.raises(NotCompiledError) as refusal:
        plans.make(text, None, {}, document, measured(document, GRAPH))
    assert refusal.value.reason is reason
    if reason is not Reason.LENGTH:
        with pytest.raises(NotCompiledError, match=reason):
            plans.find(text, None, {})


def test_variables_are_read_with_their_defaults() -> None:
    text = "query ($id: ID!, $first: Int = 3) { run(id: $id) { children(first: $first) { nodes { id } } } }"
    plan = plan_of(Plans(GRAPH), text)
    assert plan.read_variables({"id": 1}) == {"id": "1", "first": 3}
    assert plan.read_variables({"id": "1", "first": None}) == {"id": "1", "first": None}
    with pytest.raises(MismatchError):
        plan.read_variables({"first": 1})

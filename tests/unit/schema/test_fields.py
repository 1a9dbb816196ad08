"""Fields are declared as what reads them: columns and functions by `read`, relations by a method of `Loaders`."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Final

import pytest
from graphql import GraphQLField, GraphQLObjectType

from resolvers.roots.loaders import StoreLoaders
from resolvers.roots.schema import schema
from schema.loaders import Loaders
from schema.typesystem.fields import Column, Computed, DeclaredField, Relation, declaration_of

TYPES: Final = schema._schema.type_map  # noqa: SLF001 - Strawberry shows its types in no other way


def fields_of(type_name: str) -> Mapping[str, GraphQLField]:
    owner = TYPES[type_name]
    assert isinstance(owner, GraphQLObjectType)
    fields: Mapping[str, GraphQLField] = owner.fields
    return fields


def relations() -> Iterator[tuple[str, Relation, DeclaredField]]:
    for name, owner in TYPES.items():
        for field_name, field in owner.fields.items() if isinstance(owner, GraphQLObjectType) else ():
            declaration = declaration_of(field)
            if isinstance(declaration, Relation):
                yield f"{name}.{field_name}", declaration, field.extensions["strawberry-definition"]


RELATIONS: Final = list(relations())


def test_fields_tell_how_they_are_declared() -> None:
    fields = fields_of("Run")
    assert declaration_of(fields["createdAt"]) == Column("created_at")
    assert declaration_of(fields["asOf"]) == Relation("snapshot", ("id", "incarnation"))
    assert isinstance(declaration_of(fields["retention"]), Computed)
    assert declaration_of(fields_of("PageInfo")["endCursor"]) is None


def test_every_field_of_a_run_is_declared() -> None:
    assert all(declaration_of(field) is not None for field in fields_of("Run").values())


def test_relations_were_found() -> None:
    assert {"Run.parent", "Plan.runs", "RunChange.run", "RunComparison.rows"} <= {name for name, _, _ in RELATIONS}


@pytest.mark.parametrize(("declaration", "field"), [pytest.param(*rest, id=name) for name, *rest in RELATIONS])
def test_a_relation_names_the_loader_that_it_calls(declaration: Relation, field: DeclaredField) -> None:
    assert inspect.iscoroutinefunction(getattr(Loaders, declaration.load))
    method = getattr(field.base_resolver, "wrapped_func", None)
    assert inspect.isfunction(method)
    assert declaration.load in method.__code__.co_names


def test_the_store_has_every_loader() -> None:
    names = {name for name, _ in inspect.getmembers(Loaders, inspect.iscoroutinefunction)}
    assert {name for name in names if name not in dir(StoreLoaders)} == set()

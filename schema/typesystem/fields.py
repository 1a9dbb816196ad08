"""How the fields of types are declared, so that a selection tells which columns it needs.

A type that wraps a storage row declares each field as a column, as computed from columns, or as a relation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from graphql import GraphQLField
from strawberry import Info
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from runindex.ports.queries import Row

T = TypeVar("T")

Value: TypeAlias = Any  # of the type that the field's annotation names
Reader: TypeAlias = Callable[[Any], Value]


@dataclass(frozen=True, slots=True)
class Column:
    """The value of one column; `decode` (pure, never called with None) makes it the field's value."""

    name: str
    decode: Callable[[Any], Value] | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """Return the columns that the field reads."""
        return (self.name,)

    def reader(self) -> Reader:
        """Return the function that reads the field off its object."""
        name, decode = self.name, self.decode
        if decode is None:
            return lambda source: source.row[name]

        def read(source: Value) -> Value:
            value = source.row[name]
            return None if value is None else decode(value)

        return read


@dataclass(frozen=True, slots=True)
class Computed:
    """A pure function of columns, its arguments in the order of `needs`."""

    compute: Callable[..., Value]
    needs: tuple[str, ...]

    def reader(self) -> Reader:
        """Return the function that computes the field of its object."""
        compute, needs = self.compute, self.needs

        def read(source: Value) -> Value:
            row = source.row
            return compute(*(row[name] for name in needs))

        return read


@dataclass(frozen=True, slots=True)
class Relation:
    """The answer of a loader: `load` is the method of `Loaders`, `needs` the columns that its arguments come from."""

    load: str
    needs: tuple[str, ...]


Declaration: TypeAlias = Column | Computed | Relation


class DeclaredField(StrawberryField):
    """A field with its declaration; one that has `read` is read off its object without a resolver."""

    declaration: Declaration | None = None
    read: Reader | None = None

    def get_result(self, source: Value, info: Info | None, args: list[Any], kwargs: Value) -> Value:
        """Read the field off its object, or call the relation's resolver."""
        if self.read is None:
            return super().get_result(source, info, args, kwargs)
        return self.read(source)


def declaration_of(field: GraphQLField) -> Declaration | None:
    """Return the declaration of a schema's field; None for a field of a type that wraps no row."""
    declared = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return declared.declaration if isinstance(declared, DeclaredField) else None


def column(name: str, decode: Callable[[Any], Value] | None = None, *, description: str) -> Value:
    """Declare a field that is `row[name]`, decoded unless it is None."""
    declaration = Column(name, decode)
    return _field(declaration, declaration.reader(), description)


def computed(compute: Callable[..., Value], *, needs: tuple[str, ...], description: str) -> Value:
    """Declare a field that is `compute` of the columns that it needs."""
    declaration = Computed(compute, needs)
    return _field(declaration, declaration.reader(), description)


def relation(load: str, *, needs: tuple[str, ...], description: str) -> Callable[[Callable[..., Any]], Any]:
    """Declare the decorated method as a field that the loader `load` answers."""
    field: DeclaredField = _field(Relation(load, needs), None, description)
    return field


def derived(read: Reader, *, description: str) -> Value:
    """Declare a field of a type that wraps no row: `read` is a pure function of the object."""
    return _field(None, read, description)


def _field(declaration: Declaration | None, read: Reader | None, description: str) -> Value:
    field = DeclaredField(description=description)
    field.declaration, field.read = declaration, read
    # The constructor takes what the object wraps, and no declared field.
    field.init = field.repr = field.compare = False
    return field


def wrap(kind: Callable[..., T], row: Row | None) -> T | None:
    """Return the object that wraps a row, None for None."""
    return None if row is None else kind(row=row)

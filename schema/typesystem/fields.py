"""How the fields of a row's type are declared, so that they can be both resolved and compiled.

A type that wraps a storage row declares each field as a column, as computed from columns, or as a relation that a
loader answers. The declaration says which columns the field needs; `declaration` finds it by GraphQL names.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from strawberry import Info
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

Value: TypeAlias = Any  # what the annotation beside a field promises
Reader: TypeAlias = Callable[[Any], Value]


@dataclass(frozen=True, slots=True)
class Column:
    """The value of one column; `decode` (pure, never asked about None) makes it the field's value.

    `is_json` says that the column is JSON text of the field's very value, fit to be spliced into a response.
    """

    name: str
    decode: Callable[[Any], Any] | None = None
    is_json: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """Return the columns that the field reads."""
        return (self.name,)


@dataclass(frozen=True, slots=True)
class Computed:
    """A pure function of columns, which it takes in the order of `needs`."""

    compute: Callable[..., Any]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """What a loader answers: `load` is the method of `Loads`, `needs` the columns that the field passes to it."""

    load: str
    needs: tuple[str, ...]


Declaration: TypeAlias = Column | Computed | Relation

_DECLARED: Final[dict[str, dict[str, Declaration]]] = {}


class DeclaredField(StrawberryField):
    """A field that knows its declaration, and reads columns without calling a resolver."""

    declaration: Declaration | None = None
    read: Reader | None = None

    def __set_name__(self, owner: type, name: str) -> None:
        """Register the declaration; a class is called as its GraphQL type."""
        if self.declaration is not None:
            _DECLARED.setdefault(owner.__name__, {})[self.graphql_name or to_camel_case(name)] = self.declaration

    def get_result(self, source: Value, info: Info | None, args: list[Any], kwargs: Value) -> Value:
        """Read the field off its source, or call the relation's resolver."""
        if self.read is None:
            return super().get_result(source, info, args, kwargs)
        return self.read(source)


class Declaring:
    """The base of classes whose declared fields another type takes over by inheriting from them."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        declared = _DECLARED.setdefault(cls.__name__, {})
        for base in cls.__mro__[1:]:
            for name, kind in _DECLARED.get(base.__name__, {}).items():
                declared.setdefault(name, kind)


def declaration(type_name: str, field_name: str) -> Declaration | None:
    """Return how a field is declared; None for `__typename` and for types that wrap no row."""
    return _DECLARED.get(type_name, {}).get(field_name)


def declarations(type_name: str) -> Mapping[str, Declaration]:
    """Return the declared fields of a GraphQL type by name; none for a type that wraps no row."""
    return _DECLARED.get(type_name, {})


def column(
    name: str,
    decode: Callable[[Any], Any] | None = None,
    *,
    description: str,
    is_json: bool = False,
) -> Value:
    """Declare a field that is `row[name]`, decoded unless it is None."""
    return _declared(Column(name, decode, is_json), _column_reader(name, decode), description)


def computed(compute: Callable[..., Any], *, needs: tuple[str, ...], description: str) -> Value:
    """Declare a field that is `compute` of the columns that it needs."""
    return _declared(Computed(compute, needs), _computed_reader(compute, needs), description)


def relation(load: str, *, needs: tuple[str, ...], description: str) -> Callable[[Callable[..., Any]], Any]:
    """Declare the decorated method as a field that the loader `load` answers."""
    field: DeclaredField = _declared(Relation(load, needs), None, description)
    return field


def derived(read: Reader, *, description: str) -> Value:
    """Declare a field of a type that wraps no row: `read` is a pure function of the object."""
    return _declared(None, read, description)


def _declared(kind: Declaration | None, read: Reader | None, description: str) -> Value:
    field = DeclaredField(description=description)
    field.declaration, field.read = kind, read
    # What a type wraps is all that it is made of: no declared field is an argument of its constructor.
    field.init = field.repr = field.compare = False
    return field


def _column_reader(name: str, decode: Callable[[Any], Any] | None) -> Reader:
    if decode is None:
        return lambda source: source.row[name]

    def read(source: Value) -> Value:
        value = source.row[name]
        return None if value is None else decode(value)

    return read


def _computed_reader(compute: Callable[..., Any], needs: tuple[str, ...]) -> Reader:
    def read(source: Value) -> Value:
        row = source.row
        return compute(*(row[name] for name in needs))

    return read

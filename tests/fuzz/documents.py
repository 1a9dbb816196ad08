"""Documents over all of the schema, drawn at random, most of them valid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from resolvers.roots.schema import schema
from tests.fuzz.values import Value, a_text, is_writable, literal, plain, value

SCHEMA: Final = schema._schema  # noqa: SLF001 - Strawberry shows its types in no other way
# Of those that a page has anyway, few: the sizes of pages are multiplied.
PAGES: Final = frozenset({"first", "last"})
CURSOR: Final = "@cursor"  # in an argument: to be replaced by a cursor of the storage's own


@dataclass(frozen=True, slots=True)
class Request:
    """An operation to be executed."""

    query: str
    variables: Mapping[str, Value]
    extensions: Mapping[str, Value] | None = None

    def body(self) -> dict[str, Value]:
        """Return the request as it is sent."""
        extensions = {} if self.extensions is None else {"extensions": self.extensions}
        return {"query": self.query, "variables": self.variables, **extensions}


@dataclass(slots=True)
class Writer:
    """Writes one document."""

    random: Random
    variables: dict[str, Value] = field(default_factory=dict)
    _declared: list[str] = field(default_factory=list)
    _fragments: list[str] = field(default_factory=list)
    _left: int = 60  # selections

    def request(self) -> Request:
        """Write a document with one operation."""
        is_mutation = self.random.random() < 0.45
        root = SCHEMA.mutation_type if is_mutation else SCHEMA.query_type
        assert root is not None
        names = [self.random.choice(list(root.fields)) for _ in range(self.random.choice((1, 1, 1, 2, 3)))]
        fields = " ".join(
            f"{f'r{number}: ' if number else ''}{self._field(name, root.fields[name], 0)}"
            for number, name in enumerate(names)
        )
        declared = f"({', '.join(self._declared)})" if self._declared else ""
        name = "Q" if declared or self.random.random() < 0.3 else ""
        directive = self._directive() if self.random.random() < 0.1 else ""
        head = f"{'mutation' if is_mutation else 'query'} {name}{declared} {directive}"
        extensions = {"cost": True} if self.random.random() < 0.1 else None
        return Request(f"{head}{{ {fields} }} {' '.join(self._fragments)}", self.variables, extensions)

    def _field(self, name: str, made: GraphQLField, deep: int) -> str:
        self._left -= 1
        chosen = {key: each for key, each in made.args.items() if self._is_chosen(key, each)}
        arguments = ", ".join(f"{key}: {self._argument(key, each)}" for key, each in chosen.items())
        text = f"{name}({arguments})" if arguments else name
        return f"{text} {self._directive()}{self._selection(made.type, deep + 1)}"

    def _is_chosen(self, name: str, argument: GraphQLArgument) -> bool:
        if isinstance(argument.type, GraphQLNonNull):
            return self.random.random() < 0.99
        return self.random.random() < (0.9 if name == "first" else 0.25 if name not in {"last", "before"} else 0.03)

    def _argument(self, name: str, argument: GraphQLArgument) -> str:
        if name in PAGES and self.random.random() < 0.95:
            made: Value = self.random.choice((1, 2, 3, 10))
        elif name in {"after", "before"}:
            made = CURSOR + str(self.random.randrange(8)) if self.random.random() < 0.85 else a_text(self.random)
        else:
            made = value(self.random, argument.type)
        if self.random.random() < 0.5 or not is_writable(made):
            return self._variable(argument, made)
        return literal(made)

    def _variable(self, argument: GraphQLArgument, made: Value) -> str:
        name = f"v{len(self._declared)}"
        kind = (
            str(argument.type) if self.random.random() < 0.98 else self.random.choice(("Int", "ID!", "[String]", "X"))
        )
        self._declared.append(f"${name}: {kind}")
        if self.random.random() < 0.98:
            self.variables[name] = plain(made)
        return f"${name}"

    def _directive(self) -> str:
        if self.random.random() > 0.02:
            return ""
        return self.random.choice(
            ("@include(if: true) ", "@skip(if: false) ") * 12
            + ("@skip(if: true) ", "@include(if: 1) ", "@nope ", "@skip ")
        )

    def _selection(self, kind: GraphQLOutputType, deep: int) -> str:
        named = get_named_type(kind)
        if is_leaf_type(named):
            return "" if self.random.random() < 0.998 else "{ id }"
        if self.random.random() < 0.002:
            return ""
        parts = ["__typename"] if self.random.random() < 0.2 or isinstance(named, GraphQLUnionType) else []
        if isinstance(named, GraphQLUnionType | GraphQLInterfaceType):
            members = SCHEMA.get_possible_types(named)
            others = self.random.sample(members, min(len(members), self.random.choice((0, 1, 1, 2))))
            chosen = dict.fromkeys((members[0], *others)) if self._left > 0 else {}
            parts.extend([f"... on {member.name} {{ {self._fields(member, deep)} }}" for member in chosen])
        if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            parts.append(self._fields(named, deep))
        text = " ".join(parts)
        if isinstance(named, GraphQLObjectType) and self.random.random() < 0.05:
            fragment = f"F{len(self._fragments)}"
            self._fragments.append(f"fragment {fragment} on {named.name} {{ {text} }}")
            text = f"...{fragment}"
        return f"{{ {text} }}"

    def _fields(self, kind: GraphQLObjectType | GraphQLInterfaceType, deep: int) -> str:
        names = list(kind.fields)
        leaves = [name for name in names if is_leaf_type(get_named_type(kind.fields[name].type))]
        deeper = [name for name in names if name not in leaves]
        chosen = self.random.sample(leaves, min(len(leaves), self.random.choice((1, 2, 4, 12))))
        if deeper and deep < 6 and self._left > 0 and (not leaves or self.random.random() < 0.6):
            chosen += self.random.sample(deeper, min(len(deeper), self.random.choice((1, 1, 2, 3))))
        if self.random.random() < 0.003:
            chosen.append("nope")
            return " ".join(chosen)
        written = (self._field(name, kind.fields[name], deep) for name in chosen)
        return " ".join(f"{self._alias()}{text}" for text in written) or "__typename"

    def _alias(self) -> str:
        return f"a{self.random.getrandbits(20)}: " if self.random.random() < 0.02 else ""


def draw(random: Random) -> Request:
    """Draw an operation."""
    return Writer(random).request()

"""Documents that try what a compiler has to get right: most are valid, over all of the schema."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
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

from runindex.domain.ids import DEFAULT_RUN
from tests.fuzz.documents import CURSOR, SCHEMA, Request, Writer
from tests.fuzz.values import FIRST_MADE_RUN, Value, is_writable, literal, plain
from tests.support.commands import A, B, C, D, run_id

# Of a store that `furnish` filled.
RUNS: Final = (A, B, C, D, DEFAULT_RUN)
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "runtimeId": ("agent", "agent", "other", "nobody"),
    "itemId": ("item-1", "item-1", "ïtem", "gone"),
    "key": ("a", "b", "d", "e"),
    "name": ("c", "kept", "view"),
    "stream": ("one", "two"),
}
DEEPEST: Final = 7


@dataclass(slots=True)
class Tangle(Writer):
    """Writes documents whose selections overlap, with variables of every form."""

    def query(self) -> Request:
        """Write a query."""
        assert SCHEMA.query_type is not None
        root, fields = SCHEMA.query_type, []
        for number in range(self.random.choice((1, 1, 1, 2, 3))):
            name = self.random.choice(list(root.fields))
            fields.append((f"r{number}: " if number else "") + self._field(name, root.fields[name], 0))
        if self.random.random() < 0.2:
            fields.insert(self.random.randrange(len(fields) + 1), "__typename")
        if self.random.random() < 0.2:
            self._fragments.append(f"fragment Roots on Query {{ {fields.pop()} }}")
            fields.append("...Roots")
        return self._document("query", fields)

    def mutation(self) -> Request:
        """Write a mutation."""
        assert SCHEMA.mutation_type is not None
        root = SCHEMA.mutation_type
        names = [self.random.choice(list(root.fields)) for _ in range(self.random.choice((1, 1, 1, 2)))]
        fields = [f"m{place}: {self._field(name, root.fields[name], 0)}" for place, name in enumerate(names)]
        return self._document("mutation", fields)

    def subscription(self, name: str, start: str, **given: str) -> Request:
        """Write a subscription to a field; one to the log begins at a cursor, `given` are literals of arguments."""
        assert SCHEMA.subscription_type is not None
        field = SCHEMA.subscription_type.fields[name]
        chosen = {key: self._argument(key, each) for key, each in field.args.items() if self._is_chosen(key, each)}
        if name == "runChanges" or "after" in chosen:
            chosen["after"] = literal(start)
        chosen |= given
        arguments = ", ".join(f"{key}: {text}" for key, text in chosen.items())
        alias = "a: " if self.random.random() < 0.2 else ""
        head = f"{alias}{name}({arguments})" if arguments else f"{alias}{name}"
        return self._document("subscription", [f"{head}{self._selection(field.type, 1)}"])

    def _document(self, kind: str, fields: list[str]) -> Request:
        declared = f"({', '.join(self._declared)})" if self._declared else ""
        return Request(f"{kind} Q{declared} {{ {' '.join(fields)} }} {' '.join(self._fragments)}", self.variables)

    def _field(self, name: str, made: GraphQLField, deep: int) -> str:
        self._left -= 1
        chosen = {key: each for key, each in made.args.items() if self._is_chosen(key, each)}
        arguments = ", ".join(f"{key}: {self._argument(key, each)}" for key, each in chosen.items())
        head = f"{name}({arguments})" if arguments else name
        # As often as not under a name of its own, for what differs in its arguments cannot be merged.
        alias = f"a{self.random.getrandbits(24)}: " if deep and (arguments or self.random.random() < 0.1) else ""
        text = f"{alias}{head}{self._directive()}{self._selection(made.type, deep + 1)}"
        if alias and self._left > 0 and self.random.random() < 0.25:
            text += f" {alias}{head}{self._directive()}{self._selection(made.type, deep + 1)}"
        return text

    def _alias(self) -> str:
        return ""

    def _argument(self, name: str, argument: GraphQLArgument) -> str:
        if name in KEYS and self.random.random() < 0.9:
            made: Value = self.random.choice(KEYS[name])
            if self.random.random() < 0.5:
                return literal(made)
            return self._variable(argument, made)
        return Writer._argument(self, name, argument)  # noqa: SLF001 - what it extends

    def _variable(self, argument: GraphQLArgument, made: Value) -> str:
        """Declare a variable: with a value, with a default in its place or beside it, null, or left out."""
        name = f"v{len(self._declared)}"
        kind, form = str(argument.type), self.random.random()
        is_required = isinstance(argument.type, GraphQLNonNull)
        default = ""
        if form < 0.3 and is_writable(made) and CURSOR not in literal(made):
            default = f" = {literal(made)}"
            kind = kind.removesuffix("!") if self.random.random() < 0.5 else kind
        self._declared.append(f"${name}: {kind}{default}")
        if not default and not is_required and form > 0.9:
            return f"${name}"
        if not default or form < 0.15:
            self.variables[name] = None if not is_required and form > 0.8 else plain(made)
        return f"${name}"

    def _directive(self) -> str:
        if self.random.random() > 0.12:
            return ""
        kind, value = self.random.choice(("include", "skip")), self.random.random() < 0.5
        if self.random.random() < 0.4:
            return f" @{kind}(if: {str(value).lower()})"
        name = f"v{len(self._declared)}"
        form = self.random.randrange(3)
        self._declared.append(f"${name}: Boolean" + ("!" if form == 0 else f" = {str(value).lower()}"))
        if form != 1:
            self.variables[name] = self.random.random() < 0.5
        return f" @{kind}(if: ${name})"

    def _selection(self, kind: GraphQLOutputType, deep: int) -> str:
        named = get_named_type(kind)
        if is_leaf_type(named):
            return ""
        parts = ["__typename"] if self.random.random() < 0.5 else []
        if isinstance(named, GraphQLUnionType | GraphQLInterfaceType):
            members = SCHEMA.get_possible_types(named)
            others = self.random.sample(members, min(len(members), self.random.choice((0, 1, 2, 3))))
            chosen = dict.fromkeys((members[0], *others)) if self._left > 0 else {}
            parts.extend([self._part(member, self._fields(member, deep)) for member in chosen])
        if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            parts.append(self._fields(named, deep))
            if self.random.random() < 0.15:
                parts.append(self._part(named, self._fields(named, deep)))
        self.random.shuffle(parts)
        if self.random.random() < 0.1:
            parts.append("t: __typename")
        return f" {{ {' '.join(parts) or '__typename'} }}"

    def _part(self, kind: GraphQLObjectType | GraphQLInterfaceType, text: str) -> str:
        """Write a selection of a type as a fragment, of either sort."""
        if self.random.random() < 0.3:
            name = f"F{len(self._fragments)}"
            self._fragments.append(f"fragment {name} on {kind.name} {{ {text} }}")
            # Twice the same fragment is once the same fragment.
            return f"...{name}{self._directive()}" + (f" ...{name}" if self.random.random() < 0.2 else "")
        return f"... on {kind.name}{self._directive()} {{ {text} }}"

    def _fields(self, kind: GraphQLObjectType | GraphQLInterfaceType, deep: int) -> str:
        leaves = [name for name, each in kind.fields.items() if is_leaf_type(get_named_type(each.type))]
        deeper = [name for name in kind.fields if name not in leaves]
        chosen = self.random.sample(leaves, min(len(leaves), self.random.choice((1, 2, 4, 12))))
        if deeper and deep < DEEPEST and self._left > 0 and (not leaves or self.random.random() < 0.7):
            chosen += self.random.sample(deeper, min(len(deeper), self.random.choice((1, 1, 2, 3))))
        self.random.shuffle(chosen)
        return " ".join(self._field(name, kind.fields[name], deep) for name in chosen) or "__typename"


def furnished(text: str) -> str:
    """Return a request's text with the ids of runs that there are in place of those that were drawn."""
    for number in range(1, 12):
        text = text.replace(run_id(FIRST_MADE_RUN + number), RUNS[number % len(RUNS)])
    return text


def furnished_request(request: Request) -> Request:
    """Return a request about the runs that there are."""
    body = json.loads(furnished(json.dumps(request.body())))
    return Request(body["query"], body["variables"])


def tangle(seed: int) -> Tangle:
    """Return a writer whose document a seed decides."""
    return Tangle(Random(seed))

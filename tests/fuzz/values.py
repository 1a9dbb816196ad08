"""Values of the schema's input types, right ones and wrong ones."""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final, TypeAlias

from graphql import (
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
)
from graphql.language.print_string import print_string

from runindex.decisions import runs
from tests.support.commands import run_id
from tests.support.drawn.record_mutations import FIRST_MADE

Value: TypeAlias = Any
NO_ID: Final = "00000000-0000-0000-0000-0000000fffff"
# As the stores of one session count them, some that none of them has, and some that are none.
IDS: Final = tuple(run_id(first + number) for first in FIRST_MADE.values() for number in range(12))
# Those that a caller chooses: a store that makes one of them by chance is not what is looked for.
GIVEN: Final = tuple(run_id(0x6000 + number) for number in range(6))
MAKERS: Final = frozenset({"CreateRunInput", "CreateChildRunInput", "RecordResultInput"})
WRONG_IDS: Final = (NO_ID, NO_ID.upper(), "{" + NO_ID + "}", "0", "", "nope", "\0", "ä" * 40, "Run:1", "UnVuOjE=")
NAMES: Final = (
    "a",
    "b",
    "B",
    "ä",
    "🛷",
    "a b",
    "%",
    "_",
    "\\",
    "'",
    '"',
    "a'b;--",
    "name",
    "default",
    "k",
    "s",
    "item",
)
INSTANTS: Final = (
    "2100-01-04T12:00:00Z",
    "2100-01-04T12:00:00.000001Z",
    "2100-01-04T12:01:00+01:00",
    "2100-01-04T12:00:02.5Z",
    "1999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
)
NUMBERS: Final = (0, 1, 1, 2, 2, 3, 5, 10)
EDGES: Final = (-1, 499, 500, 501, 2**31 - 1, -(2**31), 2**31, 2**53 + 1, 2**63, 10**30)
FLOATS: Final = (0, 0.0, -0.0, 0.1, 1.5, 2, 1e16, 1e-9, 123456789.123456789)
WRONG: Final[Sequence[Value]] = (
    None,
    True,
    -1,
    0.5,
    10**40,
    1e308,
    "",
    "\0",
    "\ud800",
    "\u202e",
    "x" * 300,
    "x" * 5_000,
    [],
    [None],
    [[]],
    [1, "a"],
    {},
    {"a": None},
    {"": ""},
    {"__typename": "Run"},
    {"and": []},
)
NAME: Final = re.compile("[_A-Za-z][_0-9A-Za-z]*")
DEEPEST: Final = 4


@dataclass(frozen=True, slots=True)
class Name:
    """A value of an enum, which a document writes without quotes and JSON with them."""

    text: str


def value(random: Random, kind: GraphQLInputType, deep: int = 0) -> Value:  # noqa: PLR0911 - each a kind of type
    """Return a value of a type; one in thirty is wrong."""
    if random.random() < 0.012:
        return random.choice(WRONG)
    if isinstance(kind, GraphQLNonNull):
        return value(random, kind.of_type, deep)
    if deep and random.random() < 0.02:
        return None
    if isinstance(kind, GraphQLList):
        size = random.choice((0, 1, 1, 1, 2, 3))
        return [value(random, kind.of_type, deep + 1) for _ in range(size)]
    if isinstance(kind, GraphQLEnumType):
        return Name(random.choice(list(kind.values)) if random.random() < 0.99 else "NOPE")
    if isinstance(kind, GraphQLInputObjectType):
        return _object(random, kind, deep)
    assert isinstance(kind, GraphQLScalarType)
    return SCALARS[kind.name](random)


def _object(random: Random, kind: GraphQLInputObjectType, deep: int) -> Value:
    fields = kind.fields
    if kind.is_one_of and random.random() < 0.95:
        chosen: Mapping[str, GraphQLInputField] = dict([random.choice(list(fields.items()))])
    else:
        share = random.choice((0.0, 0.15, 0.4)) if deep < DEEPEST else 0.03
        chosen = {name: field for name, field in fields.items() if _is_chosen(random, field, share)}
    made = {name: _field(random, name, field.type, deep) for name, field in chosen.items()}
    if kind.name in MAKERS and made.get("id") in IDS:
        made["id"] = random.choice(GIVEN)
    if random.random() < 0.004:
        made["nope"] = 1
    return made


def _is_chosen(random: Random, field: GraphQLInputField, share: float) -> bool:
    return random.random() < (0.985 if isinstance(field.type, GraphQLNonNull) else share)


def _field(random: Random, name: str, kind: GraphQLInputType, deep: int) -> Value:
    make = FIELDS.get(name)
    return make(random) if make is not None and random.random() < 0.97 else value(random, kind, deep + 1)


def an_id(random: Random) -> str:
    """Return an id, of a run most times."""
    kind = random.random()
    if kind < 0.55:
        return run_id(FIRST_MADE_RUN + min(random.randrange(12), random.randrange(12)))
    return random.choice((*IDS, *GIVEN)) if kind < 0.93 else random.choice((*WRONG_IDS, "default"))


def a_text(random: Random) -> str:
    """Return a string."""
    if random.random() < 0.03:
        return "".join(random.choice('a\0\n"\\é\u2028\ud800😀{}$%_') for _ in range(random.randrange(8)))
    return random.choice(NAMES)


def a_number(random: Random) -> int:
    """Return a small number most times."""
    return random.choice(NUMBERS if random.random() < 0.95 else EDGES)


def json_value(random: Random, deep: int = 2) -> Value:
    """Return JSON of any shape."""
    kind = random.randrange(10 if deep else 8)
    if kind == 8:
        return [json_value(random, deep - 1) for _ in range(random.randrange(3))]
    if kind == 9:
        return {a_text(random): json_value(random, deep - 1) for _ in range(random.randrange(3))}
    return (None, True, a_number(random), random.choice(FLOATS), "", a_text(random), {"v": a_number(random)}, "k")[kind]


def _metadata(random: Random) -> Value:
    return {random.choice(("v", "w", "a.b")): json_value(random) for _ in range(random.randrange(3))}


def _base64(random: Random) -> str:
    texts = (b'{"messages":[]}', b'{"messages":[1,{"a":2}]}', b"", b"bad", b"\0\xff")
    return base64.b64encode(random.choice(texts)).decode() if random.random() < 0.95 else random.choice(("=", "é", "A"))


FIRST_MADE_RUN: Final = FIRST_MADE[runs]
SCALARS: Final[Mapping[str, Callable[[Random], Value]]] = {
    "ID": an_id,
    "Int": a_number,
    "String": a_text,
    "Boolean": lambda random: random.random() < 0.5,
    "Float": lambda random: random.choice(FLOATS),
    "Base64": _base64,
    "DateTime": lambda random: random.choice(INSTANTS) if random.random() < 0.97 else a_text(random),
    "JSON": json_value,
}
FIELDS: Final[Mapping[str, Callable[[Random], Value]]] = {
    "metadata": _metadata,
    "runtimeId": lambda random: random.choice(("r", "R", "q")),
    "idempotencyKey": lambda random: f"key {random.randrange(40)}",
    "queue": lambda random: random.choice(("default", "other")),
    "expectedVersion": lambda random: random.choice((0, 1, 1, 2, 3)),
    "leaseSeconds": lambda random: random.choice((1, 60)),
    "attempt": lambda random: random.choice((1, 1, 2)),
    "path": lambda random: random.choice(("v", "w", "a.b", "v.k", "'", "")),
    "latency": lambda random: random.choice((0.5, 2, 8.25)),
    "startedAt": lambda random: random.choice(INSTANTS[:3]),
    "completedAt": lambda random: random.choice(INSTANTS[3:4]),
}


def literal(made: Value) -> str:  # noqa: PLR0911 - each a kind of value
    """Write a value as a document does."""
    match made:
        case Name():
            return made.text
        case None:
            return "null"
        case bool():
            return str(made).lower()
        case str():
            return print_string(made)
        case list():
            return "[" + ", ".join(map(literal, made)) + "]"
        case dict():
            return "{" + ", ".join(f"{name}: {literal(each)}" for name, each in made.items()) + "}"
    return repr(made)


def is_writable(made: Value) -> bool:
    """Tell whether a document can hold a value: its keys are names, its strings Unicode."""
    match made:
        case str():
            return made.isprintable() or "\ud800" not in made
        case list():
            return all(map(is_writable, made))
        case dict():
            return all(NAME.fullmatch(key) and is_writable(each) for key, each in made.items())
    return True


def plain(made: Value) -> Value:
    """Return a value as JSON has it."""
    match made:
        case Name():
            return made.text
        case list():
            return [plain(each) for each in made]
        case dict():
            return {name: plain(each) for name, each in made.items()}
    return made

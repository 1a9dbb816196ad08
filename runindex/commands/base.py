"""The base classes of commands."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import ClassVar, Final, Generic, Self, TypeAlias, TypeVar

from runindex.commands.outcomes import Success
from runindex.domain import json_text
from runindex.domain.idempotency import KeyScope, check_key
from runindex.domain.ids import DEFAULT_RUN, find_run_id
from runindex.domain.problems import InvalidInput, camel_case, invalid
from runindex.domain.records.totals import Totals
from runindex.domain.texts import check_text

# The success of a command.
S = TypeVar("S", bound=Success)
S_co = TypeVar("S_co", bound=Success, covariant=True)
# A record that a decision reads, beside runs: its kind and primary key.
Need: TypeAlias = tuple[type, tuple[object, ...]]
TotalsOf: TypeAlias = Callable[[str], Totals | None]
MAX_REASON: Final = 1000
MAX_NESTING: Final = 256  # what recursion can take; the limit of stored JSON is lower, and checked in decisions


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Generic[S_co]):
    """A mutation whose success is an `S_co`. `mutation` is the scope of its idempotency keys, beside the actor."""

    mutation: str = ""
    reason: str | None = None
    actor: str | None = None
    idempotency_key: str | None = None
    # Whether it takes turns with whatever adds to the change log; a command that does not may still start its run.
    touches_log: ClassVar[bool] = True
    # Whether it changes its runs' records, and so their totals.
    is_scoped: ClassVar[bool] = False

    @property
    def weight(self) -> int:
        """Return the approximate number of rows that it writes, which a batch limits."""
        return 1

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        check_key(self.idempotency_key)
        if self.reason is not None:
            check_text(self.reason, "reason", MAX_REASON, "a reason", least=0)
        return self

    @property
    def run_ids(self) -> Iterator[str]:
        """Yield the ids of the runs that the decision reads."""
        yield from ()

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the records that the decision reads; `totals_of` returns a run's totals, None for no run."""
        del totals_of
        yield from ()

    @property
    def node_ids(self) -> Iterator[str]:
        """Yield the ids that the decision would give to new nodes."""
        yield from ()

    @property
    def parentage(self) -> tuple[str, str] | None:
        """Return the id of a run that it may create and that of its parent, None where no circle can come of it."""
        return None

    @property
    def scope(self) -> KeyScope | None:
        """Return the scope of the idempotency key, None without a key."""
        if self.idempotency_key is None:
            return None
        return KeyScope(self.actor or "", self.mutation, self.idempotency_key)

    @property
    def scopes(self) -> Iterator[KeyScope]:
        """Yield the scopes of all stored replies that the decision reads."""
        if self.scope is not None:
            yield self.scope

    @property
    def fingerprint(self) -> str:
        """Return a digest that is equal for equal input: JSON compares by value, an omitted field by its default."""
        return digest_of(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCommand(Command[S_co]):
    """A mutation of one run that exists."""

    id: str
    expected_version: int | None = None

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = Command.checked(self)
        run_id = run_id_of(self.id)
        return command if run_id == self.id else replace(command, id=run_id)

    @property
    def run_ids(self) -> Iterator[str]:
        """Yield the run's id."""
        yield self.id


AnyCommand: TypeAlias = Command[Success]


def digest_of(command: AnyCommand) -> str:
    """Return the digest of a command's input, without its key and whoever sends it."""
    bare = replace(command, idempotency_key=None, actor=None)
    return hashlib.sha256(json_text.canonical(_plain(bare)).encode("utf-8", "surrogatepass")).hexdigest()


def run_id_of(text: str, field: str = "id") -> str:
    """Return a run's id in stored form; refuse text that cannot be one."""
    run_id = find_run_id(text)
    if run_id is None:
        raise invalid("an id is `default` or a UUID other than the nil one", field)
    return run_id


def check_form(value: json_text.JsonValue, field: str) -> None:
    """Refuse decoded JSON that no storage can return equal."""
    json_text.check_depth(value, field, MAX_NESTING)


def node_id_of(text: str, field: str) -> str:
    """Return the id of a plan, job or result in stored form; refuse text that cannot be one."""
    node_id = find_run_id(text)
    if node_id is None or node_id == DEFAULT_RUN:
        raise invalid("an id is a UUID other than the nil one", field)
    return node_id


def _plain(value: object) -> json_text.JsonValue:
    """Return an input as JSON, without fields at their default: so a new field changes no stored fingerprint."""
    if isinstance(value, InvalidInput) and value.field is not None:
        # Stored fingerprints of bulk entries have paths as the API spells them.
        return {"message": value.message, "field": camel_case(value.field)}
    if is_dataclass(value) and not isinstance(value, type):
        stated = ((field, getattr(value, field.name)) for field in fields(value))
        return {field.name: _plain(content) for field, content in stated if content != field.default}
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, frozenset):
        return sorted(value)
    return [_plain(item) for item in value] if isinstance(value, tuple) else value

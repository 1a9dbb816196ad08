"""What a caller may do: pure decisions, and the callers that they are about."""

from dataclasses import dataclass
from typing import Final

from strawberry.types.graphql import OperationType

from runindex.commands import AnyCommand, BulkCommand, DeleteRuns
from runindex.domain.errors import RunIndexError
from runindex.domain.instants import Micros
from runindex.domain.tokens import TokenScope
from runindex.ports.record_filters import selection_of


class ForbiddenError(RunIndexError):
    """The caller's token does not allow it; nothing was written."""

    code = "FORBIDDEN"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the token's name and hash, both None for the anonymous one of a server without tokens.

    `expires_at` is the end of an issuer's token, `key` the id of the key that signed it.
    """

    actor: str | None = None
    scope: TokenScope = TokenScope.ADMIN
    hash: str | None = None
    expires_at: Micros | None = None
    key: str | None = None


ANYBODY: Final = Caller()


def check_operation(scope: TokenScope, kind: OperationType | None) -> None:
    """Raise ForbiddenError for an operation of a type that a scope does not allow."""
    if kind is OperationType.MUTATION:
        _check(scope, TokenScope.WRITE)


def check_command(scope: TokenScope, command: AnyCommand) -> None:
    """Raise ForbiddenError for a command that a scope does not allow."""
    _check(scope, TokenScope.ADMIN if _deletes_by_filter(command) else TokenScope.WRITE)


def _deletes_by_filter(command: AnyCommand) -> bool:
    if isinstance(command, BulkCommand):
        return isinstance(command, DeleteRuns) and command.runs.filter is not None
    return selection_of(command) is not None


def _check(scope: TokenScope, needed: TokenScope) -> None:
    if not scope.allows(needed):
        raise ForbiddenError(f"this needs a token of scope {needed}; yours has {scope}")

"""Execution of a mutation: input, command, outcome, member of the field's union."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar, cast

from resolvers.execution.access.rights import ForbiddenError, check_command
from resolvers.execution.context import Info
from resolvers.execution.errors import INTERRUPTED, is_being_cancelled
from resolvers.execution.operation_counts import OK
from runindex.commands import Command
from runindex.commands.base import S
from runindex.domain.errors import OutcomeUnknownError, RunIndexError
from runindex.domain.problems import PROBLEMS, Problem, ProblemError
from schema.problems import problem


class KeyedInput(Protocol):
    """The input of any mutation."""

    idempotency_key: str | None


Input = TypeVar("Input", bound=KeyedInput)
Member = TypeVar("Member")


async def execute(
    info: Info,
    make_command: Callable[[Input], Command[S]],
    input: Input,
    make_payload: Callable[[S], Member],
) -> Member:
    """Execute a mutation whose payload holds no cursor of the log."""
    return await execute_with_epoch(info, make_command, input, lambda success, _epoch: make_payload(success))


async def execute_with_epoch(
    info: Info,
    make_command: Callable[[Input], Command[S]],
    input: Input,
    make_payload: Callable[[S, str], Member],
) -> Member:
    """Make a command of the input, submit it, and return its problem or the payload of its success and the log's epoch.

    `make_command` raises ProblemError, with the path of the offending field, for an input that no command can hold.
    """
    context, mutation = info.context, info.field_name
    try:
        command = make_command(input)
    except ProblemError as refusal:
        context.operations.add(mutation, refusal.problem.code)
        return cast("Member", problem(refusal.problem))
    try:
        check_command(context.scope, command)
    except ForbiddenError as error:
        context.operations.add(mutation, error.code)
        raise
    command = replace(command, mutation=mutation, actor=context.actor, idempotency_key=input.idempotency_key)
    # The epoch is read first: after the commit, a failing read would withhold the outcome from the caller.
    try:
        epoch = await context.epoch.get()
        context.submitted += 1
        outcome = await _submitted(info, command)
    except RunIndexError as error:
        context.operations.add(mutation, error.code)
        raise
    context.operations.add(mutation, getattr(outcome, "code", OK))
    context.writes += 1
    return member(outcome, lambda success: make_payload(success, epoch))


async def _submitted(info: Info, command: Command[S]) -> S | Problem:
    """Submit a command; raise OutcomeUnknownError when the wait for it, rather than the waiting task, is cancelled."""
    info.context.make_room()  # the whole batch is written at once
    try:
        return await info.context.index.submit(command)
    except asyncio.CancelledError:
        if is_being_cancelled():
            raise
        raise OutcomeUnknownError(INTERRUPTED) from None


def member(outcome: S | Problem, make_payload: Callable[[S], Member]) -> Member:
    """Return an outcome as a member of its union, which has a type for each problem that its command can meet."""
    if isinstance(outcome, PROBLEMS):
        return cast("Member", problem(outcome))
    return make_payload(outcome)

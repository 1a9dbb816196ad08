"""How a mutation is executed: its input becomes a command, and what became of that the answer."""

from collections.abc import Callable
from typing import TypeVar

from resolvers.execution.context import Info
from resolvers.execution.operation_counts import OK
from runindex.commands import AnyCommand
from runindex.commands.outcomes import Outcome
from runindex.domain.errors import RunIndexError
from runindex.domain.problems import ProblemError

Input = TypeVar("Input")
Answer = TypeVar("Answer")


async def execute(
    info: Info,
    make_command: Callable[[str, Input, str | None], AnyCommand],
    asked: Input,
    answer: Callable[[Outcome, str], Answer],
) -> Answer:
    """Make a command of an input, submit it, and answer its outcome; `answer` takes the log's epoch too."""
    context = info.context
    try:
        command = make_command(info.field_name, asked, context.actor)
    except ProblemError as refusal:
        context.operations.add(info.field_name, refusal.problem.code)
        return answer(refusal.problem, "")
    # Read first: once the command is committed, nothing may keep its outcome from the caller.
    try:
        epoch = await context.epoch.get()
        outcome = await context.index.submit(command)
    except RunIndexError as fault:
        context.operations.add(info.field_name, fault.code)
        raise
    context.operations.add(info.field_name, getattr(outcome, "code", OK))
    context.writes += 1
    return answer(outcome, epoch)

"""Mutations that are carried out once, whoever answers them: the plan that began them, or graphql-core after it."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from resolvers.execution.context import Answered, Context

Value: TypeAlias = Any  # graphql-core's
Resolve: TypeAlias = Callable[..., Awaitable[Value]]


async def remembered(context: Context, key: str, mutation: Awaitable[Value]) -> Value:
    """Return what a mutation returns, and keep it for graphql-core, should that go on from here."""
    try:
        value = await mutation
    except Exception as error:
        context.answered[key] = Answered(error=error)
        raise
    context.answered[key] = Answered(value)
    return value


def answered_once(resolve: Resolve) -> Resolve:
    """Return the resolver of a mutation for graphql-core: it returns what a plan kept under the same key."""

    async def resolve_once(source: Value, info: Value, **arguments: Value) -> Value:
        answered = info.context.answered.get(info.path.key)
        return await resolve(source, info, **arguments) if answered is None else answered.result()

    return resolve_once

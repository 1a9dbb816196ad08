"""What the functions of compiled operations call."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graphql import GraphQLFloat, GraphQLInt
from graphql.pyutils import Undefined
from orjson import Fragment

from resolvers.execution.compilation.refusal import MismatchError
from resolvers.execution.context import Answered, Context
from schema.typesystem.selection import Position

__all__ = ["CHECKS", "Fragment", "Frame", "MismatchError", "PlanInfo", "gathered", "given"]

_LARGEST: Final = 2**31


@dataclass(frozen=True, slots=True)
class Frame:
    """What an operation is carried out with: a context, and the variables that were not left out."""

    context: Context
    variables: Mapping[str, Any]

    async def remember(self, key: str, mutation: Coroutine[Any, Any, Any]) -> Any:
        """Return what a mutation returns; keep it for graphql-core, should that go on from here."""
        try:
            value = await mutation
        except Exception as error:
            self.context.answered[key] = Answered(error=error)
            raise
        self.context.answered[key] = Answered(value)
        return value


@dataclass(slots=True)
class PlanInfo:
    """What resolvers of compiled operations are told, in place of Strawberry's `Info`."""

    context: Any
    _raw_info: Position

    @property
    def field_name(self) -> str:
        """Return the name of the field."""
        return self._raw_info.field_name


async def gathered(waiting: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
    """Return what coroutines return that run together; when one raises, the others are cancelled."""
    tasks = [asyncio.ensure_future(each) for each in waiting]
    try:
        return [await task for task in tasks]
    finally:
        for task in tasks:
            if not task.done():
                task.cancel()


def given(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments that were not left out."""
    return {name: value for name, value in arguments.items() if value is not Undefined}


def check_int(value: Any) -> int:
    """Return a number of 32 bits; leave what is none to graphql-core's judgement."""
    if value.__class__ is int and -_LARGEST <= value < _LARGEST:
        return value  # type: ignore[no-any-return]
    return GraphQLInt.coerce_output_value(value)  # type: ignore[no-any-return]


def check_float(value: Any) -> float:
    """Return a finite number; leave the rest to graphql-core's judgement."""
    return GraphQLFloat.coerce_output_value(value)  # type: ignore[no-any-return]


CHECKS: Final = {"Int": check_int, "Float": check_float}

"""How the fields of the root types are declared: Strawberry's decorators, with a type that checkers understand."""

from collections.abc import Callable
from typing import Annotated, Any

import strawberry


def query(description: str) -> Callable[[Callable[..., Any]], Any]:
    """Declare the decorated method as a field of `Query`."""
    declare: Callable[[Callable[..., Any]], Any] = strawberry.field(description=description)
    return declare


def mutation(description: str) -> Callable[[Callable[..., Any]], Any]:
    """Declare the decorated method as a field of `Mutation`; its argument `input` is described as its type is."""

    def declare(method: Callable[..., Any]) -> Any:  # noqa: ANN401 - as a field, of no type that a checker knows
        given = method.__annotations__["input"]
        words = given.__strawberry_definition__.description
        method.__annotations__["input"] = Annotated[given, strawberry.argument(description=words)]
        return strawberry.mutation(description=description)(method)

    return declare


def subscription(description: str) -> Callable[[Callable[..., Any]], Any]:
    """Declare the decorated method, which gives an async generator, as a field of `Subscription`."""
    declare: Callable[[Callable[..., Any]], Any] = strawberry.subscription(description=description)
    return declare

"""Decorators for the fields of the root types: Strawberry's, typed for mypy."""

from collections.abc import Callable
from typing import Annotated, Any

import strawberry


def query(description: str) -> Callable[[Callable[..., Any]], Any]:
    """Declare the decorated method as a field of `Query`."""
    declare: Callable[[Callable[..., Any]], Any] = strawberry.field(description=description)
    return declare


def mutation(description: str) -> Callable[[Callable[..., Any]], Any]:
    """Declare the decorated method as a field of `Mutation`; its argument `input` has the description of its type."""

    def declare(method: Callable[..., Any]) -> Any:  # noqa: ANN401 - a Strawberry field
        input_type = method.__annotations__["input"]
        text = input_type.__strawberry_definition__.description
        method.__annotations__["input"] = Annotated[input_type, strawberry.argument(description=text)]
        return strawberry.mutation(description=description)(method)

    return declare


def subscription(description: str) -> Callable[[Callable[..., Any]], Any]:
    """Declare the decorated method, which returns an async generator, as a field of `Subscription`."""
    declare: Callable[[Callable[..., Any]], Any] = strawberry.subscription(description=description)
    return declare

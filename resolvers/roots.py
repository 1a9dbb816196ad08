"""How the fields of the root types are declared: Strawberry's decorators, with a type that checkers understand."""

from collections.abc import Callable
from typing import Any

import strawberry


def query(description: str) -> Callable[[Callable[..., Any]], Any]:
    """Declare the decorated method as a field of `Query`."""
    declare: Callable[[Callable[..., Any]], Any] = strawberry.field(description=description)
    return declare


def mutation(description: str) -> Callable[[Callable[..., Any]], Any]:
    """Declare the decorated method as a field of `Mutation`."""
    declare: Callable[[Callable[..., Any]], Any] = strawberry.mutation(description=description)
    return declare


def subscription(description: str) -> Callable[[Callable[..., Any]], Any]:
    """Declare the decorated method, which gives an async generator, as a field of `Subscription`."""
    declare: Callable[[Callable[..., Any]], Any] = strawberry.subscription(description=description)
    return declare

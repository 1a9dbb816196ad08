"""Results as clients get them."""

from collections.abc import AsyncGenerator
from typing import TypeAlias

from strawberry.types import ExecutionResult

Results: TypeAlias = AsyncGenerator[ExecutionResult, None]


def payload_of(result: ExecutionResult) -> dict[str, object]:
    """Return a result as clients get it."""
    payload: dict[str, object] = {"data": result.data}
    if result.errors:
        payload["errors"] = [error.formatted for error in result.errors]
    return payload


def is_refusal(result: ExecutionResult) -> bool:
    """Tell whether not one event went wrong but the operation, which ends by this."""
    return result.data is None and bool(result.errors) and all(error.path is None for error in result.errors or ())


def code_of(refusal: ExecutionResult) -> str:
    """Return the code by which an operation was refused."""
    return str(next((error.extensions or {}).get("code") for error in refusal.errors or ()))

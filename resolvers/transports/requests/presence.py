"""Work for a client that hangs up is ended: nobody waits for its answer."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from starlette.requests import ClientDisconnect

from resolvers.transports.scope import GONE


@asynccontextmanager
async def while_present(scope: Mapping[str, Any], may_end: Callable[[], bool]) -> AsyncIterator[None]:
    """Run the block, and raise ClientDisconnect when the client hangs up while the block may end.

    A server that cannot tell lets the block come to its end.
    """
    gone: set[Callable[[], None]] = scope.get(GONE, set())
    task, is_ended = asyncio.current_task(), False

    def end() -> None:
        nonlocal is_ended
        if task is not None and may_end():
            is_ended = task.cancel()

    gone.add(end)
    try:
        yield
    except asyncio.CancelledError:
        if is_ended and task is not None and task.uncancel() == 0:
            raise ClientDisconnect from None
        raise
    finally:
        gone.discard(end)

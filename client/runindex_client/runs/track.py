"""`@track`: each call of a function is a run."""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any, TypeVar, cast, overload

from runindex_client.runs.run import Run, run

Function = TypeVar("Function", bound=Callable[..., Any])


@overload
def track(function: Function, /) -> Function: ...


@overload
def track(
    *, name: str | None = None, tags: Iterable[str] = (), metadata: Mapping[str, object] | None = None
) -> Callable[[Function], Function]: ...


def track(
    function: Function | None = None,
    /,
    *,
    name: str | None = None,
    tags: Iterable[str] = (),
    metadata: Mapping[str, object] | None = None,
) -> Function | Callable[[Function], Function]:
    """Report each call of a function, a coroutine function or a generator of either kind as a run of its name."""
    listed = [tags] if isinstance(tags, str) else list(tags)

    def decorate(tracked: Function) -> Function:
        title = name or tracked.__qualname__
        return cast("Function", _wrapped(tracked, lambda: run(title, tags=listed, metadata=metadata)))

    return decorate if function is None else decorate(function)


def _wrapped(function: Callable[..., Any], begin: Callable[[], Run]) -> Callable[..., Any]:
    """Return a function of the same kind whose body is in a run's block."""

    @functools.wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        with begin():
            return function(*arguments, **named)

    @functools.wraps(function)
    async def call_async(*arguments: Any, **named: Any) -> Any:
        async with begin():
            return await function(*arguments, **named)

    @functools.wraps(function)
    def generate(*arguments: Any, **named: Any) -> Any:
        with _apart(begin()):
            return (yield from function(*arguments, **named))

    @functools.wraps(function)
    async def generate_async(*arguments: Any, **named: Any) -> Any:
        with _apart(begin()):
            async with aclosing(function(*arguments, **named)) as values:
                async for value in values:
                    yield value

    if inspect.iscoroutinefunction(function):
        return call_async
    if inspect.isasyncgenfunction(function):
        return generate_async
    return generate if inspect.isgeneratorfunction(function) else call


@contextmanager
def _apart(run: Run) -> Iterator[None]:
    """Report a run that is not the current one of whoever consumes the generator, between its values."""
    run.start()
    try:
        yield
    except BaseException as error:
        run.end(error)
        raise
    run.end()

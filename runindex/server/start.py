"""A quick start: what importing a thousand modules does for later is left until it is needed, if ever.

A search for garbage among what is imported finds next to none. Of the methods that `dataclass` compiles for each class
(six for a frozen one, a fifth of the start together) few are ever called: each is compiled by its first call.
"""

import dataclasses
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

_Make: TypeAlias = Callable[..., Callable[..., object]]
# The inner function of `dataclasses` that compiles a method, in Python 3.11 and 3.12. Later ones, which compile all
# methods of a class at once, are left as they are.
_MAKER: Final = "_create_fn"


@contextmanager
def hastened() -> Iterator[None]:
    """Import quickly within: garbage is not collected before `gc.enable`, and methods of dataclasses are deferred."""
    names = vars(dataclasses)
    make: _Make | None = names.get(_MAKER)
    if make is not None:
        names[_MAKER] = _deferring(make)
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        if make is not None:
            names[_MAKER] = make


def _deferring(make: _Make) -> _Make:
    """Return a function in the place of one that makes methods: its methods are made by their first call."""

    def defer(name: str, *texts: Any, **names: Any) -> Callable[..., object]:  # noqa: ANN401 - passed on unchanged
        def method(self: object, *values: object, **named: object) -> object:
            made = make(name, *texts, **names)
            made.__qualname__ = method.__qualname__
            for owner in type(self).__mro__:
                if vars(owner).get(name) is method:
                    type.__setattr__(owner, name, made)
            return made(self, *values, **named)

        method.__name__ = name
        return method

    return defer

"""A quick start: importing some thousand classes costs less without what nothing needs of it yet.

A search for garbage among what is imported finds next to none. And of the functions that `dataclass` compiles for each class (six
for a frozen one, together a fifth of the start), few are called ever: so each is compiled when it is called first.
"""

import dataclasses
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any, Final, TypeAlias

_Make: TypeAlias = Callable[..., FunctionType]
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

    def defer(name: str, *texts: Any, **names: Any) -> FunctionType:  # noqa: ANN401 - passed on unchanged
        def method(self: object, *values: object, **named: object) -> object:
            made = make(name, *texts, **names)
            made.__qualname__ = method.__qualname__
            for owner in type(self).__mro__:
                if vars(owner).get(name) is method:
                    type.__setattr__(owner, name, made)
            return made(self, *values, **named)

        method.__name__ = name
        assert isinstance(method, FunctionType)
        return method

    return defer

"""Classes that are made while the server starts are those that would be made without haste."""

import copy
import dataclasses
import gc
from collections.abc import Callable
from dataclasses import dataclass, field, make_dataclass
from operator import eq, ge, lt
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runindex.server import start
from runindex.server.start import hastened
from tests.support.drawn.effort import tries

OPTIONS: Final[st.SearchStrategy[dict[str, Any]]] = st.fixed_dictionaries(
    {name: st.booleans() for name in ("frozen", "eq", "order", "slots", "repr", "unsafe_hash", "kw_only")}
).filter(lambda drawn: drawn["eq"] or not drawn["order"])
DEFAULTS: Final = st.one_of(st.none(), st.integers(), st.text(max_size=3))


def outcome(function: Callable[..., object], *arguments: object, **named: object) -> object:
    """Return what a call returns, or the class and the text of what it raises."""
    try:
        return function(*arguments, **named)
    except (TypeError, AttributeError) as error:
        return type(error), str(error)


def told(made: type, values: dict[str, int]) -> list[object]:
    """Return what instances of a class say of themselves."""
    one, same, other = made(**values), made(**values), made(**(values | {"a": 7}))
    return [
        repr(one) if made.__dataclass_params__.repr else None,  # type: ignore[attr-defined]
        [outcome(compare, one, each) for compare in (eq, lt, ge) for each in (same, other, one, 3)],
        outcome(hash, one) if "__hash__" in vars(made) else None,
        outcome(setattr, one, "a", 5),
        outcome(delattr, one, "b"),
        outcome(getattr, one, "a"),
        outcome(getattr, one, "b"),
        outcome(made),
        outcome(made, 1, 2, 3, 4),
        outcome(made, unknown=1),
        [(each.name, each.default) for each in dataclasses.fields(one)],
        [getattr(made, name).__qualname__ for name in ("__init__", "__repr__", "__eq__")],
    ]


@tries(40)
@given(options=OPTIONS, default=DEFAULTS, a=st.integers(0, 9))
def test_a_class_behaves_as_without_haste(options: dict[str, Any], default: object, a: int) -> None:
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = [("a", int), ("b", int), ("c", object, default)]
    with hastened():
        hasty = make_dataclass("Made", fields, **options)
    usual = make_dataclass("Made", fields, **options)
    values = {"a": a, "b": 2}
    assert told(hasty, values) == told(usual, values)
    assert told(hasty, values) == told(usual, values)  # with the methods that the first calls made


with hastened():

    @dataclass(frozen=True, slots=True)
    class Base:
        """A class that others extend."""

        name: str
        tags: list[str] = field(default_factory=list)

    @dataclass(frozen=True, slots=True)
    class Derived(Base):
        """A class with a check of its own."""

        parent: "Derived | None" = None

        def __post_init__(self) -> None:
            if not self.name:
                raise ValueError("no name")

    @dataclass
    class Own:
        """A class with methods of its own, which stay."""

        value: int

        def __repr__(self) -> str:
            return "own"

    class Child(Own):
        """A class that calls the method of its base."""

        def __init__(self, value: int) -> None:
            super().__init__(value + 1)


def test_classes_that_extend_others_are_whole() -> None:
    one = Derived("a", parent=Derived("b", ["x"]))
    assert one == Derived("a", [], Derived("b", ["x"])) != Derived("a")
    assert repr(one) == "Derived(name='a', tags=[], parent=Derived(name='b', tags=['x'], parent=None))"
    assert Derived("a").tags is not Derived("a").tags
    assert dataclasses.replace(one, name="c").name == "c"
    assert copy.deepcopy(one) == one
    assert dataclasses.asdict(Base("a")) == {"name": "a", "tags": []}
    with pytest.raises(ValueError, match="no name"):
        Derived("")
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.name = "b"  # type: ignore[misc]
    assert (repr(Own(1)), Child(1).value, Child(1) == Child(1), Child(1) == Own(2)) == ("own", 2, True, False)


def test_a_method_is_made_once() -> None:
    with hastened():
        made = make_dataclass("Made", [("a", int)])
    before = vars(made)["__init__"]
    assert made(1) == made(1)
    after = vars(made)["__init__"]
    made(2)
    assert before is not after is vars(made)["__init__"]
    assert after.__code__.co_varnames == ("self", "a")


def test_all_is_as_before_at_the_end() -> None:
    make = vars(dataclasses)["_create_fn"]
    with pytest.raises(ZeroDivisionError), hastened():
        1 / (gc.isenabled() or vars(dataclasses)["_create_fn"] is make)
    assert gc.isenabled()
    assert vars(dataclasses)["_create_fn"] is make


def test_a_python_that_compiles_otherwise_does_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "_MAKER", "_of_another_version")
    with hastened():
        made = make_dataclass("Made", [("a", int)])
    assert vars(made)["__init__"].__code__.co_varnames == ("self", "a")
    assert not hasattr(dataclasses, "_of_another_version")

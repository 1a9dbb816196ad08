"""What reports on a run said so far: another system sends them in any order, late, and more than once.

Of two values for one thing the one reported for the later time counts, and of one time the greater text: so the order
in which they come does not matter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from runindex.domain import json_text
from runindex.domain.instants import Micros
from runindex.domain.json_text import JsonText, JsonValue

MAX_DIGESTS: Final = 500
# A longer fact is left to the event that holds the report: metadata is read with every list.
MAX_FACT: Final = 16 * 1024
LEFT_OUT: Final = "_bytes"
NAME: Final = "name"
PROBLEM: Final = "problem"


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that a report has for one place in the run's metadata."""

    path: tuple[str, ...]
    value: JsonValue

    @property
    def pointer(self) -> str:
        """Return the place as a JSON pointer (RFC 6901)."""
        return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in self.path)

    @property
    def kept(self) -> JsonValue:
        """Return what metadata has of the value: all of it, or its number of bytes."""
        size = len(json_text.dumps(self.value).encode("utf-8", "replace"))
        return self.value if size <= MAX_FACT else {LEFT_OUT: size}


@dataclass(frozen=True, slots=True)
class Reported:
    """The sum of a run's reports.

    `digests` tell the newest reports, `stamps` the time for which each thing was reported. `problem` is the message of
    an error; `is_told` says that the run failed with the message of the very report that failed it, `is_made` that a
    report made the run. `tags` are those of a run that was only named, as a parent.
    """

    digests: tuple[str, ...] = ()
    stamps: Mapping[str, Micros] = field(default_factory=dict)
    name: str | None = None
    problem: str | None = None
    is_told: bool = False
    is_made: bool = False
    tags: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: JsonText | None) -> Self:
        """Return what was kept; nothing, for what anybody else wrote in its place."""
        try:
            kept: Any = None if text is None else json_text.loads(text)
            return cls(
                tuple(map(str, kept["digests"])),
                {str(key): int(at) for key, at in kept["stamps"].items()},
                kept["name"],
                kept["problem"],
                bool(kept["isTold"]),
                bool(kept["isMade"]),
                tuple(map(str, kept["tags"])),
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls()

    @property
    def value(self) -> JsonValue:
        """Return the JSON as which it is kept."""
        return {
            "digests": list(self.digests),
            "stamps": dict(sorted(self.stamps.items())),
            NAME: self.name,
            PROBLEM: self.problem,
            "isTold": self.is_told,
            "isMade": self.is_made,
            "tags": list(self.tags),
        }

    def with_digest(self, digest: str) -> Self:
        """Return it with one report more."""
        return replace(self, digests=(*self.digests, digest)[-MAX_DIGESTS:])

    def takes(self, key: str, at: Micros, value: JsonValue, present: JsonValue) -> bool:
        """Tell whether a value that is reported for a time replaces the present one."""
        known = self.stamps.get(key)
        if known is None or at != known:
            return known is None or at > known
        return json_text.canonical(value) > json_text.canonical(present)

    def stamped(self, key: str, at: Micros) -> Self:
        """Return it with the time for which a thing was reported."""
        return replace(self, stamps={**self.stamps, key: at})

    def with_name(self, name: str, at: Micros) -> Self:
        """Return it with a name, if that replaces the present one."""
        return replace(self.stamped(NAME, at), name=name) if self.takes(NAME, at, name, self.name) else self

    def with_problem(self, problem: str, at: Micros) -> Self:
        """Return it with the message of an error, if that replaces the present one."""
        if not self.takes(PROBLEM, at, problem, self.problem):
            return self
        return replace(self.stamped(PROBLEM, at), problem=problem)

    def merged(self, present: JsonValue, facts: Sequence[Fact], at: Micros) -> tuple[dict[str, Any], Self]:
        """Return an object with the facts in it, its keys in order, and the sum with their times."""
        reported, result = self, dict(present) if isinstance(present, dict) else {}
        for fact in facts:
            value = fact.kept
            if reported.takes(fact.pointer, at, value, _at(result, fact.path)):
                result, reported = _with(result, fact.path, value), reported.stamped(fact.pointer, at)
        return result, reported


def _at(value: JsonValue, path: Sequence[str]) -> JsonValue:
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _with(value: JsonValue, path: Sequence[str], leaf: JsonValue) -> Any:  # noqa: ANN401 - JSON
    if not path:
        return leaf
    changed = dict(value) if isinstance(value, dict) else {}
    changed[path[0]] = _with(changed.get(path[0]), path[1:], leaf)
    return dict(sorted(changed.items()))

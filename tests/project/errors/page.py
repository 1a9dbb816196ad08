"""The page: a chapter for each kind of code, with all that its examples showed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tests.project.errors.examples.closes import CLOSES
from tests.project.errors.examples.codes import CODES
from tests.project.errors.examples.problems import PROBLEMS, REASONS
from tests.project.errors.examples.statuses import STATUSES
from tests.project.errors.server import Servers
from tests.project.errors.shown import Code, Shown
from tests.support.paths import ROOT

PAGE: Final = ROOT / "docs" / "errors.md"
HEAD: Final = """\
# Errors

Every code that a client may be answered, with an example of each. The examples are made by a server: `make errors`
writes this page, and a test compares it. Only headers that matter are shown, and instants and ids are always the same.

A program acts on codes. Messages are for people, and may change.
"""
CHAPTERS: Final[Mapping[str, tuple[str, Sequence[Code]]]] = {
    "Codes of errors": ("`errors[].extensions.code`, over every transport.", CODES),
    "Problems": ("`code` of the problem that a mutation returns in its `data`. Nothing was changed.", PROBLEMS),
    "Reasons of constraints": ("`reason` of a `ConstraintViolation`.", REASONS),
    "Statuses": ("Statuses of HTTP.", STATUSES),
    "Close codes": ("With these the server closes a WebSocket; what the client has sent stands above it.", CLOSES),
}

Made = Mapping[tuple[str, str, str], Shown]


async def made(servers: Servers) -> Made:
    """Make all examples; their keys are chapter, code and title."""
    return {
        (chapter, code.name, title): await make(servers)
        for chapter, (_, codes) in CHAPTERS.items()
        for code in codes
        for title, make in code.examples.items()
    }


def page_of(examples: Made) -> str:
    """Return the page."""
    return "\n".join(_lines(examples))


def _lines(examples: Made) -> Iterator[str]:
    yield HEAD
    for chapter, (meaning, codes) in CHAPTERS.items():
        yield f"## {chapter}\n\n{meaning}\n"
        yield "| code | meaning |\n|---|---|"
        yield from (f"| `{code.name}` | {code.meaning} |" for code in codes)
        yield ""
        for code in codes:
            yield f"### {code.name}\n"
            for title in code.examples:
                yield f"{title[0].upper()}{title[1:]}:\n\n{examples[chapter, code.name, title].text}\n"

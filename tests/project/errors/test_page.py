"""The page on errors shows what a server answers, and has every code that there is."""

import ast
import inspect
import os
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import fields
from http import HTTPStatus
from typing import Final

import pytest
import pytest_asyncio
from strawberry.subscriptions.protocols.graphql_transport_ws import handlers

from resolvers.execution.errors import ErrorCode
from resolvers.transports import websocket
from runindex.domain.errors import RunIndexError
from runindex.domain.problems import ConstraintReason, ProblemCode
from runindex.settings.limits import Limits
from tests.project.errors.page import CHAPTERS, PAGE, Made, made, page_of
from tests.project.errors.server import opened
from tests.support.paths import ROOT

# Of frames that websockets itself refuses, and of a server that stops or does not hear from its client.
OF_WEBSOCKETS: Final = frozenset({"1001", "1002", "1007", "1009", "1011"})
# Sent by uvicorn itself, and written as bytes: statuses without a name in the code.
OF_THE_WIRE: Final = frozenset({"408", "431"})
WRITES: Final = bool(os.environ.get("RUNINDEX_WRITE_PAGES"))

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def examples() -> AsyncIterator[Made]:
    async with opened() as servers:
        yield await made(servers)


def codes_of(chapter: str) -> list[str]:
    _, codes = CHAPTERS[chapter]
    return [code.name for code in codes]


def modules() -> Iterator[ast.Module]:
    for folder in ("resolvers", "runindex/server"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield ast.parse(path.read_text())


def subclasses(kind: type[RunIndexError]) -> Iterator[type[RunIndexError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from subclasses(each)


def literal_codes() -> Iterator[str]:
    """Yield the codes that are written out where an answer is made."""
    for tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    is_code = isinstance(key, ast.Constant) and key.value == "code"
                    if is_code and isinstance(value, ast.Constant) and isinstance(value.value, str):
                        yield value.value


async def test_the_page_shows_what_a_server_answers(examples: Made) -> None:
    page = page_of(examples)
    if WRITES:
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page, "run `make errors`, and see whether the change is wanted"


async def test_each_example_has_its_code(examples: Made) -> None:
    assert [key for key, shown in examples.items() if key[1] not in shown.codes] == []


async def test_each_code_has_an_example() -> None:
    assert [code.name for _, codes in CHAPTERS.values() for code in codes if not code.examples] == []


async def test_examples_tell_nothing_of_the_inside(examples: Made) -> None:
    inside = re.compile(
        r"^Internal Server Error$|Traceback|\.py\b|sqlite3|asyncpg|SELECT |/work|/tmp|MemoryError|ZeroDivision",
        re.MULTILINE,
    )
    assert [key for key, shown in examples.items() if inside.search(shown.answer)] == []


async def test_the_codes_of_errors_are_those_in_the_code() -> None:
    known = {*map(str, ErrorCode), *(kind.code for kind in subclasses(RunIndexError)), *literal_codes()}
    assert sorted(codes_of("Codes of errors")) == sorted(known)


async def test_the_problems_are_those_in_the_code() -> None:
    assert codes_of("Problems") == list(map(str, ProblemCode))
    assert codes_of("Reasons of constraints") == list(map(str, ConstraintReason))


async def test_the_statuses_are_those_in_the_code() -> None:
    named = {
        str(HTTPStatus[node.attr].value)
        for tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "HTTPStatus"
    }
    assert codes_of("Statuses") == sorted(named | OF_THE_WIRE)


async def test_the_close_codes_are_those_in_the_code() -> None:
    protocol = set(re.findall(r"code=(4\d{3})", inspect.getsource(handlers))) | {"4406"}
    own = {str(websocket.TRY_AGAIN_LATER), str(websocket.FORBIDDEN)}
    assert codes_of("Close codes") == sorted(protocol | OF_WEBSOCKETS | own)


async def test_every_limit_has_an_example_of_its_own(examples: Made) -> None:
    answers = [shown.answer for (_, code, _), shown in examples.items() if code == "LIMIT_EXCEEDED"]
    message = re.compile(r'"message": "([^"]*)".*"limit": ', re.DOTALL)
    messages = {re.sub(r"\d+", "", found[1]) for found in map(message.search, answers) if found}
    assert len(messages) == len(fields(Limits))  # but for all bodies together, which is UNAVAILABLE; and a socket's

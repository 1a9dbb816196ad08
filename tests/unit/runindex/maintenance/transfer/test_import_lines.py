"""What an export may look like by the time it is imported, and which line a fault is in."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from persistence.memory.store import MemoryStore
from runindex.domain.errors import BadRequestError
from runindex.maintenance.transfer.import_lines import import_lines
from runindex.maintenance.transfer.importer import Imported
from tests.support.clock import StandingClock
from tests.support.commands import A, B, C, create, rename
from tests.support.data.exports import exported
from tests.support.records import done, enqueue, plan, put, record

pytestmark = pytest.mark.asyncio


async def some_lines() -> list[bytes]:
    """Export an index with some of everything that has to do with lines."""
    async with MemoryStore.open(StandingClock()) as store:
        await done(store, create(A), rename(A, "ä"), record(A), put(A), create(B, parent_id=A), rename(B, "b"))
        await done(store, plan(), enqueue())
        return await exported(store)


async def imported(lines: Iterable[bytes]) -> Imported:
    """Import into a new index."""
    async with MemoryStore.open(StandingClock()) as store:
        return await import_lines(store, lines)


def place_of(lines: list[bytes], kind: str, number: int = 0) -> int:
    """Return the index of the line with a thing of a kind."""
    return [place for place, line in enumerate(lines) if next(iter(json.loads(line))) == kind][number]


def edited(line: bytes, **fields: Any) -> bytes:  # noqa: ANN401 - JSON
    """Return a line with other fields."""
    ((kind, content),) = json.loads(line).items()
    return json.dumps({kind: content | fields}).encode() + b"\n"


@pytest.mark.parametrize(
    "shown",
    [
        lambda lines: [b"\xef\xbb\xbf" + lines[0], *lines[1:]],
        lambda lines: [*lines, b"\n"],
        lambda lines: [*lines, b"\r\n", b" \n", b"\t"],
        lambda lines: [line.replace(b"\n", b"\r\n") for line in lines],
        lambda lines: [*lines[:-1], lines[-1].rstrip()],
        lambda lines: [json.dumps(json.loads(line), ensure_ascii=True).encode() + b"\n" for line in lines],
    ],
    ids=["byte-order-mark", "blank-line", "blank-lines", "crlf", "no-last-newline", "written-by-another-tool"],
)
async def test_what_tools_make_of_an_export_is_taken(shown: Any) -> None:  # noqa: ANN401 - a function
    lines = await some_lines()
    assert await imported(shown(lines)) == await imported(lines)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("utf-32-le", "UTF-32"),
        ("utf-32-be", "UTF-32"),
    ],
)
async def test_another_encoding_is_named(encoding: str, name: str) -> None:
    text = b"".join(await some_lines()).decode().encode(encoding)
    for start in (b"", *([b"\xfe\xff"] if encoding == "utf-16-be" else [])):
        with pytest.raises(BadRequestError, match=f"^this is {name}: an export is UTF-8"):
            await imported((start + text).splitlines(keepends=True))


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"\x1f\x8b\x08", "gzip"),
        (b"BZh9", "bzip2"),
        (b"\xfd7zXZ\0", "xz"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"PK\3\4", "zip"),
    ],
)
async def test_a_compression_is_named(start: bytes, name: str) -> None:
    with pytest.raises(BadRequestError, match=f"^this is compressed with {name}: decompress it first$"):
        await imported([start + b"\0\1\2"])


async def test_what_is_no_export_is_said() -> None:
    for lines in ([], [b"\n"], [b"hello\n"], [b"\xef\xbb\xbf"], [b"{}\n"]):
        with pytest.raises(BadRequestError, match=r"^this is no export of RunIndex$"):
            await imported(lines)


@pytest.mark.parametrize(
    ("kind", "number", "edit", "said"),
    [
        ("run", 1, lambda line: line[:-20] + b"\n", "is not as an export has it: it is no JSON object"),
        ("plan", 0, lambda _: b"\n", "is not as an export has it: it is no JSON object"),
        ("job", 0, lambda line: line.replace(b'"job"', b'"jobs"'), r"is not as an export has it \('jobs'\)"),
        ("value", 0, lambda line: edited(line, version="1"), r"is not as an export has it \('value'\)"),
        ("result", 0, lambda line: b"\xff" + line, "is not as an export has it: it is no JSON object"),
        ("change", 2, lambda line: edited(line, version=7), "its entries in the log do not follow one another"),
        ("run", 1, lambda line: edited(line, name="other"), "is not as its newest entry in the log has it"),
    ],
)
async def test_a_fault_is_told_with_its_line(kind: str, number: int, edit: Any, said: str) -> None:  # noqa: ANN401 - a function
    lines = await some_lines()
    place = place_of(lines, kind, number)
    lines[place] = edit(lines[place])
    with pytest.raises(BadRequestError, match=f"^line {place + 1}:? .*{said}"):
        await imported(lines)
    # A byte order mark, or a file of CRLF, moves no line.
    with pytest.raises(BadRequestError, match=f"^line {place + 1}:? .*{said}"):
        await imported([b"\xef\xbb\xbf" + lines[0], *lines[1:]])


async def test_a_conflict_is_told_with_its_line() -> None:
    lines = await some_lines()
    async with MemoryStore.open(StandingClock()) as store:
        await done(store, create(C))
        await import_lines(store, lines)
        for kind, fields in (("run", {"name": "other"}), ("job", {"queue": "other"}), ("value", {"value": "2"})):
            place = place_of(lines, kind, 0 if kind != "run" else 1)
            changed = [*lines[:place], edited(lines[place], **fields), *lines[place + 1 :]]
            with pytest.raises(BadRequestError, match=f"^line {place + 1}: .*is there already with other content"):
                await import_lines(store, changed)
        # A job under the id that a run has.
        place = place_of(lines, "job")
        changed = [*lines[:place], edited(lines[place], id=C), *lines[place + 1 :]]
        with pytest.raises(BadRequestError, match=f"^line {place + 1}: {C} is there already as something else"):
            await import_lines(store, changed)


async def test_what_is_missing_is_told() -> None:
    lines = await some_lines()
    count = len(lines)
    with pytest.raises(BadRequestError, match=f"^the export is cut off: it has no end behind line {count - 1}$"):
        await imported(lines[:-1])
    with pytest.raises(BadRequestError, match=rf"^the export is cut off within line {count - 1}$"):
        await imported([*lines[:-2], lines[-2][:20]])
    with pytest.raises(BadRequestError, match=f"^line {count + 1}: .*the export ends in line {count}$"):
        await imported([*lines, lines[1]])
    with pytest.raises(
        BadRequestError, match=f"^line {count - 1}: .*{count - 2} come before the end, not {count - 1}$"
    ):
        await imported([*lines[:-2], lines[-1]])


async def test_faults_of_many_blocks_are_told_with_their_lines() -> None:
    async with MemoryStore.open(StandingClock()) as store:
        for _ in range(7):
            await done(store, *(enqueue() for _ in range(100)))
        lines = await exported(store)
    for place in (2 + 1, 2 + 257, 2 + 600):
        changed = [*lines[:place], edited(lines[place], attempts=-1), *lines[place + 1 :]]
        with pytest.raises(BadRequestError, match=f"^line {place + 1} "):
            await imported(changed)

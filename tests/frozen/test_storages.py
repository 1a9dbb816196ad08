"""The present code reads what an earlier one wrote, and answers as that did."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from runindex.maintenance.transfer.import_lines import import_lines
from runindex.ports.maintenance import Storage
from tests.frozen.storages import (
    EXPORT,
    QUESTIONS,
    REPLIES,
    Api,
    environment_of,
    exact,
    frozen_clock,
    read_lines,
    read_streams,
    restored,
    serving,
)
from tests.frozen.surface import exported, ran
from tests.support.data.maintenance import export, faults, lines_of


@pytest.fixture(params=("sqlite", "postgres"))
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Give a kind of storage, and the place of a copy of the frozen one."""
    with restored(request.param, tmp_path) as place:
        yield request.param, place


async def assert_answered(api: Api, path: Path) -> None:
    """Assert that everything in a file is answered as it says."""
    differing = {}
    for number, asked in enumerate(read_lines(path), start=1):
        answer = exact(await api.post(asked["document"], asked["variables"]))
        if answer != asked["answer"]:
            differing[f"line {number}, {asked['name']}"] = (asked["answer"], answer)
    assert differing == {}


def assert_unchanged(kept: tuple[str, str], directory: Path) -> None:
    """Assert that a storage is sound and exports what the frozen one did."""
    environment = environment_of(*kept)
    ran(environment, "verify")
    present = map(without_last_instant, lines_of(exported(environment, directory)))
    assert list(present) == lines_of(EXPORT.read_bytes())


def without_last_instant(line: bytes) -> bytes:
    """Return an export's line without the instant at which a run's records were last written.

    It was not kept yet; the upgrade fills it in.
    """
    content = orjson.loads(line)
    if totals := content.get("run", {}).get("totals"):
        assert totals.pop("last_at", None) is not None
    return orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE)


def test_a_storage_is_sound_and_exports_what_it_did(kept: tuple[str, str], tmp_path: Path) -> None:
    assert_unchanged(kept, tmp_path)


def test_a_storage_is_read_by_the_commands(kept: tuple[str, str], tmp_path: Path) -> None:
    ran(environment_of(*kept), "migrate")
    assert "to remove of" in ran(environment_of(*kept), "compact", "--dry-run")
    assert_unchanged(kept, tmp_path)


@pytest.mark.asyncio
async def test_an_export_is_read_and_exported_again(storage: Storage) -> None:
    lines = lines_of(EXPORT.read_bytes())
    await import_lines(storage, lines)
    assert lines_of(await export(storage)) == lines
    assert await faults(storage) == []


@pytest.mark.asyncio
async def test_each_question_is_answered_as_it_was(kept: tuple[str, str]) -> None:
    async with serving(*kept, frozen_clock()) as api:
        await assert_answered(api, QUESTIONS)


@pytest.mark.asyncio
async def test_each_stream_goes_on_as_it_did(kept: tuple[str, str]) -> None:
    async with serving(*kept, frozen_clock()) as api:
        for asked in read_streams():
            items = await api.follow(asked["document"], asked["variables"], len(asked["answer"]))
            assert items == asked["answer"], asked["name"]


@pytest.mark.asyncio
async def test_each_key_is_answered_as_it_was_and_nothing_is_done(kept: tuple[str, str], tmp_path: Path) -> None:
    async with serving(*kept, frozen_clock()) as api:
        await assert_answered(api, REPLIES)
    await asyncio.to_thread(assert_unchanged, kept, tmp_path)

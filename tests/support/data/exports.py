"""Exports as lines: their kinds and content, and how a storage refuses them."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from runindex.domain.errors import BadRequestError
from runindex.domain.runs.filters import RunFilter
from runindex.maintenance.transfer.export import export_lines
from runindex.maintenance.transfer.import_lines import import_lines
from runindex.ports.maintenance import Storage
from runindex.ports.store import LogState
from tests.support.data.maintenance import export, faults
from tests.support.records import everything


async def exported(storage: Storage, run_filter: RunFilter | None = None) -> list[bytes]:
    return [line async for line in export_lines(storage, run_filter)]


async def state_of(storage: Storage) -> tuple[dict[str, Any], LogState, bytes]:
    return await everything(storage), await storage.log_state(), await export(storage)


def shown(lines: Sequence[bytes]) -> list[str]:
    """Return the kinds of the lines."""
    return [next(iter(json.loads(line))) for line in lines]


def said(line: bytes) -> dict[str, Any]:
    """Return the content of a line."""
    found: dict[str, Any] = next(iter(json.loads(line).values()))
    return found


def edited(lines: Sequence[bytes], kind: str, fields: dict[str, Any], place: int = 0) -> list[bytes]:
    """Return the lines with some fields of one of a kind changed."""
    number = [number for number, name in enumerate(shown(lines)) if name == kind][place]
    whole = json.loads(lines[number])
    whole[kind] |= fields
    return [*lines[:number], json.dumps(whole).encode() + b"\n", *lines[number + 1 :]]


async def assert_refused(storage: Storage, lines: Sequence[bytes], message: str) -> None:
    """Assert that lines are refused with a message, and that nothing changed."""
    before = await state_of(storage)
    with pytest.raises(BadRequestError, match=message):
        await import_lines(storage, lines)
    assert await state_of(storage) == before
    assert await faults(storage) == []

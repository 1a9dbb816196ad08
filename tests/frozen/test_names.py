"""Whatever others know by name is still there, and is what it was."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from graphql import parse

from tests.frozen import surface
from tests.frozen.storages import NAMES, SDL
from tests.support.databases import migrate
from tests.test_contract import shape

FROZEN: Final[dict[str, Any]] = json.loads(NAMES.read_text(encoding="utf-8"))


def is_in(part: object, whole: object) -> bool:
    """Tell whether one is the other, or a selection of what that has."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(name in whole and is_in(value, whole[name]) for name, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return all(value in whole for value in part)
    return part == whole


def test_the_schema_has_all_that_it_had() -> None:
    frozen, present = shape(parse(SDL.read_text(encoding="utf-8"))), shape(parse(surface.printed_schema()))
    for coordinate, promised in frozen.items():
        held = present.get(coordinate, "")
        # A type may get another member; a field, an argument or a value is what it was.
        is_type = "." not in coordinate and " " not in coordinate
        assert set(promised.split()) <= set(held.split()) if is_type else promised == held, coordinate


@pytest.mark.asyncio
async def test_metrics_have_their_names_types_and_labels() -> None:
    assert is_in(FROZEN["metrics"], await surface.metrics())


def test_loggers_have_their_names(tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path / 'index.sqlite3'}")
    assert is_in(FROZEN["loggers"], surface.loggers())


def test_commands_have_their_names_and_options() -> None:
    assert is_in(FROZEN["commands"], surface.commands())


def test_settings_have_their_names() -> None:
    assert is_in(FROZEN["settings"], surface.settings())

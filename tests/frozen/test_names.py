"""Whatever others know by name is still there, and is what it was."""

import json
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pytest
from graphql import parse

from tests.frozen import surface
from tests.frozen.storages import NAMES, SDL
from tests.project.test_sdl import shape
from tests.support.databases.shared import migrate

FROZEN: Final[dict[str, Any]] = json.loads(NAMES.read_text(encoding="utf-8"))
PATHS: Final = {"filename": "text", "file": "text"}


def lost(frozen: Any, present: Any, place: str = "") -> list[str]:  # noqa: ANN401 - JSON
    """Return what is no longer there, or is no longer what it was."""
    if isinstance(frozen, dict) and isinstance(present, dict):
        return [each for name in frozen for each in lost(frozen[name], present.get(name), f"{place}/{name}")]
    if isinstance(frozen, list) and isinstance(present, list):
        return [f"{place}/{name}" for name in frozen if name not in present]
    return [] if frozen == present else [f"{place}: {frozen}"]


def test_the_schema_has_all_that_it_had() -> None:
    frozen, present = shape(parse(SDL.read_text(encoding="utf-8"))), shape(parse(surface.printed_schema()))
    # A type may get another member; a field, an argument or a value is what it was.
    types = {name for name in frozen if not {".", " "} & set(name)}
    kept = [lost(frozen[name].split(), present.get(name, "").split(), name) for name in types]
    assert [*lost({name: frozen[name] for name in frozen.keys() - types}, present), *chain.from_iterable(kept)] == []


@pytest.mark.asyncio
async def test_metrics_have_their_names_types_and_labels() -> None:
    assert lost(FROZEN["metrics"], await surface.metrics()) == []


def test_loggers_have_their_names(tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path / 'index.sqlite3'}")
    assert lost(FROZEN["loggers"], surface.loggers()) == []


def test_commands_have_their_names_and_options() -> None:
    # However the library calls what is a path, people type a text.
    frozen, present = (
        {name: {each: PATHS.get(kind, kind) for each, kind in given.items()} for name, given in commands.items()}
        for commands in (FROZEN["commands"], surface.commands())
    )
    assert lost(frozen, present) == []


def test_settings_have_their_names() -> None:
    assert lost(FROZEN["settings"], surface.settings()) == []

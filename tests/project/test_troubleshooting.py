"""The page on troubles has every line with which the server may refuse to start."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.support.paths import ROOT

PAGE: Final = ROOT / "docs" / "troubleshooting.md"
# What `serve` runs before it listens.
MODULES: Final = [
    *(ROOT / "runindex" / name for name in ("settings/settings.py", "settings/sqlite_path.py", "bootstrap.py")),
    ROOT / "runindex" / "server" / "addresses.py",
    ROOT / "runindex" / "cli" / "environment.py",
    *(
        ROOT / "persistence" / "postgres" / "addresses" / name
        for name in ("address.py", "conninfo.py", "login_files.py")
    ),
    *sorted((ROOT / "persistence" / "migrations").glob("*.py")),
]
ERRORS: Final = frozenset({"SettingsError", "PathError", "AddressError", "UnavailableError"})


def messages_in(module: Path) -> Iterator[str]:
    """Return the fixed parts of each message that is raised; a constant's name stands for its text."""
    tree = ast.parse(module.read_text())
    constants = {
        node.target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name)):
            continue
        if node.exc.func.id not in ERRORS:
            continue
        (message,) = node.exc.args
        parts = message.values if isinstance(message, ast.JoinedStr) else [message]
        for part in parts:
            if isinstance(part, ast.Constant):
                yield str(part.value)
            elif isinstance(part, ast.Name):
                yield str(constants[part.id])


MESSAGES: Final = sorted({message.strip() for module in MODULES for message in messages_in(module)})


@pytest.mark.parametrize("message", MESSAGES)
def test_the_page_has_each_message(message: str) -> None:
    assert message in PAGE.read_text()


def test_messages_are_found_at_all() -> None:
    assert len(MESSAGES) > 40
    assert "the storage belongs to a newer release" in MESSAGES

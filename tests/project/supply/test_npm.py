"""No package of npm runs a script of its own when it is installed."""

import json
import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.support.paths import ROOT

INSTALLING: Final = re.compile(r"\bnpm +(?:ci|clean-install|i|install|add|update|rebuild|exec)\b[^\n]*|\bnpx +[^\n]*")
LISTED: Final = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, check=True, text=True)  # noqa: S607
# A page or a comment tells its reader what to install in a project of his own.
FILES: Final = [
    ROOT / name for name in LISTED.stdout.splitlines() if Path(name).suffix not in {".md", ".ts", ".lock"}
    and Path(name).name != "package-lock.json" and (ROOT / name) != Path(__file__)
]  # fmt: skip
CONFIGURATIONS: Final = [path for path in FILES if path.name == ".npmrc"]


def test_every_command_that_installs_runs_no_scripts() -> None:
    commands = [
        command for path in FILES for command in INSTALLING.findall(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert len(commands) > 2  # or none would be found at all
    assert [command for command in commands if "--ignore-scripts" not in command] == []


@pytest.mark.parametrize("path", CONFIGURATIONS, ids=lambda path: path.parent.name)
def test_a_command_typed_by_hand_runs_none_either(path: Path) -> None:
    assert "ignore-scripts=true" in path.read_text().splitlines()


def test_every_folder_with_packages_has_that_configuration() -> None:
    folders = {path.parent for path in FILES if path.name == "package.json"}
    # npm reads that of a workspace's root for its members, too.
    assert {path.parent for path in CONFIGURATIONS} == {folder for folder in folders if folder not in members()}


def members() -> set[Path]:
    """Return the folders that are installed as members of a workspace."""
    roots = {path.parent: json.loads(path.read_text()) for path in FILES if path.name == "package.json"}
    return {folder / name for folder, package in roots.items() for name in package.get("workspaces", ())}


def test_every_locked_package_has_a_hash() -> None:
    for lock in sorted(path.parent / "package-lock.json" for path in CONFIGURATIONS):
        packages = json.loads(lock.read_text())["packages"]
        own = {name for name, package in packages.items() if name == "" or package.get("inBundle")}
        linked = {name for name, package in packages.items() if package.get("link")}
        own |= linked | {packages[name]["resolved"] for name in linked}
        assert [name for name in packages if name not in own and not packages[name].get("integrity")] == []


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda path: path.stem)
def test_every_pinned_requirement_has_a_hash(path: Path) -> None:
    pins = [line for line in path.read_text().replace("\\\n", " ").splitlines() if line and line[0] not in "# "]
    assert pins
    assert [line for line in pins if "==" not in line or "--hash=sha256:" not in line] == []

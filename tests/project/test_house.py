"""The rules of the house that no linter knows."""

import ast
import json
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PACKAGES = ["runindex", "schema", "resolvers", "persistence"]
PINS = sorted((ROOT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_distribution_provides_our_top_level_names(package: str) -> None:
    assert set(packages_distributions().get(package, ["runindex"])) == {"runindex"}


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_run_nothing_when_imported_and_are_typed(package: str) -> None:
    body = ast.parse((ROOT / package / "__init__.py").read_text()).body
    assert [type(node) for node in body] == [ast.Expr]
    assert (ROOT / package / "py.typed").exists()


@pytest.mark.parametrize("pins", PINS, ids=lambda path: path.stem)
def test_requirements_name_no_path_and_no_host(pins: Path) -> None:
    text = pins.read_text()
    assert "--hash=sha256:" in text
    assert (
        re.findall(r"\S*(?:://|@ |(?<![\w.])[/~]\w)\S*|--(?:(?:extra-)?index-url|find-links|trusted-host)", text) == []
    )


def test_the_lock_of_npm_names_no_registry() -> None:
    packages = json.loads((ROOT / "tests" / "node" / "package-lock.json").read_text())["packages"].items()
    assert [path for path, package in packages if path and not package.get("integrity")] == []
    assert [path for path, package in packages if "resolved" in package] == []


def test_the_domain_imports_the_standard_library_only() -> None:
    allowed = sys.stdlib_module_names | {"runindex"}
    strangers = [
        f"{path.name}: {name}"
        for path in (ROOT / "runindex" / "domain").rglob("*.py")
        for name in _imported(path)
        if name.partition(".")[0] not in allowed or (name.startswith("runindex") and "domain" not in name)
    ]
    assert strangers == []


def _imported(path: Path) -> list[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    return [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names] + [
        node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 0
    ]

"""The rules of the house that no linter knows, and proof that import-linter holds those that it knows."""

import ast
import json
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.support.paths import ROOT

PACKAGES = ["runindex", "schema", "resolvers", "persistence"]
PINS = sorted((ROOT / "requirements").glob("*.txt"))
MOST_ENTRIES: Final = 14
# What is built or cached is no part of a folder.
BUILT: Final = frozenset({"__pycache__", "static"})
LINT_IMPORTS: Final = Path(sysconfig.get_path("scripts"), "lint-imports")
CONTRACTS: Final = [
    contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
]


class Plant(NamedTuple):
    """Modules with a wrong import, the contract they break, and how the contract names it."""

    contract: str
    modules: Mapping[str, str]
    named: str


PLANTS: Final = {
    "the schema imports the resolvers": Plant(
        "Every package has its floor",
        {"schema/typesystem/planted.py": "import resolvers.roots"},
        "schema.typesystem.planted -> resolvers.roots",
    ),
    "decisions import streams": Plant(
        "Every folder of the core has its floor",
        {"runindex/decisions/planted.py": "import runindex.streams"},
        "runindex.decisions.planted -> runindex.streams",
    ),
    "a module has no layer": Plant(
        "Every folder of the core has its floor",
        {"runindex/helpers.py": ""},
        "not listed as layers: - runindex.helpers",
    ),
    "a noun's resolvers import another noun's": Plant(
        "Every folder of the resolvers has its floor",
        {"resolvers/results/planted.py": "import resolvers.plans.mutations"},
        "resolvers.results.planted -> resolvers.plans.mutations",
    ),
    "a noun's types import those of runs": Plant(
        "Every folder of the schema has its floor",
        {"schema/plans/planted.py": "import schema.runs.run"},
        "schema.plans.planted -> schema.runs.run",
    ),
    "one storage imports another": Plant(
        "Every storage stands alone, on what the SQL ones share",
        {"persistence/memory/planted.py": "import persistence.sqlite.store"},
        "persistence.memory.planted -> persistence.sqlite.store",
    ),
    "siblings import each other": Plant(
        "No circles, at any depth",
        {
            "runindex/domain/planted.py": "import runindex.domain.planted_too",
            "runindex/domain/planted_too.py": "import runindex.domain.planted",
        },
        "in runindex.domain. It could be made acyclic by removing 1 dependency: - .planted",  # either of the two
    ),
    "the resolvers import a storage": Plant(
        "The API never imports storage",
        {"resolvers/paging/planted.py": "import persistence.memory.store"},
        "resolvers.paging.planted -> persistence.memory.store",
    ),
    "a storage imports GraphQL": Plant(
        "Storage never imports GraphQL, nor what stands on storage",
        {"persistence/sql/planted.py": "import strawberry"},
        "persistence.sql.planted -> strawberry",
    ),
    "the core imports a framework": Plant(
        "The core imports no framework and no adapter",
        {"runindex/streams/planted.py": "import starlette.responses"},
        "runindex.streams.planted -> starlette",
    ),
    "the domain imports a library": Plant(
        "The domain imports the standard library only",
        {"runindex/domain/planted.py": "import orjson"},
        "runindex.domain.planted -> orjson",
    ),
}


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


def test_no_folder_is_too_full_to_read() -> None:
    packages = [*PACKAGES, "client/runindex_client"]
    folders = [folder for package in packages for folder in [ROOT / package, *_folders(ROOT / package)]]
    sizes = {str(folder.relative_to(ROOT)): len(_entries(folder)) for folder in folders}
    assert {folder: size for folder, size in sizes.items() if size > MOST_ENTRIES} == {}


def test_no_two_classes_share_a_name_without_a_reason() -> None:
    """An API type may be called as the value of the core that it shows.

    All other classes of one name but one say why in a comment right above them: `# The name is ...`.
    """
    places = defaultdict(list)
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for name, line, has_reason in _classes(path):
                places[name].append((f"{path.relative_to(ROOT)}:{line}", has_reason))
    shared = {name: found for name, found in places.items() if len(found) > 1 and not _shows_the_core(found)}
    unexplained = [
        f"{name}: {', '.join(place for place, _ in found)}"
        for name, found in shared.items()
        if sum(not has_reason for _, has_reason in found) > 1
    ]
    assert not unexplained, "\n".join(unexplained)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what import-linter reads."""
    copy = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns(*BUILT))
    return copy


def test_the_tree_keeps_every_contract(tree: Path) -> None:
    assert _broken_contracts(tree) == {}


def test_a_wrong_import_is_planted_for_every_contract() -> None:
    assert {plant.contract for plant in PLANTS.values()} == set(CONTRACTS)


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS)
def test_a_planted_import_breaks_its_contract(tree: Path, plant: Plant) -> None:
    try:
        for path, text in plant.modules.items():
            (tree / path).write_text(text)
        assert plant.named in _broken_contracts(tree).get(plant.contract, "kept")
    finally:
        for path in plant.modules:
            (tree / path).unlink()


def _folders(folder: Path) -> list[Path]:
    inside = [entry for entry in _entries(folder) if entry.is_dir()]
    return [*inside, *(deeper for entry in inside for deeper in _folders(entry))]


def _entries(folder: Path) -> list[Path]:
    return [entry for entry in folder.iterdir() if entry.name not in BUILT]


def _classes(path: Path) -> list[tuple[str, int, bool]]:
    """Return the name and line of each class, and whether a comment above it speaks of its name."""
    text = path.read_text()
    lines = text.splitlines()
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            found.append((node.name, node.lineno, bool(re.match(r"\s*#.*\bname", lines[first - 2]))))
    return found


def _shows_the_core(found: list[tuple[str, bool]]) -> bool:
    return sorted(place.partition("/")[0] for place, _ in found) == ["runindex", "schema"]


def _broken_contracts(tree: Path) -> dict[str, str]:
    """Return what import-linter says about each broken contract."""
    result = subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--no-logo"], check=False, cwd=tree, capture_output=True, text=True, timeout=60
    )
    _, broken, details = result.stdout.partition("Broken contracts")
    assert (result.returncode != 0) == bool(broken), result.stdout
    _, *parts = re.split(rf"^({'|'.join(map(re.escape, CONTRACTS))})\n-+$", details, flags=re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in zip(parts[::2], parts[1::2], strict=True)}


def _imported(path: Path) -> list[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    return [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names] + [
        node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 0
    ]

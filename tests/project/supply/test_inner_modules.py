"""What is used of libraries beyond their documented names is known, and was written for the versions installed.

Such names may change with any minor version. When a library is raised, read what changed in the modules named by a
failure, run the whole suite, and write the new version here and the bound in pyproject.toml.
"""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.support.paths import ROOT

PACKAGES: Final = ("runindex", "schema", "resolvers", "persistence")
CLIENT: Final = "runindex_client"  # of this project, too
# The minor version that the code was written for, of each library whose inner names are used.
MADE_FOR: Final = {
    "asyncpg": "0.32",
    "cross-web": "0.9",
    "graphql-core": "3.3",
    "httptools": "0.9",
    "sqlalchemy": "2.1",
    "strawberry-graphql": "0.341",
    "uvicorn": "0.54",
    "websockets": "17.4",
}
# Modules that no documentation names, or whose classes are overridden where nothing is promised, by library.
INNER_MODULES: Final = {
    "graphql-core": {
        "graphql.pyutils",
        "graphql.utilities.coerce_input_value",
        "graphql.utilities.value_to_literal",
    },
    "sqlalchemy": {
        "sqlalchemy.dialects.postgresql.asyncpg",
        "sqlalchemy.engine.interfaces",
        "sqlalchemy.sql.compiler",
        "sqlalchemy.sql.dml",
        "sqlalchemy.sql.elements",
        "sqlalchemy.sql.functions",
        "sqlalchemy.sql.selectable",
        "sqlalchemy.sql.visitors",
    },
    "strawberry-graphql": {
        "strawberry.http.exceptions",
        "strawberry.schema.exceptions",
        "strawberry.schema.schema",
        "strawberry.schema.schema_converter",
        "strawberry.schema.validation_rules.maybe_null",
        "strawberry.schema.validation_rules.one_of",
        "strawberry.subscriptions.protocols.graphql_transport_ws.handlers",
        "strawberry.subscriptions.protocols.graphql_transport_ws.types",
        "strawberry.types.arguments",
        "strawberry.types.field",
        "strawberry.types.graphql",
        "strawberry.types.scalar",
        "strawberry.types.base",
    },
    "uvicorn": {
        "uvicorn._types",
        "uvicorn.lifespan.on",
        "uvicorn.protocols.http.flow_control",
        "uvicorn.protocols.http.httptools_impl",
        "uvicorn.protocols.utils",
        "uvicorn.protocols.websockets.websockets_sansio_impl",
    },
    "websockets": {"websockets.frames", "websockets.http11", "websockets.protocol"},
}
# Attributes with an underscore that are not the project's own, by library.
INNER_NAMES: Final = {
    "graphql-core": {"_relevant_sub_fields"},
    "sqlalchemy": {"_construct"},
    "strawberry-graphql": {"_provided_operation_name", "_raw_info", "_schema", "_strawberry_schema"},
    "uvicorn": {"_transport", "_unset_keepalive_if_required", "_should_upgrade", "_unsupported_upgrade_warning"},
}
# What the standard library's named tuples and enumerations document.
PUBLIC_NAMES: Final = {"_asdict", "_fields", "_replace", "_value_", "_missing_"}
# Modules that documentation names, with all that they offer.
PUBLIC_MODULES: Final = {
    "alembic", "alembic.config", "alembic.runtime.migration", "alembic.script", "asyncpg", "click", "cross_web",
    "graphql", "graphql.language", "httptools", "jwt", "orjson", "platformdirs", "prometheus_client",
    "prometheus_client.core",
    "prometheus_client.registry", "sqlalchemy", "sqlalchemy.dialects", "sqlalchemy.dialects.postgresql",
    "sqlalchemy.engine", "sqlalchemy.exc", "sqlalchemy.ext.asyncio", "sqlalchemy.ext.compiler", "sqlalchemy.pool",
    "sqlalchemy.types", "starlette.applications", "starlette.datastructures", "starlette.middleware",
    "starlette.middleware.cors", "starlette.requests", "starlette.responses", "starlette.routing", "starlette.types",
    "starlette.websockets", "strawberry", "strawberry.asgi", "strawberry.exceptions", "strawberry.extensions",
    "strawberry.http", "strawberry.schema", "strawberry.schema.config", "strawberry.schema_directive",
    "strawberry.subscriptions", "strawberry.types", "uvicorn", "uvloop",
}  # fmt: skip


def trees() -> Iterator[tuple[Path, ast.Module]]:
    """Yield the project's modules."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text())


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the modules from which a module imports."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str() as module, level=0):
                yield module
            case ast.Import(names=names):
                yield from (alias.name for alias in names)


def _top(module: str) -> str:
    return module.partition(".")[0]


def private_names(tree: ast.AST) -> Iterator[str]:
    """Yield the attributes with one underscore that are read or overridden anywhere."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            yield node.attr


def own_names(tree: ast.AST) -> Iterator[str]:
    """Yield the names that the project itself defines, in a class or by setting an attribute."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Attribute(attr=name, ctx=ast.Store(), value=ast.Name(id="self")):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Constant(value=str(name)):  # a constant: of `__slots__`
                yield name


def third_parties() -> set[str]:
    """Return the packages of libraries that are used."""
    return {_top(name) for inner in INNER_MODULES.values() for name in inner} | set(map(_top, PUBLIC_MODULES))


def test_every_library_that_is_imported_is_known() -> None:
    known = {*sys.stdlib_module_names, *PACKAGES, CLIENT, *third_parties()}
    assert {f"{path}: {name}" for path, tree in trees() for name in imported(tree) if _top(name) not in known} == set()


def test_every_module_of_a_library_is_public_or_known_as_inner() -> None:
    used = {name for _, tree in trees() for name in imported(tree) if _top(name) in third_parties()}
    inner = {name for names in INNER_MODULES.values() for name in names}
    assert used - PUBLIC_MODULES - inner == set(), "name these in PUBLIC_MODULES, if they are documented, or as inner"
    assert inner - used == set(), "these are not used any more"


def test_every_private_name_of_a_library_is_known() -> None:
    own = {name for _, tree in trees() for name in own_names(tree)}
    used = {name for _, tree in trees() for name in private_names(tree)} - PUBLIC_NAMES
    inner = {name for names in INNER_NAMES.values() for name in names}
    assert used - own - inner == set(), "name these in INNER_NAMES, with the library that they are of"
    assert inner - used - own == set(), "these are not used any more"


@pytest.mark.parametrize("library", sorted(MADE_FOR))
def test_the_version_installed_is_the_one_that_the_code_was_made_for(library: str) -> None:
    installed, expected = version(library), MADE_FOR[library]
    used = sorted(INNER_MODULES.get(library, set()) | INNER_NAMES.get(library, set())) or ["its classes"]
    assert minor_of(installed) == expected, (
        f"{library} {installed} is installed, and the code was made for {expected}: read what changed in "
        f"{', '.join(used)}, run the whole suite, then write the version into {Path(__file__).name}"
    )


@pytest.mark.parametrize("library", sorted(MADE_FOR))
def test_a_library_of_which_inner_names_are_used_is_bounded(library: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (bound,) = [each.specifier for each in map(Requirement, project["dependencies"]) if each.name == library]
    major, minor = map(int, MADE_FOR[library].split("."))
    # Those of websockets are documented as a layer of their own.
    beyond = f"{major + 1}.0" if library == "websockets" else f"{major}.{minor + 1}"
    assert MADE_FOR[library] in bound, f"{library}{bound} does not allow {MADE_FOR[library]}"
    assert beyond not in bound, f"{library}{bound} allows {beyond}"


def test_libraries_with_inner_names_have_a_version() -> None:
    assert {*INNER_MODULES, *INNER_NAMES} <= set(MADE_FOR)


def minor_of(text: str) -> str:
    """Return a version's first two numbers."""
    parsed = Version(text)
    return f"{parsed.major}.{parsed.minor}"

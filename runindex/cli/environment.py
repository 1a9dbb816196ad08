"""What surrounds the command: packages that are not its own, and variables that it does not know."""

import ast
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import runindex
from runindex.domain.errors import UnavailableError
from runindex.settings.settings import NAMES

PACKAGES: Final = ("schema", "resolvers", "persistence")
PREFIX: Final = "RUNINDEX_"
# What Kubernetes sets for a service of our name, what the client reads, and what the project's own tests set.
_OTHERS: Final = re.compile(
    r"RUNINDEX_(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_\w+)?|URL|TOKEN|RUN_ID|SPOOL(_BYTES)?|EXIT_SECONDS|TEST_\w+)"
)


def check_packages() -> None:
    """Raise UnavailableError when a package is not the one that came with `runindex`.

    Others have the same names, PyPI's `schema` for one. Installed over ours, or found before it, they are imported
    instead.
    """
    home = Path(str(runindex.__file__)).parents[1]
    for name in PACKAGES:
        spec = find_spec(name)
        origin = Path(spec.origin) if spec is not None and spec.origin else None
        if origin is None or origin.resolve() != (home / name / "__init__.py").resolve() or not _is_own(origin):
            raise UnavailableError(
                f"the package {name} is not RunIndex's own ({origin or 'there is none'}):"
                " install RunIndex in an environment of its own (pipx, uv tool, a container)"
            )


def _is_own(file: Path) -> bool:
    """Tell whether a package's file is a docstring and nothing else, as ours are."""
    try:
        body = ast.parse(file.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return False
    return [type(node) for node in body] == [ast.Expr]


def unknown_names(environment: Mapping[str, str]) -> Iterator[str]:
    """Return a line for each variable that looks like a setting and is none."""
    for name in sorted(environment):
        if not name.startswith(PREFIX) or name in NAMES or _OTHERS.fullmatch(name):
            continue
        # All have the prefix: without it, what is near is so by its own.
        own = {each.removeprefix(PREFIX): each for each in NAMES}
        near = get_close_matches(name.removeprefix(PREFIX).upper(), own, n=1)
        yield f"{name} is no setting" + (f": {own[near[0]]} is the nearest" if near else "")

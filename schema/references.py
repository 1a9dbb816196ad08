"""The run as types below it name it: resolved when the schema is built, so that no import closes a circle."""

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import strawberry

from runindex.ports.queries import Row
from schema.typesystem.connections import Page

if TYPE_CHECKING:
    from schema.runs.run import Run, RunConnection

_MODULE: Final = "schema.runs.run"

RunRef: TypeAlias = Annotated["Run", strawberry.lazy(_MODULE)]
RunConnectionRef: TypeAlias = Annotated["RunConnection", strawberry.lazy(_MODULE)]


def as_run(row: Row) -> "Run":
    """Wrap a run's row."""
    run: Run = _module().Run(row=row)
    return run


def as_run_connection(page: Page) -> "RunConnection":
    """Wrap a page of runs' rows."""
    connection: RunConnection = _module().RunConnection(page=page)
    return connection


@cache
def _module() -> Any:  # noqa: ANN401 - a module, whose types mypy knows above
    return import_module(_MODULE)

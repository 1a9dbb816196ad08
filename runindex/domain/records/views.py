"""Views: named lists of runs that people come back to. What a column is called is the page's business."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from runindex.domain import json_text
from runindex.domain.instants import Micros
from runindex.domain.json_text import JsonText
from runindex.domain.problems import invalid
from runindex.domain.records.record import Record
from runindex.domain.texts import check_title

MAX_BYTES: Final = 64 * 1024
MAX_COLUMNS: Final = 100
MAX_COLUMN_NAME: Final = 256
MAX_WIDTH: Final = 10_000
# The key of the only default.
ONLY: Final = 0


@dataclass(frozen=True, slots=True)
class View(Record):
    """A view at one version; filter, order and columns are JSON, the former two as the API takes them, or None."""

    KEY: ClassVar = ("id",)

    id: str
    name: str
    run_filter: JsonText | None
    run_order: JsonText | None
    run_columns: JsonText
    created_at: Micros
    updated_at: Micros
    version: int = 1


@dataclass(frozen=True, slots=True)
class DefaultView(Record):
    """Names the view that is shown unless another is asked for; there is one at most."""

    KEY: ClassVar = ("slot",)

    slot: int
    view_id: str


@dataclass(frozen=True, slots=True)
class ViewColumn:
    """A column, by the name that the page gives it, and its width in pixels if that was chosen."""

    name: str
    width: int | None = None


def check_columns(columns: Sequence[ViewColumn], field: str = "columns") -> None:
    """Refuse too many columns, a name that does not fit or comes twice, and a width that is none."""
    if len(columns) > MAX_COLUMNS:
        raise invalid(f"at most {MAX_COLUMNS} columns", field)
    names: set[str] = set()
    for place, column in enumerate(columns):
        check_title(column.name, f"{field}.{place}.name", MAX_COLUMN_NAME, "a name")
        if column.name in names:
            raise invalid("a column comes once", f"{field}.{place}.name")
        if column.width is not None and not 1 <= column.width <= MAX_WIDTH:
            raise invalid(f"1 to {MAX_WIDTH}", f"{field}.{place}.width")
        names.add(column.name)


def encode_columns(columns: Sequence[ViewColumn]) -> JsonText:
    """Return columns as JSON text."""
    return json_text.dumps([{"name": column.name, "width": column.width} for column in columns])


def decode_columns(text: JsonText) -> tuple[ViewColumn, ...]:
    """Return the columns of a JSON text."""
    return tuple(ViewColumn(column["name"], column["width"]) for column in json_text.loads(text))

"""Mutations of views."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from runindex.commands.base import Command, Need, S_co, TotalsOf, check_form, node_id_of
from runindex.commands.outcomes import ViewDeleted, ViewSaved
from runindex.domain.json_text import JsonValue
from runindex.domain.records.views import ONLY, DefaultView, View, ViewColumn, check_columns
from runindex.domain.runs.run import check_name


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateView(Command[ViewSaved]):
    """Create a view. Filter and order are decoded JSON in the shapes that the API takes."""

    touches_log: ClassVar[bool] = False
    name: str
    run_filter: JsonValue = None
    run_order: JsonValue = None
    columns: tuple[ViewColumn, ...] = ()
    is_default: bool = False

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        check_name(self.name)
        _check_parts(self.run_filter, self.run_order, self.columns)
        return Command.checked(self)

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the default."""
        del totals_of
        yield DefaultView, (ONLY,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewCommand(Command[S_co]):
    """A mutation of a view that exists."""

    touches_log: ClassVar[bool] = False
    id: str

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        return replace(Command.checked(self), id=node_id_of(self.id, "id"))

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the view and the default."""
        del totals_of
        yield View, (self.id,)
        yield DefaultView, (ONLY,)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateView(ViewCommand[ViewSaved]):
    """Replace parts of a view; None leaves a part as it is, `clears_...` takes it away."""

    name: str | None = None
    run_filter: JsonValue = None
    clears_filter: bool = False
    run_order: JsonValue = None
    clears_order: bool = False
    columns: tuple[ViewColumn, ...] | None = None
    is_default: bool | None = None
    expected_version: int | None = None

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = ViewCommand.checked(self)
        check_name(self.name)
        _check_parts(self.run_filter, self.run_order, self.columns or ())
        return command


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteView(ViewCommand[ViewDeleted]):
    """Delete a view; one that was the default is none any more."""


def _check_parts(run_filter: JsonValue, run_order: JsonValue, columns: tuple[ViewColumn, ...]) -> None:
    check_form(run_filter, "filter")
    check_form(run_order, "order_by")
    check_columns(columns)

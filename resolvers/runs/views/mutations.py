"""The mutations of views."""

from collections.abc import Sequence
from functools import partial

import strawberry

from resolvers.execution.context import Info
from resolvers.execution.fields import mutation
from resolvers.execution.mutate import execute
from resolvers.runs.views.shapes import check_filter, check_order
from runindex import commands
from runindex.commands.outcomes import ViewDeleted, ViewSaved
from runindex.domain.records.views import ViewColumn
from runindex.ports.rows import record_row
from schema.runs.views import inputs
from schema.runs.views.outcomes import ViewDeletion, ViewDeletionOutcome, ViewOutcome, ViewPayload
from schema.runs.views.types import View
from schema.typesystem.connections import given


def _create(info: Info, input: inputs.CreateViewInput) -> commands.CreateView:
    run_filter, order_by = given(input.filter), given(input.order_by)
    check_filter(info, run_filter)
    check_order(info, order_by)
    return commands.CreateView(
        name=input.name,
        run_filter=run_filter,
        run_order=order_by,
        columns=_columns(input.columns or ()),
        is_default=input.is_default,
    )


def _update(info: Info, input: inputs.UpdateViewInput) -> commands.UpdateView:
    run_filter, order_by = given(input.filter), given(input.order_by)
    check_filter(info, run_filter)
    check_order(info, order_by)
    return commands.UpdateView(
        id=input.id,
        name=input.name,
        run_filter=run_filter,
        clears_filter=input.filter is None,
        run_order=order_by,
        clears_order=input.order_by is None,
        columns=None if input.columns is None else _columns(input.columns),
        is_default=input.is_default,
        expected_version=input.expected_version,
    )


def _delete(input: inputs.DeleteViewInput) -> commands.DeleteView:
    return commands.DeleteView(id=input.id)


def _columns(columns: Sequence[inputs.ViewColumnInput]) -> tuple[ViewColumn, ...]:
    return tuple(ViewColumn(column.name, column.width) for column in columns)


def _payload(saved: ViewSaved) -> ViewPayload:
    return ViewPayload(view=View(row=record_row(saved.view)), replayed=saved.replayed)


def _deletion(deleted: ViewDeleted) -> ViewDeletion:
    return ViewDeletion(id=strawberry.ID(deleted.id), replayed=deleted.replayed)


@strawberry.type
class ViewMutations:
    """The fields of `Mutation` that change views."""

    @mutation("Keep a view.")
    async def create_view(self, info: Info, input: inputs.CreateViewInput) -> ViewOutcome:
        """Create a view."""
        return await execute(info, partial(_create, info), input, _payload)

    @mutation("Rename a view, or replace what is given of it.")
    async def update_view(self, info: Info, input: inputs.UpdateViewInput) -> ViewOutcome:
        """Change a view."""
        return await execute(info, partial(_update, info), input, _payload)

    @mutation("Delete a view; if it was the default, none is.")
    async def delete_view(self, info: Info, input: inputs.DeleteViewInput) -> ViewDeletionOutcome:
        """Delete a view."""
        return await execute(info, _delete, input, _deletion)

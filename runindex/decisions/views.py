"""Decisions on views."""

from dataclasses import replace

from runindex.commands import CreateView, DeleteView, UpdateView
from runindex.commands.outcomes import ViewDeleted, ViewSaved
from runindex.decisions.guards import check_version, existing
from runindex.decisions.workspace import Workspace
from runindex.domain.ids import new_id
from runindex.domain.json_text import JsonText, JsonValue, check_content
from runindex.domain.records.views import MAX_BYTES, ONLY, DefaultView, View, encode_columns


def create_view(workspace: Workspace, command: CreateView) -> ViewSaved:
    """Create a view."""
    view = View(
        new_id(),
        command.name,
        _text(command.run_filter, "filter"),
        _text(command.run_order, "order_by"),
        encode_columns(command.columns),
        workspace.now,
        workspace.now,
    )
    workspace.save(view)
    if command.is_default:
        workspace.save(DefaultView(ONLY, view.id))
    return ViewSaved(view)


def update_view(workspace: Workspace, command: UpdateView) -> ViewSaved:
    """Replace the parts given."""
    view = existing(workspace, View, command.id)
    check_version(command.expected_version, view.version)
    run_filter = None if command.clears_filter else _text(command.run_filter, "filter") or view.run_filter
    run_order = None if command.clears_order else _text(command.run_order, "order_by") or view.run_order
    changed = replace(
        view,
        name=view.name if command.name is None else command.name,
        run_filter=run_filter,
        run_order=run_order,
        run_columns=view.run_columns if command.columns is None else encode_columns(command.columns),
        updated_at=max(workspace.now, view.updated_at),
        version=view.version + 1,
    )
    workspace.save(changed)
    if command.is_default:
        workspace.save(DefaultView(ONLY, view.id))
    elif command.is_default is not None:
        _clear_default(workspace, view)
    return ViewSaved(changed)


def delete_view(workspace: Workspace, command: DeleteView) -> ViewDeleted:
    """Delete a view."""
    view = existing(workspace, View, command.id)
    workspace.records(View).remove(view.key)
    workspace.taken.remove(view.id)
    _clear_default(workspace, view)
    return ViewDeleted(view.id)


def _clear_default(workspace: Workspace, view: View) -> None:
    defaults = workspace.records(DefaultView)
    default = defaults.get((ONLY,))
    if default is not None and default.view_id == view.id:
        defaults.remove(default.key)


def _text(value: JsonValue, field: str) -> JsonText | None:
    return None if value is None else check_content(value, field, MAX_BYTES)

"""Inputs of the mutations of views."""

from typing import Final

import strawberry

from schema.typesystem.connections import ABSENT
from schema.typesystem.descriptions import IDEMPOTENCY_KEY, NAME
from schema.typesystem.scalars import Json

_FILTER: Final = "In the shape of `RunFilter`; checked as such, and kept as it is."
_ORDER: Final = "In the shape of `RunOrder`; checked as such, and kept as it is."
_COLUMNS: Final = "The columns in their order, at most 100, each once."
_VIEW: Final = "The view."


@strawberry.input(description="A column of a view.")
class ViewColumnInput:
    """A column."""

    name: str = strawberry.field(description="What the page calls it: 1 to 256 characters.")
    width: int | None = strawberry.field(description="Its width in pixels, 1 to 10000, if that was chosen.")


@strawberry.input(description="A new view.")
class CreateViewInput:
    """A new view."""

    name: str = strawberry.field(description=NAME)
    filter: Json | None = strawberry.field(default=ABSENT, description=_FILTER)
    columns: list[ViewColumnInput] | None = strawberry.field(description=_COLUMNS)
    order_by: Json | None = strawberry.field(default=ABSENT, description=_ORDER)
    is_default: bool = strawberry.field(default=False, description="Make it the default; the former one is none then.")
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="A view and what of it is replaced; what is not given stays.")
class UpdateViewInput:
    """A view and its changes."""

    id: strawberry.ID = strawberry.field(description=_VIEW)
    name: str | None = strawberry.field(description=NAME)
    filter: Json | None = strawberry.field(default=ABSENT, description=f"{_FILTER} Null takes it away.")
    columns: list[ViewColumnInput] | None = strawberry.field(description=_COLUMNS)
    order_by: Json | None = strawberry.field(default=ABSENT, description=f"{_ORDER} Null takes it away.")
    is_default: bool | None = strawberry.field(
        description="Make it the default, and the former one none; or let there be none, if it is the default."
    )
    expected_version: int | None = strawberry.field(
        description="Refuse with VersionConflict unless the view has this version."
    )
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="A view to be deleted.")
class DeleteViewInput:
    """A view."""

    id: strawberry.ID = strawberry.field(description=_VIEW)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)

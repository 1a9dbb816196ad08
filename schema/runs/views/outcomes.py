"""Unions that the mutations of views return: a payload, or a problem."""

from typing import Annotated, TypeAlias

import strawberry

from schema.problems import ConstraintViolation, IdempotencyConflict, InvalidInput, NotFound, VersionConflict
from schema.runs.views.types import View
from schema.typesystem.descriptions import REPLAYED


@strawberry.type(description="A view that was created or changed.")
class ViewPayload:
    """A view."""

    view: View = strawberry.field(description="The view.")
    replayed: bool = strawberry.field(description=REPLAYED)


ViewOutcome: TypeAlias = Annotated[
    ViewPayload | NotFound | ConstraintViolation | VersionConflict | IdempotencyConflict | InvalidInput,
    strawberry.union("ViewOutcome", description="The view, or why it is not there or not changed."),
]


@strawberry.type(description="A view that is gone.")
class ViewDeletion:
    """A view that was deleted."""

    id: strawberry.ID = strawberry.field(description="The id that the view had.")
    replayed: bool = strawberry.field(description=REPLAYED)


ViewDeletionOutcome: TypeAlias = Annotated[
    ViewDeletion | NotFound | IdempotencyConflict | InvalidInput,
    strawberry.union("ViewDeletionOutcome", description="The deletion, or why there was none."),
]

"""Operations of types that a request cannot carry."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

from cross_web import HTTPException
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from resolvers.execution.document_cache import UNNAMED

BY_POST: Final = "mutations are sent by POST"
HOW_TO_SUBSCRIBE: Final = (
    "subscriptions are opened over a WebSocket (graphql-transport-ws), with `Accept: text/event-stream`, or with "
    "`Accept: multipart/mixed;subscriptionSpec=1.0`"
)
OVER_GET: Final = frozenset({OperationType.QUERY})
OVER_POST: Final = frozenset({OperationType.QUERY, OperationType.MUTATION})


@contextmanager
def refusing_types(kind: Callable[[], OperationType | None]) -> Iterator[None]:
    """Raise HTTPException for an operation of a type that is not allowed; `kind` is that of the operation, if any."""
    try:
        yield
    except CannotGetOperationTypeError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, error.as_http_error_reason()) from error
    except InvalidOperationTypeError as error:
        if kind() is None:
            raise HTTPException(HTTPStatus.BAD_REQUEST, UNNAMED) from error
        if error.operation_type is OperationType.MUTATION:
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, BY_POST) from error
        raise HTTPException(HTTPStatus.BAD_REQUEST, HOW_TO_SUBSCRIBE) from error

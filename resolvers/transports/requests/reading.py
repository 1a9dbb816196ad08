"""GraphQL requests as they come over HTTP."""

from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, cast

from cross_web import AsyncHTTPRequestAdapter
from starlette.datastructures import QueryParams
from starlette.types import Message, Receive
from strawberry.http import GraphQLRequestData

from resolvers.transports.requests.negotiation import JSON, read_media_range
from resolvers.transports.requests.persisted_queries import PersistedQueries
from resolvers.transports.requests.refusals import RefusedRequestError
from runindex.domain import json_text

NO_BATCHES: Final = (
    "batches are not supported: send each operation in a request of its own, as a JSON object "
    "(in Apollo Client use HttpLink in place of BatchHttpLink)"
)
NO_UPGRADE: Final = (
    "this WebSocket handshake came without `Upgrade: websocket` and `Connection: Upgrade`: a proxy has to pass them on"
)
UPGRADE: Final = {"Connection": "Upgrade", "Upgrade": "websocket"}
_UTF_8: Final = frozenset({"utf-8", "utf8"})
_PARTS: Final = (
    ("query", str, "a string"),
    ("operationName", str, "a string"),
    ("variables", dict, "an object"),
    ("extensions", dict, "an object"),
)


async def read_request(request: AsyncHTTPRequestAdapter, persisted: PersistedQueries) -> GraphQLRequestData:
    """Return the parts of a request; raise RefusedRequestError for one that is not well-formed."""
    if request.method == "GET":
        if "sec-websocket-key" in request.headers:
            raise RefusedRequestError(NO_UPGRADE, HTTPStatus.UPGRADE_REQUIRED, headers=UPGRADE)
        return _request_data(_query_parameters(cast("QueryParams", request.query_params)), persisted)
    check_coding(request.headers)
    return read_body(await request.get_body(), persisted)


def read_body(text: str | bytes, persisted: PersistedQueries) -> GraphQLRequestData:
    """Return the parts of a request that was posted; raise RefusedRequestError for one that is not well-formed."""
    body = _json(text, "the body")
    if isinstance(body, list):
        # As plain JSON: of a GraphQL response, BatchHttpLink would only say that it is not as long as the batch.
        raise RefusedRequestError(NO_BATCHES, headers={"Content-Type": JSON})
    return _request_data(body, persisted)


def replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that begins with a body that was received already."""
    parts: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return parts.pop() if parts else await receive()

    return receive_again


def check_coding(headers: Mapping[str, str]) -> None:
    """Raise RefusedRequestError for a body that is not JSON in UTF-8, or is compressed."""
    media_type = read_media_range(headers.get("content-type", ""))
    if media_type.name != JSON:
        raise RefusedRequestError(f"the body must be {JSON}", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    if media_type.parameters.get("charset", "utf-8") not in _UTF_8:
        raise RefusedRequestError("the body must be in UTF-8", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    if headers.get("content-encoding", "").strip().lower() not in {"", "identity"}:
        raise RefusedRequestError(
            "the body must not be compressed",
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            headers={"Accept-Encoding": "identity"},
        )


def _query_parameters(sent: QueryParams) -> dict[str, Any]:
    """Return the parameters of a URL; an empty one is as good as none."""
    counts = Counter(name for name, _ in sent.multi_items())
    parameters: dict[str, Any] = {}
    for name, kind, _ in _PARTS:
        if counts[name] > 1:
            raise RefusedRequestError(f"`{name}` is given {counts[name]} times")
        if text := sent.get(name):
            parameters[name] = text if kind is str else _json(text, f"`{name}`")
    return parameters


def _json(text: str | bytes, name: str) -> object:
    try:
        return json_text.loads(text)
    except json_text.JsonError as error:
        raise RefusedRequestError(f"{name} cannot be read: {error}") from error


def _request_data(body: object, persisted: PersistedQueries) -> GraphQLRequestData:
    if not isinstance(body, dict):
        raise RefusedRequestError("the body must be a JSON object")
    for name, kind, article in _PARTS:
        if not isinstance(body.get(name), kind | None):
            raise RefusedRequestError(f"`{name}` must be {article}")
    query = persisted.query_of(body.get("query"), body.get("extensions"))
    if query is None:
        raise RefusedRequestError("`query` is missing")
    return GraphQLRequestData(
        query=query,
        variables=body.get("variables"),
        operation_name=body.get("operationName") or None,
        extensions=body.get("extensions"),
    )

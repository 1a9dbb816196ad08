"""GraphQL requests as they come over HTTP."""

from http import HTTPStatus
from typing import Any

from cross_web import AsyncHTTPRequestAdapter, HTTPException
from strawberry.http import GraphQLRequestData

from resolvers.transports.negotiation import JSON
from runindex.domain import json_text


async def read_request(request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
    """Return the parts of a request; raise HTTPException for one that is not well-formed."""
    if request.method == "GET":
        return _request_data(_query_parameters(dict(request.query_params)))
    content_type = (request.content_type or "").partition(";")[0].strip().lower()
    if content_type != JSON:
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the body must be {JSON}")
    return _request_data(_json(await request.get_body(), "the body"))


def _query_parameters(parameters: dict[str, Any]) -> dict[str, Any]:
    for name in ("variables", "extensions"):
        if parameters.get(name):
            parameters[name] = _json(parameters[name], f"`{name}`")
        else:
            parameters.pop(name, None)
    return parameters


def _json(text: str | bytes, name: str) -> object:
    try:
        return json_text.loads(text)
    except json_text.JsonError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"{name} cannot be read: {error}") from error


def _request_data(body: object) -> GraphQLRequestData:
    if not isinstance(body, dict):
        raise HTTPException(HTTPStatus.BAD_REQUEST, "the body must be a JSON object")
    for name, kind, article in (
        ("query", str, "a string"),
        ("operationName", str, "a string"),
        ("variables", dict, "an object"),
        ("extensions", dict, "an object"),
    ):
        if not isinstance(body.get(name), kind | None):
            raise HTTPException(HTTPStatus.BAD_REQUEST, f"`{name}` must be {article}")
    if not body.get("query"):
        raise HTTPException(HTTPStatus.BAD_REQUEST, "`query` is missing")
    return GraphQLRequestData(
        query=body["query"],
        variables=body.get("variables"),
        operation_name=body.get("operationName"),
        extensions=body.get("extensions"),
    )

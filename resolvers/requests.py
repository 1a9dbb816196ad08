"""Requests as they come over HTTP: what is asked, and in which form the answer is wanted."""

from collections.abc import Mapping
from typing import Any, Final

from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.datastructures import Headers
from strawberry.http import GraphQLRequestData

from runindex.domain import jsontext

JSON: Final = "application/json"
HTML: Final = "text/html"
GRAPHQL_JSON: Final = "application/graphql-response+json"
BAD_REQUEST: Final = 400
UNSUPPORTED_MEDIA_TYPE: Final = 415


async def read_request(request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
    """Return what is asked; raise HTTPException for a request that is not well-formed."""
    if request.method == "GET":
        return _request_data(_query_parameters(dict(request.query_params)))
    content_type = (request.content_type or "").partition(";")[0].strip().lower()
    if content_type != JSON:
        raise HTTPException(UNSUPPORTED_MEDIA_TYPE, f"the body must be {JSON}")
    return _request_data(_json(await request.get_body(), "the body"))


def wanted_media_type(headers: Headers) -> str:
    """Return the media type that the `Accept` header prefers, plain JSON if it has no say."""
    accepted = _accepted(headers)
    graphql_json = accepted.get(GRAPHQL_JSON, 0.0)
    plain_json = _plain_json(accepted)
    named_first = next((name for name in accepted if name in {JSON, GRAPHQL_JSON}), JSON)
    if graphql_json == plain_json:
        return named_first
    return GRAPHQL_JSON if graphql_json > plain_json else JSON


def wants_page(method: str, parameters: Mapping[str, str], headers: Headers) -> bool:
    """Tell whether a browser has come to look: nothing is asked, and HTML is preferred to any JSON."""
    accepted = _accepted(headers)
    json = max(accepted.get(GRAPHQL_JSON, 0.0), _plain_json(accepted))
    return method in {"GET", "HEAD"} and "query" not in parameters and accepted.get(HTML, 0.0) > json


def _accepted(headers: Headers) -> dict[str, float]:
    accepted: dict[str, float] = {}
    for item in headers.get("accept", "").split(","):
        media_type, *parameters = (part.strip().lower() for part in item.split(";"))
        accepted[media_type] = _quality(parameters)
    return accepted


def _plain_json(accepted: Mapping[str, float]) -> float:
    return max(accepted.get(name, 0.0) for name in (JSON, "application/*", "*/*"))


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def _query_parameters(parameters: dict[str, Any]) -> dict[str, Any]:
    for name in ("variables", "extensions"):
        if parameters.get(name):
            parameters[name] = _json(parameters[name], f"`{name}`")
        else:
            parameters.pop(name, None)
    return parameters


def _json(text: str | bytes, name: str) -> object:
    try:
        return jsontext.loads(text)
    except jsontext.JsonError as error:
        raise HTTPException(BAD_REQUEST, f"{name} cannot be read: {error}") from error


def _request_data(body: object) -> GraphQLRequestData:
    if not isinstance(body, dict):
        raise HTTPException(BAD_REQUEST, "the body must be a JSON object")
    for name, kind, article in (
        ("query", str, "a string"),
        ("operationName", str, "a string"),
        ("variables", dict, "an object"),
        ("extensions", dict, "an object"),
    ):
        if not isinstance(body.get(name), kind | None):
            raise HTTPException(BAD_REQUEST, f"`{name}` must be {article}")
    if not body.get("query"):
        raise HTTPException(BAD_REQUEST, "`query` is missing")
    return GraphQLRequestData(
        query=body["query"],
        variables=body.get("variables"),
        operation_name=body.get("operationName"),
        extensions=body.get("extensions"),
    )

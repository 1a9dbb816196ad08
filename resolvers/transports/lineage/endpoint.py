"""Events of OpenLineage over HTTP, behind the same rights and limits as the API."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.types.graphql import OperationType

from resolvers.execution.access.rights import check_operation
from resolvers.execution.errors import ErrorCode, legible
from resolvers.transports.endpoint import Endpoint
from resolvers.transports.lineage.bodies import events_in, inflated, is_compressed
from resolvers.transports.lineage.counts import EventOutcome, LineageCounts
from resolvers.transports.lineage.submission import Settled, submit_all
from resolvers.transports.requests.bodies import Body
from resolvers.transports.requests.negotiation import JSON, PRIVATE
from resolvers.transports.requests.refusals import RefusedRequestError, refusing
from resolvers.transports.scope import CALLER
from runindex.domain.errors import RateExceededError

# One event, or a list of them, at either.
PATHS: Final = ("/api/v1/lineage", "/api/v1/lineage/batch")
RETRY: Final[Mapping[str, str]] = {"Retry-After": "1"}
log: Final = logging.getLogger(__name__)


class LineageEndpoint:
    """Takes the events that requests bring to an endpoint's index."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Take events where the endpoint takes operations, from the same callers."""
        self._endpoint = endpoint
        self.counts = LineageCounts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        with self._endpoint.bodies.receiving(scope, receive) as body:
            try:
                response = await self._respond(Request(scope, body), body)
            except ClientDisconnect:
                return
            await response(scope, receive, send)

    async def _respond(self, request: Request, body: Body) -> Response:
        try:
            return await self._taken(request, body)
        except RefusedRequestError as refusal:
            extensions, headers = refusal.extensions, refusal.headers
            return _refusal(refusal.reason, extensions, HTTPStatus(refusal.status_code), headers)
        except RateExceededError as error:
            headers = {"Retry-After": str(error.retry_after)}
            limit = {"code": error.code, "limit": error.limit}
            return _refusal(error.message, limit, HTTPStatus.TOO_MANY_REQUESTS, headers)
        except ClientDisconnect:
            raise
        except Exception:
            log.exception("internal error")
            code = {"code": ErrorCode.INTERNAL}
            return _refusal("internal error", code, HTTPStatus.SERVICE_UNAVAILABLE, RETRY)

    async def _taken(self, request: Request, body: Body) -> Response:
        if request.method != "POST":
            headers = {"Allow": "POST"}
            raise RefusedRequestError("events are sent by POST", HTTPStatus.METHOD_NOT_ALLOWED, headers=headers)
        with refusing():
            caller = await self._endpoint.gate.admit(request.headers.get("authorization"))
            check_operation(caller.scope, OperationType.MUTATION)
        request.scope[CALLER] = caller
        is_gzip, text = is_compressed(request.headers), await request.body()
        if is_gzip:
            text = inflated(text, body, self._endpoint.limits.body)
        events, is_batch = events_in(text)
        context = self._endpoint.context_of(request)
        context.spend(len(events))
        settled = await submit_all(events, context, self.counts)
        return _summary(settled, is_batch=is_batch)


def _summary(settled: list[Settled], *, is_batch: bool) -> Response:
    """Return the answer to events: 503 if some have to be sent again, else 422 if some were refused, else 200."""
    outcomes = [each.outcome for each in settled]
    errors = [each.error(position) for position, each in enumerate(settled) if each.message]
    status, headers = HTTPStatus.OK, {}
    if EventOutcome.FAILED in outcomes:
        status, headers = HTTPStatus.SERVICE_UNAVAILABLE, dict(RETRY)
    elif errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    ignored = outcomes.count(EventOutcome.IGNORED)
    summary = {"received": len(settled), "accepted": len(settled) - ignored - len(errors), "ignored": ignored}
    if not is_batch:
        for error in errors:
            del error["extensions"]["index"]
    return _answer(errors, status, headers, summary)


def _refusal(
    message: str, extensions: Mapping[str, object], status: HTTPStatus, headers: Mapping[str, str]
) -> Response:
    return _answer([{"message": legible(message), "extensions": extensions}], status, headers)


def _answer(
    errors: list[dict[str, Any]],
    status: HTTPStatus,
    headers: Mapping[str, str],
    summary: Mapping[str, int] | None = None,
) -> Response:
    content = {**(summary or {}), **({"errors": errors} if errors else {})}
    return Response(orjson.dumps(content), status, {**PRIVATE, **headers}, JSON)

"""The execution of operations that requests bring: what they are executed with, and how their results are answered."""

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

import orjson
from cross_web import AsyncHTTPRequestAdapter
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from resolvers.execution.access.gate import Gate
from resolvers.execution.access.rights import ANYBODY, Caller, check_operation
from resolvers.execution.compilation.operations import Answer
from resolvers.execution.compilation.refusal import Reason
from resolvers.execution.context import Context, LogEpoch, StreamTimings
from resolvers.execution.costs.rates import UNBOUNDED, Rates
from resolvers.execution.operation_counts import OperationCounts
from resolvers.roots.loaders import StoreLoaders
from resolvers.roots.schema import DOCUMENTS, RunIndexSchema
from resolvers.streams.channels import Channels
from resolvers.streams.conflated import ConflatedChannels
from resolvers.transports.requests.bodies import Bodies
from resolvers.transports.requests.negotiation import JSON, PRIVATE, wanted_media_type
from resolvers.transports.requests.operations import OVER_GET, OVER_POST, refusing_types
from resolvers.transports.requests.persisted_queries import PersistedQueries
from resolvers.transports.requests.presence import WhilePresent
from resolvers.transports.requests.reading import read_request
from resolvers.transports.requests.refusals import refusing
from resolvers.transports.requests.statuses import is_refused, seconds_to_wait, status_of
from resolvers.transports.scope import CALLER, CONTEXT, MAKE_ROOM
from resolvers.transports.websocket import SocketHandler, TextSocket
from runindex.domain import json_text
from runindex.domain.tokens import TokenScope
from runindex.index import RunIndex
from runindex.settings.limits import Limits

RETRY_SECONDS: Final = 1
INIT_WAIT: Final = timedelta(seconds=5)


class Execution(GraphQL[Context, None]):
    """Executes operations of a schema on the index that the application keeps in `state.index`."""

    schema: RunIndexSchema
    websocket_adapter_class = TextSocket
    graphql_transport_ws_handler_class = SocketHandler

    def __init__(
        self,
        schema: RunIndexSchema,
        timings: StreamTimings | None = None,
        limits: Limits | None = None,
        *,
        gate: Gate | None = None,
        rates: Rates = UNBOUNDED,
        page: bool = False,
    ) -> None:
        """Serve with the given timings and limits; with `page`, browsers get GraphiQL."""
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=INIT_WAIT,
            allowed_origins=["*"],  # the server's doors know which pages may come in, on every route
        )
        self._timings = timings or StreamTimings()
        self.limits = limits or Limits()
        self._page = page
        self.gate = gate or Gate()
        self._rates = rates
        self.channels = Channels()
        self.conflated = ConflatedChannels()
        self.operations = OperationCounts()
        self.documents = DOCUMENTS
        self.persisted = PersistedQueries()
        self.bodies = Bodies(self.limits.body, self.limits.bodies)
        self._epoch: LogEpoch | None = None

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """Return the context of a request, or of a socket."""
        del response
        return self.context_of(request)

    def context_of(self, request: Request | WebSocket) -> Context:
        """Return the context of a request or a socket, made when it is first needed."""
        known: Context | None = request.scope.get(CONTEXT)
        if known is not None:
            return known
        index: RunIndex = request.app.state.index
        if self._epoch is None or self._epoch.index is not index:
            self._epoch = LogEpoch(index)
        caller: Caller = request.scope.get(CALLER, ANYBODY)
        context = Context(
            index,
            self._epoch,
            self._timings,
            StoreLoaders,
            actor=caller.actor,
            scope=caller.scope,
            operations=self.operations,
            limits=self.limits,
            rates=self._rates,
        )
        if MAKE_ROOM in request.scope:
            context.make_room = request.scope[MAKE_ROOM]
        request.scope[CONTEXT] = context  # whoever answers a failure has to know whether anything was written
        return context

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """Begin a response of the media type that the caller prefers."""
        return Response(media_type=wanted_media_type(request.headers))

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """Return the parts of a request; raise HTTPException for one that is not well-formed."""
        return await read_request(request, self.persisted)

    def should_render_graphql_ide(self, request: Any) -> bool:  # noqa: ANN401 - Strawberry's protocol
        """Never: Strawberry's page loads its scripts from elsewhere."""
        del request
        return False

    async def execute_single(  # noqa: PLR0917 - Strawberry's arguments
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        sub_response: Response,
        context: Context,
        root_value: None,
        request_data: GraphQLRequestData,
    ) -> ExecutionResult:
        """Execute a query, or, if it was posted, a mutation."""
        del root_value
        query, name = request_data.query, request_data.operation_name
        if not context.scope.allows(TokenScope.WRITE):
            with refusing():
                check_operation(context.scope, self.documents.operation_type(query or "", name))
        allowed = OVER_GET if request_adapter.method == "GET" else OVER_POST
        # A mutation that was submitted comes to its end, whoever waits for it.
        with (
            refusing_types(lambda: self.documents.operation_type(query or "", name)),
            WhilePresent(request.scope, lambda: not context.submitted),
        ):
            result = await self._executed(request_data, context, allowed)
        if not context.writes:
            sub_response.status_code = status_of(result)
            seconds = seconds_to_wait(result)
            sub_response.headers["Retry-After"] = str(RETRY_SECONDS if seconds is None else seconds)
        return result

    async def _executed(
        self, data: GraphQLRequestData, context: Context, allowed: frozenset[OperationType]
    ) -> ExecutionResult:
        answer = await self.compiled(data, context, allowed)
        if answer is not None:
            return answer.result
        return await self.schema.execute(
            data.query,
            variable_values=data.variables,
            context_value=context,
            operation_name=data.operation_name,
            operation_extensions=data.extensions,
            allowed_operation_types=allowed,
        )

    async def compiled(
        self, data: GraphQLRequestData, context: Context, allowed: frozenset[OperationType]
    ) -> Answer | None:
        """Return the answer of an operation's plan, None for one that is to be executed."""
        if context.is_left:
            return None
        if (data.extensions or {}).get("cost"):
            self.schema.compiled.refused[Reason.COST] += 1  # graphql-core's way alone tells it
            return None
        answer = await self.schema.compiled.answer(
            data.query or "", data.operation_name, data.variables, context, allowed
        )
        context.is_left = answer is None
        return answer

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """Return the body of a response: without `data` for a request that was not executed."""
        response = await super().process_result(request, result)
        if is_refused(result):
            response.pop("data")
        return response

    def create_response(
        self,
        response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse],
        sub_response: Response,
    ) -> Response:
        """Return a response of the media type that was chosen, with the status that it calls for."""
        status, headers = sub_response.status_code, PRIVATE
        if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
            headers = PRIVATE | {"Retry-After": sub_response.headers["Retry-After"]}
        elif sub_response.media_type != JSON and "data" not in response_data:
            status = HTTPStatus.BAD_REQUEST
        return Response(self.encode_json(response_data), status, headers, sub_response.media_type)

    def decode_json(self, data: str | bytes) -> object:
        """Decode a socket's message with its numbers exact; raise JSONDecodeError if it is not JSON."""
        try:
            return json_text.loads(data)
        except json_text.JsonError as error:
            raise json.JSONDecodeError(str(error), "", 0) from error

    def encode_json(self, data: object) -> bytes:
        """Encode JSON; parts that are JSON text already are spliced in."""
        return orjson.dumps(data)

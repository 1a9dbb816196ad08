"""The metrics of a server, in the format of Prometheus."""

from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CollectorRegistry, CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp

from resolvers.transports.endpoint import Endpoint
from resolvers.transports.requests.negotiation import PRIVATE
from resolvers.transports.requests.refusals import RefusedRequestError, refusing
from runindex.domain.errors import RunIndexError
from runindex.index import RunIndex


class Metrics:
    """Answers a scrape with the values of that moment."""

    def __init__(self, endpoint: Endpoint, *others: Callable[[], Iterator[Metric]]) -> None:
        """Report on an endpoint, on the index of its application, and on what others tell."""
        self._endpoint = endpoint
        self._others = others

    async def answer(self, request: Request) -> ASGIApp:
        """Answer a scrape; 503 while the storage does not answer."""
        try:
            with refusing():
                await self._endpoint.gate.admit(request.headers.get("authorization"))
        except RefusedRequestError as refusal:
            return self._endpoint.refused(request, refusal)
        index: RunIndex = request.app.state.index
        try:
            head = (await index.log_state()).head
        except RunIndexError:
            return PlainTextResponse("the storage does not answer", HTTPStatus.SERVICE_UNAVAILABLE, PRIVATE)
        registry = CollectorRegistry()
        others = (metric for other in self._others for metric in other())
        registry.register(_Collected([*_of_log(index, head), *_of_writer(index), *_of_api(self._endpoint), *others]))
        return Response(generate_latest(registry), headers=PRIVATE, media_type=CONTENT_TYPE_LATEST)


class _Collected(Collector):
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _of_log(index: RunIndex, head: int) -> Iterator[Metric]:
    tailer = index.tailer
    lag = max(0, head - tailer.ring.end) if tailer.watches else 0
    yield GaugeMetricFamily("runindex_log_head", "Entries of the change log.", head)
    yield GaugeMetricFamily("runindex_tail_lag", "Entries that the tail has not read yet; 0 while nobody listens.", lag)
    yield GaugeMetricFamily("runindex_watches", "Streams and channels that follow the change log.", tailer.watches)
    yield GaugeMetricFamily("runindex_record_watches", "Streams of results and events.", index.heads.watches)
    yield CounterMetricFamily("runindex_ring_hits", "Reads of the log that memory answered.", tailer.ring_hits)
    yield CounterMetricFamily("runindex_ring_misses", "Reads of the log that went to the storage.", tailer.ring_misses)
    yield CounterMetricFamily(
        "runindex_listener_reconnects", "Connections for notifications made after the first.", tailer.feed.reconnects
    )


def _of_writer(index: RunIndex) -> Iterator[Metric]:
    done = index.writer.statistics
    yield CounterMetricFamily("runindex_batches", "Transactions of the writer.", done.batches)
    yield CounterMetricFamily("runindex_batched_mutations", "Mutations in those.", done.commands)
    yield GaugeMetricFamily("runindex_largest_batch", "Most mutations in one of those.", done.largest_batch)


def _of_api(endpoint: Endpoint) -> Iterator[Metric]:
    shared = [*map(len, endpoint.channels), *map(len, endpoint.conflated)]
    yield GaugeMetricFamily("runindex_channels", "Streams that subscribers share.", len(shared))
    yield GaugeMetricFamily("runindex_channel_members", "Subscribers that share one.", sum(shared))
    operations = CounterMetricFamily(
        "runindex_operations", "Root fields asked for, by what came of them.", labels=("field", "outcome")
    )
    for (field, outcome), count in sorted(endpoint.operations.counts.items()):
        operations.add_metric((field, outcome), count)
    yield operations
    compiled = endpoint.schema.compiled
    yield CounterMetricFamily("runindex_compiled_operations", "Operations answered by their plans.", compiled.answered)
    yield CounterMetricFamily(
        "runindex_plans_left", "Operations whose plans left the answer to the generic execution.", compiled.left
    )
    yield CounterMetricFamily(
        "runindex_compiled_events", "Events of subscriptions answered by plans.", compiled.events.answered
    )
    yield CounterMetricFamily(
        "runindex_events_left",
        "Events of subscriptions whose plans left the answer to the generic execution.",
        compiled.events.left,
    )
    yield GaugeMetricFamily("runindex_plans", "Operations whose plans are kept.", len(compiled.plans))
    refused = CounterMetricFamily(
        "runindex_not_compiled", "Operations that are not compiled, by the reason.", labels=("reason",)
    )
    for reason, count in sorted(compiled.refused.items()):
        refused.add_metric((reason,), count)
    yield refused

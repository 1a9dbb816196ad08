"""The metrics of events."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, Metric

from resolvers.transports.lineage.counts import LineageCounts


def metrics_of(counts: LineageCounts) -> Iterator[Metric]:
    """Yield the metrics of counts."""
    events = CounterMetricFamily(
        "runindex_lineage_events", "Events of OpenLineage, by what came of them.", labels=("type", "outcome")
    )
    for (kind, outcome), count in sorted(counts.counts.items()):
        events.add_metric((kind, outcome), count)
    yield events

"""The live connections' figures for Prometheus; no label names a client, so their number never grows with the crowd."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from web.gateway.gateway import Gateway


class DeliveryFigures(Collector):
    """Reads the figures when asked. Runs on the loop, inside the request."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        figures, stats, bus = self._gateway.figures(), self._gateway.stats, self._gateway.desk.bus
        latencies = stats.latencies
        says = "From a fact's encoding to its confirmation's arrival"
        yield HistogramMetricFamily(
            "desk_delivery_seconds", says, buckets=latencies.buckets(), sum_value=latencies.seconds
        )
        for name, says, value in (
            ("desk_clients_queued_bytes", "What waits for all live clients", figures["queued_bytes"]),
            ("desk_clients_queued_most_bytes", "What waits for the slowest of them", figures["queued_most_bytes"]),
            ("desk_playbacks", "Playbacks that run", figures["playbacks"]),
        ):
            yield GaugeMetricFamily(name, says, value=float(value))
        for name, says, value in (
            ("desk_facts_told", "Facts that were broadcast", stats.broadcasts),
            ("desk_clients_dropped", "Clients that were let go because they did not keep up", stats.overrun),
            ("desk_client_messages_refused", "Clients' messages that were refused", stats.refused),
            ("desk_strangers_turned_away", "Socket.IO connections that did not say who they are", stats.turned_away),
            ("desk_passing_overtaken", "Passing updates replaced before they were told", bus.overtaken),
        ):
            yield CounterMetricFamily(name, says, value=float(value))

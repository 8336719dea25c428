"""What a server counts, for Prometheus."""

from __future__ import annotations

from typing import Any

from kerata.workbench.core.extras import need

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)
_ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 2048, 20_000)


class Figures:
    """Counts requests, rows, seconds and sizes of batches by run."""

    def __init__(self) -> None:
        client = need("prometheus_client", "Serving")
        self._client = client
        self._registry = client.CollectorRegistry()
        common = {"registry": self._registry}
        self._requests = client.Counter(
            "kerata_requests", "Requests by run and status.", ["run", "status"], **common
        )
        self._rows = client.Counter("kerata_rows", "Rows that were answered.", ["run"], **common)
        self._seconds = client.Histogram(
            "kerata_request_seconds",
            "From a request to its answer.",
            ["run"],
            buckets=_SECONDS,
            **common,
        )
        self._sizes = client.Histogram(
            "kerata_batch_rows",
            "Rows that were answered together.",
            ["run"],
            buckets=_ROWS,
            **common,
        )

    def answered(self, run: str, status: int, rows: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(run, str(status)).inc()
        self._seconds.labels(run).observe(seconds)
        self._rows.labels(run).inc(rows)

    def batch(self, run: str, rows: int) -> None:
        """Count a call of the network."""
        self._sizes.labels(run).observe(rows)

    def text(self) -> tuple[bytes, str]:
        """Give all figures as Prometheus reads them, and the text's type."""
        content: Any = self._client.generate_latest(self._registry)
        return content, self._client.CONTENT_TYPE_LATEST

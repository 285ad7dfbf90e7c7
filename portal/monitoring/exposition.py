"""The figures in the words that Prometheus reads."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from portal.monitoring.figures import Figures


class _AsTheyAre(Collector):
    """Figures as a collector: counted when they are asked for, so that any number of web processes say the same."""

    def __init__(self, figures: Figures, now: datetime) -> None:
        self._figures, self._now = figures, now

    def collect(self) -> Iterator[Metric]:
        """Give each figure with what it means; times in seconds."""
        figures, now = self._figures, self._now
        overdue = GaugeMetricFamily("portal_deadlines_overdue", "Deadlines missed and not met since", labels=["kind"])
        for kind, number in figures.overdue.items():
            overdue.add_metric([kind], number)
        yield overdue
        if figures.last_pass:
            since = (now - figures.last_pass).total_seconds()
            yield _gauge("portal_scheduler_last_pass_seconds", "Since any scheduler's last pass", since)
        yield _gauge("portal_tick_lag_seconds", "For how long the oldest rung has been due", figures.rungs.seconds(now))
        yield _gauge("portal_rungs_due", "Rungs that are due and have not fired", figures.rungs.number)
        yield _gauge("portal_outbox_age_seconds", "Since the oldest mail due was written", figures.mail.seconds(now))
        yield _gauge("portal_outbox_due", "Mails that are due and have not been sent", figures.mail.number)
        if figures.last_backup:
            since = (now - figures.last_backup).total_seconds()
            yield _gauge("portal_backup_age_seconds", "Since the moment that the newest backup holds", since)
        yield _gauge("portal_mail_failed", "Mails of the last 7 days that failed", figures.mail_failed)
        yield _gauge("portal_sign_in_failures", "Failed sign-ins of the last 5 minutes", figures.sign_in_failures)


def text(figures: Figures, now: datetime) -> bytes:
    """Return the figures, counted at `now`, as Prometheus's text format."""
    registry = CollectorRegistry()
    registry.register(_AsTheyAre(figures, now))
    return generate_latest(registry)


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, value=value)

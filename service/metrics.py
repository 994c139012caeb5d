"""Prometheus metrics: numbers and fixed words, nothing of any text."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LATENCY = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120)
VERDICTS = ("likely", "unclear", "not_flagged")
_WORD = re.compile(r"[A-Za-z][A-Za-z ]{0,59}")


class Metrics:
    """The metrics of one application, in a registry of its own."""

    def __init__(self, drift_window: int) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.requests = Counter(
            "dateline_requests_total", "Requests by route and status.", ["route", "status"], registry=registry
        )
        self.request_seconds = Histogram(
            "dateline_request_seconds", "Time to answer.", ["route"], buckets=LATENCY, registry=registry
        )
        self.queue_depth = Gauge("dateline_queue_depth", "Requests in the queue.", registry=registry)
        self.busy_slots = Gauge("dateline_busy_slots", "Workers at work.", registry=registry)
        self.queue_wait = Histogram(
            "dateline_queue_wait_seconds",
            "From admission to a worker.",
            buckets=LATENCY,
            registry=registry,
        )
        self.batch_size = Histogram(
            "dateline_batch_size",
            "Requests in one call to a worker.",
            buckets=(1, 2, 4, 8, 16, 32, 64),
            registry=registry,
        )
        self.rejected = Counter(
            "dateline_rejected_total", "Requests turned away, by reason.", ["reason"], registry=registry
        )
        self.worker_restarts = Counter(
            "dateline_worker_restarts_total", "Workers replaced, by cause.", ["cause"], registry=registry
        )
        self.worker_memory = Gauge(
            "dateline_worker_resident_bytes", "Memory of a worker.", ["slot"], registry=registry
        )
        self._detector_seconds = Histogram(
            "dateline_detector_seconds",
            "Time of a detector for one article.",
            ["detector"],
            buckets=LATENCY,
            registry=registry,
        )
        self._articles = Counter("dateline_articles_total", "Articles scored.", registry=registry)
        self._abstained = Counter(
            "dateline_abstained_total", "Articles without a score, by reason.", ["reason"], registry=registry
        )
        self._incomplete = Counter(
            "dateline_incomplete_total",
            "Detectors that did not finish, by reason.",
            ["detector", "reason"],
            registry=registry,
        )
        self._engine = Gauge(
            "dateline_engine_info", "Version of code and rules.", ["version", "rules"], registry=registry
        )
        self._model = Gauge(
            "dateline_model_info", "Models at work.", ["name", "version", "sha256"], registry=registry
        )
        self._drift = Drift(drift_window, registry)
        self._known_incomplete: set[tuple[str, str]] = set()

    def render(self) -> bytes:
        """Text exposition format."""
        return generate_latest(self.registry)

    def show_engine(self, engine: Mapping[str, Any]) -> None:
        """Show version, rules and models as info metrics."""
        self._engine.clear()
        self._engine.labels(engine["version"], engine["rules_version"]).set(1)
        self._model.clear()
        for model in engine["models"]:
            self._model.labels(model["name"], model["version"], model["sha256"]).set(1)

    def observe_detectors(self, seconds: Mapping[str, float], articles: int) -> None:
        """Note the time of each detector for a call, spread evenly over the articles that it saw."""
        for name, spent in seconds.items():
            for _ in range(articles):
                self._detector_seconds.labels(name).observe(spent / articles)

    def observe_answer(self, answer: Mapping[str, Any]) -> None:
        """Count what a worker says of one article."""
        facts = answer.get("facts")
        if not facts:
            return
        self._articles.inc()
        for reason in facts["abstained"]:
            self._abstained.labels(reason).inc()
        for entry in facts["incomplete"]:
            self._incomplete.labels(*self._incomplete_labels(entry)).inc()
        if facts["probability"] is not None and facts["verdict"] in VERDICTS:
            self._drift.observe(facts["verdict"], float(facts["probability"]), str(facts["length_bin"]))

    def _incomplete_labels(self, entry: str) -> tuple[str, str]:
        """Detector and reason; at most 50 pairs, and no reason that isn't plain words."""
        detector, _, reason = entry.partition(": ")
        pair = (
            detector if _WORD.fullmatch(detector.replace("_", " ")) else "other",
            reason if _WORD.fullmatch(reason) else "other",
        )
        if pair not in self._known_incomplete:
            if len(self._known_incomplete) >= 50:
                return "other", "other"
            self._known_incomplete.add(pair)
        return pair


class Drift:
    """Running share of each verdict and mean probability by length bin, over the last articles judged."""

    def __init__(self, window: int, registry: CollectorRegistry) -> None:
        self._recent: deque[tuple[str, float, str]] = deque(maxlen=window)
        self._share = Gauge(
            "dateline_verdict_share", "Share of each verdict in the window.", ["verdict"], registry=registry
        )
        self._mean = Gauge(
            "dateline_mean_probability",
            "Mean probability of machine writing in the window.",
            ["length_bin"],
            registry=registry,
        )
        self._verdicts: dict[str, int] = dict.fromkeys(VERDICTS, 0)
        self._bins: dict[str, tuple[int, float]] = {}

    def observe(self, verdict: str, probability: float, length_bin: str) -> None:
        """Take in one article, and let the oldest go."""
        if len(self._recent) == self._recent.maxlen:
            self._count(self._recent[0], -1)
        entry = (verdict, probability, length_bin)
        self._recent.append(entry)
        self._count(entry, 1)
        for name, count in self._verdicts.items():
            self._share.labels(name).set(count / len(self._recent))

    def _count(self, entry: tuple[str, float, str], sign: int) -> None:
        verdict, probability, length_bin = entry
        self._verdicts[verdict] += sign
        count, total = self._bins.get(length_bin, (0, 0.0))
        count, total = count + sign, total + sign * probability
        self._bins[length_bin] = (count, total)
        self._mean.labels(length_bin).set(total / count if count else float("nan"))

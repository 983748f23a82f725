"""What an operator watches, in Prometheus' format. Each application has a registry of its own."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

# Up to the figures that a call is held to (0.6 s, 1 s, 2.2 s) and far enough beyond to show a bad day.
_TURN_BUCKETS_S = (0.2, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5, 2.0, 2.2, 3.0, 4.0, 6.0, 10.0)


class Metrics:
    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self.calls_live = Gauge("ringside_calls_live", "Calls going on, held ones included", registry=registry)
        self.calls_started = Counter("ringside_calls_started", "Calls that rang", registry=registry)
        self.calls_ended = Counter("ringside_calls_ended", "Calls that are over", ["reason"], registry=registry)
        self.voice_to_voice_s = Histogram(
            "ringside_voice_to_voice_seconds",
            "From the learner's last speech to the customer's first sound, by turn",
            buckets=_TURN_BUCKETS_S,
            registry=registry,
        )
        self.substance_s = Histogram(
            "ringside_substance_seconds",
            "From the learner's last speech to the customer's first sound that is no opener, by turn",
            buckets=_TURN_BUCKETS_S,
            registry=registry,
        )
        self.frames_dropped = Counter(
            "ringside_frames_dropped", "Frames of clients that were not used", ["code"], registry=registry
        )
        self.sockets_lost = Counter("ringside_sockets_lost", "Sockets lost in mid-call", registry=registry)
        self.sockets_resumed = Counter("ringside_sockets_resumed", "Calls taken up again in time", registry=registry)
        self.frames_unsent = Counter(
            "ringside_frames_unsent", "Frames dropped because a client didn't take what it was sent", registry=registry
        )
        self.mishaps = Counter(
            "ringside_call_mishaps",
            "What failed, was dropped or was given up in calls that are over; queue_full_...: a queue had no room",
            ["what"],
            registry=registry,
        )
        self.authored_lines = Counter(
            "ringside_authored_lines", "Authored lines spoken in place of the writer's", registry=registry
        )
        self.guard_mends = Counter(
            "ringside_guard_mends",
            "Turns whose wording the guard stopped, by what mended it",
            ["by"],
            registry=registry,
        )
        self.prompt_tokens = Counter(
            "ringside_prompt_tokens", "Tokens of the prompts by which customers' turns were worded", registry=registry
        )
        self.prompt_tokens_reused = Counter(
            "ringside_prompt_tokens_reused", "Those of them that the model's server had in its cache", registry=registry
        )
        self.grades = Counter("ringside_grades", "Gradings that came to an end", ["state"], registry=registry)
        self.grading_s = Histogram("ringside_grading_seconds", "How long a grading took", registry=registry)
        self.engine_ready = Gauge(
            "ringside_engine_ready", "1 when this engine can be used", ["engine"], registry=registry
        )

    def text(self) -> bytes:
        return generate_latest(self.registry)

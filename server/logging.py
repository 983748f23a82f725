"""The server's log: one event a line, JSON for machines or colours for people, with the call's id bound to each line.

Secrets never reach it: values under telling keys are masked, and so are the settings' secrets wherever they occur.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, TextIO

import structlog
from pydantic import BaseModel, SecretStr

from server.settings import LogSettings, Settings

MASK = "***"
TELLING_KEYS = re.compile(r"api_?key|token$|secret|password|authorization|cookie", re.IGNORECASE)
SHORTEST_SECRET = 6  # shorter strings would be masked inside ordinary words


@contextmanager
def bound_to_call(call_id: str) -> Iterator[None]:
    """Every line that is logged inside, also by tasks started inside, carries `call`."""
    with structlog.contextvars.bound_contextvars(call=call_id):
        yield


def configure_logging(settings: Settings, stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's logging to the stream (standard error, if none is given)."""
    out = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _Masking(secrets_of(settings)),
                *_renderers(settings.log, out),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log.level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    for name in ("httpx", "httpcore", "openai", "uvicorn.access"):  # a line for each request says nothing new
        logging.getLogger(name).setLevel(logging.WARNING)


def secrets_of(model: BaseModel) -> Iterable[str]:
    """The value of every SecretStr in the settings."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, SecretStr) and len(value.get_secret_value()) >= SHORTEST_SECRET:
            yield value.get_secret_value()
        elif isinstance(value, BaseModel):
            yield from secrets_of(value)


class _Masking:
    """A structlog processor that masks secrets in keys, values and nested containers."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(secrets)

    def __call__(self, logger: Any, method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
        return {key: self._mask(key, value) for key, value in event.items()}

    def _mask(self, key: str, value: Any) -> Any:
        if TELLING_KEYS.search(key):
            return MASK
        if isinstance(value, Mapping):
            return {str(inner): self._mask(str(inner), part) for inner, part in value.items()}
        if isinstance(value, list | tuple):
            return [self._mask(key, part) for part in value]
        if isinstance(value, str):
            for secret in self._secrets:
                value = value.replace(secret, MASK)
            return value
        return value if value is None or isinstance(value, bool | int | float) else self._mask(key, str(value))


def _renderers(settings: LogSettings, out: TextIO) -> list[structlog.typing.Processor]:
    chosen = settings.format if settings.format != "auto" else ("console" if out.isatty() else "json")
    if chosen == "console":
        return [structlog.dev.ConsoleRenderer(colors=out.isatty())]
    return [structlog.processors.JSONRenderer()]

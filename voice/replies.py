"""What the customer decided, by the attempt at an answer, until it is settled what of it was heard."""

from __future__ import annotations

import logging
from collections import Counter

from voice.commands import Decide, Settle
from voice.customer import Customer, Reply
from voice.record import JSON

_log = logging.getLogger(__name__)

_NO_REPLY = Reply(key=-1, continues=False)
_KEPT = 64  # epochs; an answer is settled within a few


class Replies:
    """A customer's fault is counted in `counts` and costs the answer, never the call."""

    def __init__(self, customer: Customer, counts: Counter[str]) -> None:
        self._customer = customer
        self._counts = counts
        self._by_epoch: dict[int, Reply] = {}

    def decide(self, order: Decide) -> Reply:
        """The customer's plan; an empty one where they can't decide."""
        try:
            reply = self._customer.decide(order.heard)
        except Exception as error:  # the call outlives a fault in a scenario
            self._at_fault("decision", error)
            reply = _NO_REPLY
        self._by_epoch = {epoch: known for epoch, known in self._by_epoch.items() if epoch > order.epoch - _KEPT}
        self._by_epoch[order.epoch] = reply
        return reply

    def of(self, epoch: int) -> Reply:
        """What was decided in `epoch`."""
        return self._by_epoch[epoch]

    def settle(self, order: Settle) -> JSON | None:
        """Tell the customer what was heard; their notes for the journal, None where there are none."""
        reply = next((reply for reply in self._by_epoch.values() if reply.key == order.key), None)
        if reply is None or reply is _NO_REPLY:
            return None
        try:
            return self._customer.settle(reply, order.heard, order.said)
        except Exception as error:  # the call outlives a fault in a scenario
            self._at_fault("settling", error)
            return None

    def _at_fault(self, what: str, error: Exception) -> None:
        self._counts[f"failed_{what}"] += 1
        _log.error("the customer's %s failed", what, exc_info=error)

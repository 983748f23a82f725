"""What it took to word the customer's answers: how often the guard stepped in, and what mended it."""

from __future__ import annotations

from collections.abc import Iterable

from server.calls.schemas import Wording
from voice.record import Decision


def worded(decisions: Iterable[Decision]) -> Wording:
    """Counts turns. The director's account of each says how it was worded (`personas.writer.WordingAccount`)."""
    accounts = [decision.notes.get("wording", {}) for decision in decisions]
    tried = [account for account in accounts if account.get("tries")]
    stopped = [account for account in tried if account.get("guard")]
    return Wording(
        worded=len(tried),
        mended_by_another_try=sum(not account["fallbacks"] for account in stopped),
        mended_by_authored_line=sum(account["fallbacks"] for account in stopped),
        authored_for_time=sum(account["fallbacks"] for account in tried if not account.get("guard")),
    )

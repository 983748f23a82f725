"""What it took to word the customer's answers: how often the guard stepped in, and what mended it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from server.calls.schemas import Wording
from voice.record import Decision


def worded(decisions: Iterable[Decision]) -> Wording:
    """Counts turns, by the director's account of each."""
    return counted(decision.notes.get("wording", {}) for decision in decisions)


def counted(accounts: Iterable[Mapping[str, Any]]) -> Wording:
    """Counts turns, each by how it was worded (`personas.writer.WordingAccount`)."""
    tried = [account for account in accounts if account.get("tries")]
    stopped = [account for account in tried if account.get("guard")]
    return Wording(
        worded=len(tried),
        mended_by_another_try=sum(not account["fallbacks"] for account in stopped),
        mended_by_authored_line=sum(account["fallbacks"] for account in stopped),
        authored_for_time=sum(account["fallbacks"] for account in tried if not account.get("guard")),
    )

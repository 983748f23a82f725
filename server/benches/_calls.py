"""Ringing scenarios as a bench does: which there are, and a call spoken through."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import httpx

from server.benches._learners import SCRIPTS
from server.calls.caller import Conversation, Recording, converse
from server.calls.client import appoint, connected
from server.errors import UserError


def scenarios(url: str, wanted: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """The first scenario of each kind that has a script, or those that are wanted. Raises UserError where none is."""
    response = httpx.get(f"{url.rstrip('/')}/api/scenarios", timeout=10.0, trust_env=False)
    response.raise_for_status()
    known: list[dict[str, Any]] = [one for one in response.json()["scenarios"] if one["kind"] in SCRIPTS]
    if wanted:
        missing = set(wanted) - {one["id"] for one in known}
        if missing:
            names = ", ".join(one["id"] for one in known)
            raise UserError(f"--scenario {sorted(missing)[0]}: isn't there or has no script; choose one of: {names}")
        return [one for one in known if one["id"] in wanted]
    first = {one["kind"]: one for one in reversed(known)}
    if not first:
        raise UserError(f"{url} has no scenario to ring; see `ringside check`")
    return [first[kind] for kind in SCRIPTS if kind in first]


async def spoken_through(
    url: str, scenario: str, recordings: Sequence[Recording], *, seed: int, barge_in: Collection[int] = ()
) -> Conversation:
    """One call in real time, from ringing to hanging up. Raises CallError."""
    call = await appoint(url, scenario, seed=seed)
    async with connected(call, seed=seed) as client:
        return await converse(client, recordings, barge_in=barge_in)

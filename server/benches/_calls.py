"""Ringing scenarios as a bench does: which there are, a call spoken through, and the wait for its grade."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from server.benches._learners import SCRIPTS, WRITTEN_FOR
from server.calls.caller import Conversation, Recording, converse
from server.calls.client import CallError, WireClient, appoint, connected
from server.errors import UserError

_LOOK_S = 0.05
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Graded:
    """How long after hang-up, by either side, a call's grade could be read; None where it couldn't. `call_s` long."""

    ready_ms: float | None
    call_s: float


def scenarios(url: str, wanted: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Of each kind the scenario that its script is written for, else the first; or those that are wanted.

    Raises UserError where none is."""
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
    first |= {one["kind"]: one for one in known if one["id"] in WRITTEN_FOR}
    if not first:
        raise UserError(f"{url} has no scenario to ring; see `ringside check`")
    return [first[kind] for kind in SCRIPTS if kind in first]


async def spoken_through(
    url: str, scenario: str, recordings: Sequence[Recording], *, seed: int, barge_in: Collection[int] = ()
) -> Conversation:
    """One call in real time, from ringing to hanging up. Raises CallError."""
    async with rung(url, scenario, seed=seed) as client:
        return await converse(client, recordings, barge_in=barge_in)


@contextlib.asynccontextmanager
async def rung(url: str, scenario: str, *, seed: int, difficulty: int | None = None) -> AsyncIterator[WireClient]:
    """A call that has been put through. Raises CallError."""
    call = await appoint(url, scenario, seed=seed, difficulty=difficulty)
    async with connected(call, seed=seed) as client:
        yield client


async def graded(url: str, client: WireClient) -> Graded:
    """Ask for the grade of a call that is over, as the page does, until it is there or failed. Raises CallError."""
    address = f"{url.rstrip('/')}/api/calls/{client.call.id}"
    since_s = client.clock.now_s() if client.hung_up_at_s is None else client.hung_up_at_s
    async with httpx.AsyncClient(timeout=10.0, trust_env=False) as http:
        while True:
            try:
                response = await http.get(address)
                response.raise_for_status()
            except httpx.HTTPError as error:
                raise CallError(f"{address}: {error or type(error).__name__}") from error
            call = response.json()
            waited_s = client.clock.now_s() - since_s
            match call["grade_state"]["state"]:
                case "ready":
                    return Graded(round(1000 * waited_s, 1), call["duration_s"])
                case "failed":
                    return Graded(None, call["duration_s"])
            if waited_s > _PATIENCE_S:
                return Graded(None, call["duration_s"])
            await client.clock.sleep(_LOOK_S)

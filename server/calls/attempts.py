"""What a wish to answer a moment anew asks for, off the call that it names."""

from __future__ import annotations

from server.api_errors import ApiError
from server.calls import results
from server.calls.retry import NoRetry, Past, past_of
from server.calls.schemas import CallWish, Moment
from server.people.viewer import Viewer
from server.storage.calls import GOING_ON, CallStore
from server.storage.folders import CallFolders


def taken_up(
    store: CallStore, folders: CallFolders, wish: CallWish, moment: Moment, viewer: Viewer
) -> tuple[CallWish, Past]:
    """The wish with what the viewer's own call settles, and the past of the attempt. Blocking. Raises ApiError."""
    row = store.get(moment.call)
    if row is None or not viewer.owns(row):
        raise ApiError(404, "unknown_call", f"no call has the id {moment.call[:40]!r}")
    if row.status in GOING_ON:
        raise ApiError(409, "call_goes_on", "the call still goes on; hang up first")
    given = wish.model_dump(exclude_none=True, include={"drill", "difficulty", "seed"})
    if given or wish.scenario != row.scenario:
        wrong = ", ".join(given or ["scenario"])
        raise ApiError(422, "bad_fork", f"{wrong} is settled by call {row.id}; leave it as it was there")
    try:
        past = past_of(row.id, results.read_record(folders.of(row.id)), moment.turn)
    except NoRetry as reason:
        raise ApiError(422, "bad_fork", str(reason)) from reason
    settled = {"drill": row.drill, "difficulty": row.difficulty, "seed": row.seed}
    return wish.model_copy(update=settled), past
